"""Gather the uploads of a watch until none is pending: look, accept what is due, wait, look again.

How long to wait is decided at each look, by the moments at which the files were uploaded; so an
orchestration that begins anew, late or twice, decides as the first would have. A hint starts it.
The hint that comes while it ends is made good by the next sweep.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
from durabletask.task import TaskFailedError

from orchestrators.instance_input import REFUSED, read_input
from orchestrators.retries import STORE_RETRY, reason_of
from shared.domain.function_names import ACCEPT_UPLOADS
from shared.domain.message import JSON
from shared.domain.upload_batch import Gathering
from shared.domain.watch import GatherTask

bp = df.Blueprint()

# Each look is some six events of history.
LOOKS_PER_GENERATION = 50
# A marker, or the last of the most files, may come at any moment of the wait.
LONGEST_REST_S = 5.0
# What rounding leaves, and the shortest delay that the real host waits at all.
SHORTEST_REST_S = 2.0


@bp.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def gather_uploads(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, JSON]:
    task = read_input(ctx, GatherTask)
    if task is None:
        return {"problem": REFUSED}
    try:
        for _ in range(LOOKS_PER_GENERATION):
            found = yield ctx.call_activity_with_retry(ACCEPT_UPLOADS, STORE_RETRY, task.to_wire())
            gathering = Gathering.from_wire(found)
            ctx.set_custom_status(gathering.to_wire())
            if gathering.is_over:
                return {"problem": gathering.problem}
            if gathering.wait_s:
                yield ctx.create_timer(ctx.current_utc_datetime + _rest(gathering.wait_s))
    except TaskFailedError as failure:
        return {"problem": reason_of(failure, "Gathering uploads")}
    ctx.continue_as_new(task.to_wire())
    return None


def _rest(wait_s: float) -> timedelta:
    return timedelta(seconds=min(max(wait_s, SHORTEST_REST_S), LONGEST_REST_S))
