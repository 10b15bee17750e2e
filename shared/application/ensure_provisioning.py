"""The orchestration that makes a deployment: how it is started, and how it came out."""

from shared.application.starting import ensure_started
from shared.domain.deployment import Deployment
from shared.domain.function_names import PROVISION_DEPLOYMENT
from shared.domain.provisioning import ProvisioningState
from shared.ports import Instance, Orchestrations


def ensure_provisioning(deployment: Deployment, orchestrations: Orchestrations) -> Instance | None:
    """Start making the deployment unless that was started; returns what was there."""
    task = deployment.provisioning_task
    return ensure_started(orchestrations, PROVISION_DEPLOYMENT, task.instance, task.to_wire())


def outcome_of(instance: Instance) -> tuple[ProvisioningState, str]:
    """How an orchestration that has ended came out, and why if it failed."""
    if instance.ended == "Completed" and isinstance(instance.output, dict):
        return ProvisioningState(instance.output["state"]), str(instance.output["reason"])
    if instance.ended == "Terminated":
        return ProvisioningState.FAILED, "It was terminated by the Durable API. Send it again."
    message = instance.failure or "no message"
    return ProvisioningState.FAILED, f"Its orchestration failed: {message}. Send it again."
