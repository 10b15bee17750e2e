"""The life of a job: plan, score shard after shard, end.

Shards follow one another, so that a job has just its `parallelism` mini-batches in flight. A store
that loses what it had acknowledged - an emulator that was killed, say - costs a shard scored again,
never a row. A shard that the job's suspension reached comes back with what it did; the task hub
keeps that until the job is resumed, and then the rest is scored. A long job continues as new from
time to time, so that its history stays small; each generation reads from the job's document how far
the ones before it came.
"""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
from durabletask.task import TaskFailedError

from orchestrators.instance_input import REFUSED, read_input
from orchestrators.retries import STORE_RETRY, reason_of
from shared.domain.custom_status import CustomStatus
from shared.domain.function_names import END_JOB, PLAN_JOB, SCORE_SHARD
from shared.domain.job import JobStatus
from shared.domain.job_run_state import JobRunState
from shared.domain.message import JSON
from shared.domain.task import EndResult, JobRun, Planned, ShardResult

bp = df.Blueprint()

# Each shard is four events of history, of a few kB.
SHARDS_PER_GENERATION = 200


@bp.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def score_job(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, JSON]:
    run = read_input(ctx, JobRun)
    if run is None:
        ctx.set_custom_status(CustomStatus(status=JobStatus.FAILED).to_wire())
        return EndResult(status=JobStatus.FAILED, reason=REFUSED).to_wire()
    state = JobRunState(run)
    try:
        yield from _plan(ctx, state)
        yield from _score(ctx, state)
        if state.has_next_shard:
            ctx.continue_as_new(state.run().to_wire())
            return None
        result = yield from _end(ctx, state)
    except TaskFailedError as failure:
        result = state.failed_result(reason_of(failure, "The job"))
    ctx.set_custom_status(state.final_status(result))
    return result.to_wire()


def _plan(ctx: df.DurableOrchestrationContext, state: JobRunState) -> Generator[Any, Any]:
    """Plan, or plan again. A later generation goes on showing what the one before it did."""
    if not state.is_begun:
        ctx.set_custom_status(state.custom_status(JobStatus.PREPARING))
    planned = yield ctx.call_activity_with_retry(PLAN_JOB, STORE_RETRY, state.plan_task().to_wire())
    state.accept_plan(Planned.from_wire(planned), ctx.current_utc_datetime)


def _score(ctx: df.DurableOrchestrationContext, state: JobRunState) -> Generator[Any, Any]:
    scored = 0
    while state.has_next_shard and (scored < SHARDS_PER_GENERATION or state.is_amid_shard):
        yield from _score_shard(ctx, state)
        scored += 1


def _score_shard(ctx: df.DurableOrchestrationContext, state: JobRunState) -> Generator[Any, Any]:
    instance = state.shard_instance()
    ctx.set_custom_status(state.running_status())
    scored = yield ctx.call_sub_orchestrator(SCORE_SHARD, state.shard_task().to_wire(), instance)
    state.count_shard(ShardResult.from_wire(scored))
    if state.must_plan_again:
        yield from _plan(ctx, state)


def _end(ctx: df.DurableOrchestrationContext, state: JobRunState) -> Generator[Any, Any, EndResult]:
    while True:
        ctx.set_custom_status(state.custom_status(JobStatus.FINALIZING))
        ended = yield ctx.call_activity_with_retry(END_JOB, STORE_RETRY, state.end_task().to_wire())
        result = EndResult.from_wire(ended)
        if result.damaged_shard is None:
            return result
        state.redo(result.damaged_shard)
        while state.has_next_shard:
            yield from _score_shard(ctx, state)
