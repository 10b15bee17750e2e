"""A job's orchestration under everything that can happen to it, in any order.

The world of `Runs` is the job's document (which a store may forget a part of), its plan, and what
shards come to; the laws are checked after each step.
"""

from datetime import UTC, datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared.domain.deployment import Limits
from shared.domain.job import JobStatus
from shared.domain.job_run_state import JobRunState
from shared.domain.minibatch import MINIBATCHES_PER_SHARD, Span, shards_of
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.task import MOST_REPAIRS, EndResult, JobRun, Planned, ShardResult

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 1, 2, 12, tzinfo=UTC)


def a_plan(minibatches: int, digest: str = "d") -> Plan:
    return Plan(
        key="k",
        files=minibatches,
        minibatches=minibatches,
        shards=shards_of(minibatches),
        digest=digest,
    )


def planned() -> Planned:
    return Planned(plan=a_plan(3 * MINIBATCHES_PER_SHARD), limits=Limits(error_threshold=5))


def counted(span: Span, failed: int = 0) -> Tally:
    """One file to a mini-batch."""
    done = len(span)
    return Tally(files=done, minibatches=done, failed_files=failed, rows=done - failed)


class Runs(RuleBasedStateMachine):
    """What `score_job` does with its state, step by step, and what the world answers."""

    @initialize(minibatches=st.integers(1, 500), threshold=st.integers(-1, 10))
    def begin(self, minibatches: int, threshold: int) -> None:
        self.minibatches = minibatches
        self.limits = Limits(error_threshold=threshold)
        self.closed: list[Tally] = []  # of the document, shard by shard
        self.instances: set[str] = set()
        self.told = Tally()
        self.repairs = 0
        self.is_canceled = self.is_changed = False
        self.fatal = ""
        self.state = JobRunState(JobRun(job="job"))
        self.is_planned = self.is_redoing = False

    @property
    def document(self) -> Tally:
        tally = Tally()
        for shard in self.closed:
            tally = tally.plus(shard)
        return tally

    @property
    def must_plan(self) -> bool:
        return not self.is_planned or self.state.must_plan_again

    @property
    def can_score(self) -> bool:
        return not self.must_plan and self.state.has_next_shard

    @property
    def can_end(self) -> bool:
        return not self.must_plan and not self.state.has_next_shard

    @property
    def is_refused(self) -> bool:
        return bool(self.fatal) or self.is_canceled or self.is_changed

    @rule()
    @precondition(lambda self: self.must_plan)
    def plan(self) -> None:
        assert self.is_planned == self.state.plan_task().is_again
        plan = a_plan(self.minibatches)
        self.state.planned(
            Planned(plan=plan, limits=self.limits, tally=self.document, scoring_since=NOON), LATER
        )
        self.is_planned = True

    @rule()
    @precondition(lambda self: self.must_plan)
    def plan_what_is_canceled(self) -> None:
        self.state.planned(Planned(plan=Plan(is_canceled=True), limits=self.limits), LATER)
        self.is_planned = self.is_canceled = True
        assert not self.state.has_next_shard

    @rule()
    @precondition(lambda self: self.is_planned and self.state.must_plan_again)
    def plan_again_what_has_changed(self) -> None:
        changed = a_plan(self.minibatches + 1, digest="another")
        self.state.planned(Planned(plan=changed, limits=self.limits), LATER)
        self.is_changed = True
        assert "Invoke again" in self.state.end_task().fatal

    @rule(failed=st.integers(0, 3))
    @precondition(lambda self: self.can_score)
    def score(self, failed: int) -> None:
        span = self._begun()
        tally = counted(span, min(failed, len(span)))
        self._counted(ShardResult(tally=tally))

    @rule(data=st.data(), fatal=st.sampled_from(["", "init() failed."]))
    @precondition(lambda self: self.can_score)
    def score_in_part(self, data: st.DataObject, fatal: str) -> None:
        """Until a cancel, or a script that starts no more."""
        span = self._begun()
        done = data.draw(st.integers(0, len(span) - 1))
        tally = counted(Span(first=span.first, stop=span.first + done))
        self.fatal, self.is_canceled = fatal, not fatal
        self._counted(ShardResult(tally=tally, fatal=fatal, is_stopped=True))

    @rule()
    @precondition(lambda self: self.can_score)
    def lose_a_shard(self) -> None:
        self._begun()
        self.state.scored(ShardResult(is_lost=True))
        self.repairs += 1

    @rule(forgotten=st.integers(0, 2))
    @precondition(lambda self: self.can_score and not self.is_redoing)
    def continue_as_new(self, forgotten: int) -> None:
        """The next generation knows its input and the document, which may have lost its end."""
        run = JobRun.from_wire(self.state.run().to_wire())
        assert run.fits("job")
        if forgotten and self.closed:
            self.closed = self.closed[:-forgotten]
            self.repairs += 1
            self.told = Tally()
        self.state, self.is_planned = JobRunState(run), False

    @rule(data=st.data())
    @precondition(lambda self: self.can_end and self.closed and not self.is_refused)
    def find_a_damaged_part(self, data: st.DataObject) -> None:
        self.state.redo(data.draw(st.integers(0, len(self.closed) - 1)))
        self.repairs += 1
        self.is_redoing = True

    @rule()
    @precondition(lambda self: self.can_end)
    def ask_how_it_ended(self) -> None:
        """As often as one likes: an end that was told stays."""
        assert self.state.end_task() == self.state.end_task()
        result = self.state.given_up("The store is gone.")
        assert self.state.end_task().tally == result.tally

    def _begun(self) -> Span:
        """Begin a shard: under a name that none had, and always the one that is due."""
        instance = self.state.shard_instance()
        task = self.state.shard_task()
        assert instance not in self.instances
        assert task.fits(instance)
        self.instances.add(instance)
        if not self.is_redoing:
            assert len(self.closed) == task.shard
            assert self.document == task.tally
        assert task.shard * MINIBATCHES_PER_SHARD == task.span.first
        assert min(self.minibatches, task.span.first + MINIBATCHES_PER_SHARD) == task.span.stop
        assert NOON == task.scoring_since
        return task.span

    def _counted(self, result: ShardResult) -> None:
        self.state.scored(result)
        if self.is_redoing:
            self.is_redoing = False
        else:
            self.closed.append(result.tally)

    @invariant()
    def counts_are_the_documents_and_never_fall(self) -> None:
        if self.must_plan or not self.state.plan.minibatches:
            return
        tally = Tally.from_wire(self.state.live(JobStatus.RUNNING)["tally"])
        assert self.document == tally
        assert self.told.minibatches <= tally.minibatches <= self.minibatches
        self.told = tally

    @invariant()
    def what_a_next_generation_is_told_is_what_was_done(self) -> None:
        if self.must_plan or not self.state.has_next_shard:
            return
        assert (len(self.closed), self.repairs) == (
            self.state.run().next_shard,
            self.state.run().repairs,
        )

    @invariant()
    def a_task_of_the_end_says_how_it_stands(self) -> None:
        task = self.state.end_task()
        if self.must_plan:
            return
        if self.state.plan.minibatches:
            assert len(self.closed) == task.closed_shards
        assert bool(task.fatal) == (
            bool(self.fatal) or self.is_changed or self.repairs > MOST_REPAIRS
        )

    @invariant()
    def nothing_is_scored_after_the_end(self) -> None:
        if self.must_plan:
            return
        is_over = self.is_refused or self.repairs > MOST_REPAIRS
        is_spent = not self.limits.allows(self.document.failed_files)
        is_whole = self.document.minibatches == self.minibatches
        is_due = self.is_redoing or not (is_spent or is_whole)
        assert self.state.has_next_shard == (is_due and not is_over)


