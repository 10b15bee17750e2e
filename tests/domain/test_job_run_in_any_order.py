"""A job's orchestration under everything that can happen to it, in any order.

The world of `Runs` is the job's document (which a store may forget a part of), its plan, and what
shards come to; the laws are checked after each step.
"""

from datetime import UTC, datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared.domain.deployment import Limits
from shared.domain.job import JobStatus
from shared.domain.job_run_state import JobRunState
from shared.domain.minibatch import MINIBATCHES_PER_SHARD, Span
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.task import MOST_REPAIRS, JobRun, Planned, ShardResult
from tests.domain.plans import NOON, a_plan, counted

LATER = datetime(2026, 1, 2, 12, tzinfo=UTC)


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
        self.state.accept_plan(
            Planned(plan=plan, limits=self.limits, tally=self.document, scoring_since=NOON), LATER
        )
        self.is_planned = True

    @rule()
    @precondition(lambda self: self.must_plan)
    def plan_what_is_canceled(self) -> None:
        self.state.accept_plan(Planned(plan=Plan(is_canceled=True), limits=self.limits), LATER)
        self.is_planned = self.is_canceled = True
        assert not self.state.has_next_shard

    @rule()
    @precondition(lambda self: self.is_planned and self.state.must_plan_again)
    def plan_again_what_has_changed(self) -> None:
        changed = a_plan(self.minibatches + 1, digest="another")
        self.state.accept_plan(Planned(plan=changed, limits=self.limits), LATER)
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
        self.state.count_shard(ShardResult(is_lost=True))
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
        result = self.state.failed_result("The store is gone.")
        known = self.state.end_task().tally
        assert result.tally is None or result.tally == known  # None: nobody knows yet

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
        self.state.count_shard(result)
        if self.is_redoing:
            self.is_redoing = False
        else:
            self.closed.append(result.tally)

    @invariant()
    def counts_are_the_documents_and_never_fall(self) -> None:
        if self.must_plan or not self.state.plan.minibatches:
            return
        tally = Tally.from_wire(self.state.custom_status(JobStatus.RUNNING)["tally"])
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
