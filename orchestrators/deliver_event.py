"""Deliver an event: attempt after attempt, with durable timers in between, for a day at most.

What came of each attempt, and when the next is due, is in the delivery's document; the history
holds names and waits only. An orchestration that begins again goes on where the document is.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
from durabletask.task import TaskFailedError

from orchestrators.instance_input import REFUSED, read_input
from orchestrators.retries import STORE_RETRY
from shared.domain.delivery import AttemptResult, AttemptTask, DeliveryTask, wait_while_busy
from shared.domain.function_names import ATTEMPT_DELIVERY
from shared.domain.message import JSON

bp = df.Blueprint()

# Far more than anybody sets waits for.
MOST_ATTEMPTS = 1000
# An attempt that could not even be written down: the store is away, for longer than its retries.
OUTAGE = timedelta(minutes=5)
MOST_OUTAGES = 288
# The shortest delay that the real host waits at all.
SHORTEST_WAIT_S = 2.0


@bp.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def deliver_event(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, JSON]:
    task = read_input(ctx, DeliveryTask)
    if task is None:
        return {"problem": REFUSED}
    for number in range(1, MOST_ATTEMPTS + 1):
        result = yield from _attempt(ctx, AttemptTask(delivery=task, number=number))
        if result is None:
            return {"problem": "The store did not answer for a day."}
        if result.is_over:
            return {"problem": "", "attempts": number}
        wait = timedelta(seconds=max(result.wait_s, SHORTEST_WAIT_S))
        yield ctx.create_timer(ctx.current_utc_datetime + wait)
    return {"problem": "There were too many attempts."}


def _attempt(
    ctx: df.DurableOrchestrationContext, task: AttemptTask
) -> Generator[Any, Any, AttemptResult | None]:
    """What came of it; None while the store is away for good."""
    outages = turned_away = 0
    while outages < MOST_OUTAGES:
        try:
            made = yield ctx.call_activity_with_retry(ATTEMPT_DELIVERY, STORE_RETRY, task.to_wire())
        except TaskFailedError:
            outages += 1
            yield ctx.create_timer(ctx.current_utc_datetime + OUTAGE)
            continue
        result = AttemptResult.from_wire(made)
        if not result.is_busy:
            return result
        turned_away += 1
        wait = wait_while_busy(task.delivery.event, turned_away)
        yield ctx.create_timer(ctx.current_utc_datetime + wait)
    return None