TestRuns = Runs.TestCase
TestRuns.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


def a_planned_state() -> JobRunState:
    state = JobRunState(JobRun(job="job"))
    state.planned(planned(), NOON)
    return state


def test_shards_follow_one_another_until_the_plan_is_scored() -> None:
    state, spans = a_planned_state(), list[Span]()
    while state.has_next_shard:
        task = state.shard_task()
        spans.append(task.span)
        state.scored(ShardResult(tally=counted(task.span)))

    assert [(0, 200), (200, 400), (400, 600)] == [(span.first, span.stop) for span in spans]
    ending = state.end_task()
    assert (3, 600, "", False) == (
        ending.closed_shards,
        ending.tally.minibatches,
        ending.fatal,
        ending.is_stopped,
    )


def test_no_repair_repeats_a_name_and_one_too_many_ends_the_job() -> None:
    state, names = a_planned_state(), list[str]()
    while state.has_next_shard:
        names.append(state.shard_instance())
        state.scored(ShardResult(is_lost=True))
        state.planned(planned(), NOON)

    assert MOST_REPAIRS + 1 == len(names) == len(set(names))
    assert {"job:000000"} == {name.partition(".")[0] for name in names}
    assert f"lost {MOST_REPAIRS + 1} times" in state.end_task().fatal


