"""What a job's orchestration does with each answer, by example."""

import pytest

from shared.domain.deployment import Limits
from shared.domain.job import JobStatus
from shared.domain.job_run_state import JobRunState
from shared.domain.minibatch import MINIBATCHES_PER_SHARD, Span
from shared.domain.outcome import Tally
from shared.domain.task import MOST_REPAIRS, EndResult, JobRun, Planned, ShardResult
from tests.domain.plans import NOON, a_plan, counted


def planned() -> Planned:
    return Planned(plan=a_plan(3 * MINIBATCHES_PER_SHARD), limits=Limits(error_threshold=5))


def a_planned_state() -> JobRunState:
    state = JobRunState(JobRun(job="job"))
    state.accept_plan(planned(), NOON)
    return state


def test_shards_follow_one_another_until_the_plan_is_scored() -> None:
    state, spans = a_planned_state(), list[Span]()
    while state.has_next_shard:
        task = state.shard_task()
        spans.append(task.span)
        state.count_shard(ShardResult(tally=counted(task.span)))

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
        state.count_shard(ShardResult(is_lost=True))
        state.accept_plan(planned(), NOON)

    assert MOST_REPAIRS + 1 == len(names) == len(set(names))
    assert {"job:000000"} == {name.partition(".")[0] for name in names}
    assert f"lost {MOST_REPAIRS + 1} times" in state.end_task().fatal


def test_a_generation_whose_document_lost_its_end_scores_it_again_under_new_names() -> None:
    document = counted(Span(first=0, stop=MINIBATCHES_PER_SHARD))
    state = JobRunState(JobRun(job="job", next_shard=2, repairs=3))
    state.accept_plan(planned().model_copy(update={"tally": document}), NOON)

    assert ("job:000001.4", 1) == (state.shard_instance(), state.shard_task().shard)
    assert JobRun(job="job", next_shard=1, repairs=4) == state.run()


def test_a_redone_shard_is_not_counted_twice() -> None:
    state = a_planned_state()
    while state.has_next_shard:
        state.count_shard(ShardResult(tally=counted(state.shard_task().span, failed=1)))
    before = state.end_task()

    state.redo(1)
    assert (1, Tally()) == (state.shard_task().shard, state.shard_task().tally)
    state.count_shard(ShardResult(tally=counted(state.shard_task().span, failed=1)))

    assert before == state.end_task()


def test_a_passed_threshold_ends_the_scoring_though_shards_remain() -> None:
    state = a_planned_state()
    state.count_shard(ShardResult(tally=counted(state.shard_task().span, failed=5)))
    assert state.has_next_shard

    state.count_shard(ShardResult(tally=counted(state.shard_task().span, failed=1)))

    assert not state.has_next_shard
    assert 6 == state.end_task().tally.failed_files


def test_a_second_listing_that_agreed_once_counts_for_each_plan_that_replaces_it() -> None:
    state = JobRunState(JobRun(job="job"))
    first = planned()
    confirmed = first.plan.model_copy(update={"is_confirmed": True})
    state.accept_plan(first.model_copy(update={"plan": confirmed}), NOON)
    state.count_shard(ShardResult(is_lost=True))
    state.accept_plan(first, NOON)

    assert state.plan.is_confirmed


def test_no_shard_begins_before_the_plan() -> None:
    state = JobRunState(JobRun(job="job"))

    assert not state.has_next_shard
    with pytest.raises(ValueError, match="before the job was planned"):
        state.shard_task()


def test_a_step_that_failed_for_good_leaves_the_counts_in_the_status() -> None:
    state = a_planned_state()
    state.count_shard(ShardResult(tally=counted(state.shard_task().span)))

    result = state.failed_result("The job failed.")

    assert (JobStatus.FAILED, "The job failed.") == (result.status, result.reason)
    assert result.tally is not None
    assert 200 == result.tally.minibatches
    status = state.final_status(EndResult(status=JobStatus.COMPLETED, tally=Tally(rows=7)))
    assert (JobStatus.COMPLETED, 7) == (status["status"], status["tally"]["rows"])
