"""Make a deployment: build its environment, try its script, and say how that ended.

What cannot score is Failed here, with the reason, and not in the first job.
"""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
from durabletask.task import TaskFailedError

from orchestrators.instance_input import REFUSED, read_input
from orchestrators.retries import STORE_RETRY, reason_of
from shared.domain.function_names import BUILD_ENVIRONMENT, END_PROVISIONING, SMOKE_TEST
from shared.domain.message import JSON
from shared.domain.provisioning import (
    ProvisioningEnd,
    ProvisioningState,
    ProvisioningStep,
    ProvisioningTask,
)

bp = df.Blueprint()

STEPS = (BUILD_ENVIRONMENT, SMOKE_TEST)


@bp.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def provision_deployment(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, JSON]:
    task = read_input(ctx, ProvisioningTask)
    if task is None:
        return {"state": ProvisioningState.FAILED.value, "reason": REFUSED}
    reason = ""
    try:
        for step in STEPS:
            ctx.set_custom_status({"step": step})
            done = yield ctx.call_activity_with_retry(step, STORE_RETRY, task.to_wire())
            reason = ProvisioningStep.from_wire(done).reason
            if reason:
                break
    except TaskFailedError as failure:
        reason = reason_of(failure, "Making the deployment")
    ending = ProvisioningEnd.of(task, reason).to_wire()
    try:
        yield ctx.call_activity_with_retry(END_PROVISIONING, STORE_RETRY, ending)
    except TaskFailedError as failure:
        return {"state": "Failed", "reason": reason_of(failure, "Making the deployment")}
    return {"state": ending["state"], "reason": ending["reason"]}