def test_a_generation_whose_document_lost_its_end_scores_it_again_under_new_names() -> None:
    document = counted(Span(first=0, stop=MINIBATCHES_PER_SHARD))
    state = JobRunState(JobRun(job="job", next_shard=2, repairs=3))
    state.planned(planned().model_copy(update={"tally": document}), NOON)

    assert ("job:000001.4", 1) == (state.shard_instance(), state.shard_task().shard)
    assert JobRun(job="job", next_shard=1, repairs=4) == state.run()


def test_a_redone_shard_is_not_counted_twice() -> None:
    state = a_planned_state()
    while state.has_next_shard:
        state.scored(ShardResult(tally=counted(state.shard_task().span, failed=1)))
    before = state.end_task()

    state.redo(1)
    assert (1, Tally()) == (state.shard_task().shard, state.shard_task().tally)
    state.scored(ShardResult(tally=counted(state.shard_task().span, failed=1)))

    assert before == state.end_task()


def test_a_passed_threshold_ends_the_scoring_though_shards_remain() -> None:
    state = a_planned_state()
    state.scored(ShardResult(tally=counted(state.shard_task().span, failed=5)))
    assert state.has_next_shard

    state.scored(ShardResult(tally=counted(state.shard_task().span, failed=1)))

    assert not state.has_next_shard
    assert 6 == state.end_task().tally.failed_files


def test_a_second_listing_that_agreed_once_counts_for_each_plan_that_replaces_it() -> None:
    state = JobRunState(JobRun(job="job"))
    first = planned()
    confirmed = first.plan.model_copy(update={"is_confirmed": True})
    state.planned(first.model_copy(update={"plan": confirmed}), NOON)
    state.scored(ShardResult(is_lost=True))
    state.planned(first, NOON)

    assert state.plan.is_confirmed


def test_no_shard_begins_before_the_plan() -> None:
    state = JobRunState(JobRun(job="job"))

    assert not state.has_next_shard
    with pytest.raises(ValueError, match="before the job was planned"):
        state.shard_task()


def test_a_step_that_failed_for_good_leaves_the_counts_in_the_status() -> None:
    state = a_planned_state()
    state.scored(ShardResult(tally=counted(state.shard_task().span)))

    result = state.given_up("The job failed.")

    assert (JobStatus.FAILED, "The job failed.", 200) == (
        result.status,
        result.reason,
        result.tally.minibatches,
    )
    status = state.ended(EndResult(status=JobStatus.COMPLETED, tally=Tally(rows=7)))
    assert (JobStatus.COMPLETED, 7) == (status["status"], status["tally"]["rows"])
