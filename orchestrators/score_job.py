"""The life of a job: plan, score shard after shard, end.

Shards follow one another, so that a job has just its `parallelism` mini-batches in flight. A store
that loses what it had acknowledged - an emulator that was killed, say - costs a shard scored again,
never a row. A long job continues as new from time to time, so that its history stays small; each
generation reads from the job's document how far the ones before it came.
"""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
from durabletask.task import TaskFailedError

from orchestrators.inputs import REFUSED, read_input
from orchestrators.retries import STORE_RETRY, reason_of
from shared.domain.course import Course
from shared.domain.job import JobStatus
from shared.domain.message import JSON
from shared.domain.task import EndResult, JobRun, Planned, ShardResult

bp = df.Blueprint()

# Each shard is four events of history, of a few kB.
SHARDS_PER_GENERATION = 200


@bp.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def score_job(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, JSON]:
    run = read_input(ctx, JobRun)
    if run is None:
        return EndResult(status=JobStatus.FAILED, reason=REFUSED).to_wire()
    course = Course(run)
    try:
        yield from _plan(ctx, course)
        yield from _score(ctx, course)
        if course.has_next_shard:
            ctx.continue_as_new(course.run().to_wire())
            return None
        result = yield from _end(ctx, course)
    except TaskFailedError as failure:
        result = course.given_up(reason_of(failure, "The job"))
    ctx.set_custom_status(course.ended(result))
    return result.to_wire()


def _plan(ctx: df.DurableOrchestrationContext, course: Course) -> Generator[Any, Any]:
    ctx.set_custom_status(course.live(JobStatus.PREPARING))
    planned = yield ctx.call_activity_with_retry(
        "plan_job", STORE_RETRY, course.plan_task().to_wire()
    )
    course.planned(Planned.from_wire(planned), ctx.current_utc_datetime)


def _score(ctx: df.DurableOrchestrationContext, course: Course) -> Generator[Any, Any]:
    for _ in range(SHARDS_PER_GENERATION):
        if not course.has_next_shard:
            return
        yield from _score_shard(ctx, course)


def _score_shard(ctx: df.DurableOrchestrationContext, course: Course) -> Generator[Any, Any]:
    instance = course.shard_instance()
    ctx.set_custom_status(course.live(JobStatus.RUNNING, shard=instance))
    scored = yield ctx.call_sub_orchestrator("score_shard", course.shard_task().to_wire(), instance)
    course.scored(ShardResult.from_wire(scored))
    if course.must_plan_again:
        yield from _plan(ctx, course)


def _end(ctx: df.DurableOrchestrationContext, course: Course) -> Generator[Any, Any, EndResult]:
    while True:
        ctx.set_custom_status(course.live(JobStatus.FINALIZING))
        ended = yield ctx.call_activity_with_retry(
            "end_job", STORE_RETRY, course.end_task().to_wire()
        )
        result = EndResult.from_wire(ended)
        if result.damaged_shard is None:
            return result
        course.redo(result.damaged_shard)
        while course.has_next_shard:
            yield from _score_shard(ctx, course)
