"""Some hundred mini-batches: a sliding window of activities over them, then one part.

1. Bundles are handed out while fewer than `parallelism` are in flight; each result makes room for
   the next. What a bundle left undone is handed out again.
2. Once the error threshold is passed, or a bundle says that the job is over, no more are handed
   out; those in flight come back and count.
3. The accepted bundles are committed as the shard's part - or handed back, with the rest undone,
   once a bundle says that the job is suspended: the job's orchestration takes them up again when it
   is resumed, by the task hub itself.
"""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
from durabletask.task import Task, TaskFailedError

from orchestrators.instance_input import REFUSED, read_input
from orchestrators.retries import STORE_RETRY, reason_of
from shared.domain.function_names import CLOSE_SHARD, SCORE_MINIBATCH
from shared.domain.message import JSON
from shared.domain.minibatch import Span
from shared.domain.outcome import Outcome
from shared.domain.shard import Shard
from shared.domain.task import ShardResult, ShardTask

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def score_shard(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, JSON]:
    task = read_input(ctx, ShardTask)
    if task is None:
        return ShardResult(fatal=REFUSED).to_wire()
    try:
        result = yield from _score(ctx, task)
    except TaskFailedError as failure:
        result = ShardResult(fatal=reason_of(failure, "Scoring"))
    return result.to_wire()


def _score(
    ctx: df.DurableOrchestrationContext, task: ShardTask
) -> Generator[Any, Any, ShardResult]:
    shard = Shard(task)
    running: list[tuple[Task[JSON], Span]] = []
    while True:
        for bundle in shard.next_bundles(len(running)):
            scoring = ctx.call_activity_with_retry(SCORE_MINIBATCH, STORE_RETRY, bundle.to_wire())
            running.append((scoring, bundle.span))
        ctx.set_custom_status(shard.status([span for _, span in running]))
        if not running:
            break
        done = yield ctx.task_any([scoring for scoring, _ in running])
        bundle_span = next(span for scoring, span in running if scoring is done)
        running = [(scoring, span) for scoring, span in running if scoring is not done]
        shard.count_outcome(Outcome.from_wire(done.result), bundle_span)
    if shard.accepted and not shard.is_lost and not shard.is_left:
        stands = yield ctx.call_activity_with_retry(
            CLOSE_SHARD, STORE_RETRY, shard.closing().to_wire()
        )
        shard.is_lost = not stands
    return shard.result()
