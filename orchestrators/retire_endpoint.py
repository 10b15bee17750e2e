"""Retire an endpoint: erase its deployments and itself, and say how that ended."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
from durabletask.task import TaskFailedError

from orchestrators.instance_input import REFUSED, read_input
from orchestrators.retries import STORE_RETRY, reason_of
from shared.domain.function_names import ERASE_ENDPOINT
from shared.domain.message import JSON
from shared.domain.provisioning import EndpointDeletion, ProvisioningState

bp = df.Blueprint()

DELETE = "Send a DELETE for the endpoint."


@bp.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def retire_endpoint(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, JSON]:
    task = read_input(ctx, EndpointDeletion)
    if task is None:
        return _failed(REFUSED)
    try:
        is_deleted = yield ctx.call_activity_with_retry(ERASE_ENDPOINT, STORE_RETRY, task.to_wire())
    except TaskFailedError as failure:
        return _failed(reason_of(failure, "Deleting the endpoint"))
    if not is_deleted:
        return _failed(f"Nobody asked for this deletion of endpoint '{task.endpoint}'. {DELETE}")
    return {"state": ProvisioningState.SUCCEEDED.value, "reason": ""}


def _failed(reason: str) -> JSON:
    return {"state": ProvisioningState.FAILED.value, "reason": reason}
