"""Retire an endpoint: erase its deployments and itself, and say how that ended."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
from durabletask.task import TaskFailedError

from orchestrators.retries import STORE_RETRY, reason_of
from shared.domain.message import JSON
from shared.domain.provisioning import ProvisioningState

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def retire_endpoint(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, JSON]:
    try:
        yield ctx.call_activity_with_retry("erase_endpoint", STORE_RETRY, ctx.get_input())
    except TaskFailedError as failure:
        reason = reason_of(failure, "Deleting the endpoint")
        return {"state": ProvisioningState.FAILED.value, "reason": reason}
    return {"state": ProvisioningState.SUCCEEDED.value, "reason": ""}
