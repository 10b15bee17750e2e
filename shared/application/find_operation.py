"""Find a long-running operation: the making of a deployment, or the deletion of an endpoint.

An operation is an orchestration; only those that make or delete resources are operations. Where
there is none - an endpoint is made at once, and the Durable API may have purged a deployment's -
the resource itself says.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from shared.application import ensure_provisioning
from shared.domain.errors import NotFound
from shared.domain.function_names import PROVISION_DEPLOYMENT, RETIRE_ENDPOINT
from shared.domain.provisioning import ProvisioningState, ProvisioningTask
from shared.domain.provisioning_stage import ProvisioningStage
from shared.ports import Instance, Orchestrations
from shared.stores.deployment_stages import DeploymentStages
from shared.stores.registry import Registry, SystemData

ORCHESTRATORS = {PROVISION_DEPLOYMENT, RETIRE_ENDPOINT}


@dataclass(frozen=True)
class Operation:
    """`end` is how it came out, if it has ended, and `reason` why it failed.

    `is_canceled`: somebody ended it through the Durable API. `stage`: where the making of a
    deployment is, while it is made.
    """

    created_at: datetime
    changed_at: datetime
    end: ProvisioningState | None = None
    reason: str = ""
    is_canceled: bool = False
    stage: ProvisioningStage | None = None


def find_operation(
    registry: Registry, stages: DeploymentStages, orchestrations: Orchestrations, name: str
) -> Operation:
    """Raises NotFound."""
    instance = orchestrations.find(name)
    if instance is not None and instance.orchestrator in ORCHESTRATORS:
        found: Operation | None = _read_orchestration(instance)
    else:
        found = _find_in_registry(name, registry)
    if found is None:
        raise NotFound(
            f"There is no operation '{name[:200]}'.",
            fix="Use the address in the Azure-AsyncOperation header, as it is.",
            target="operation",
        )
    task = _provisioning_task(name)
    if found.end is not None or task is None:
        return found
    return replace(found, stage=stages.read(task, found.created_at))


def _provisioning_task(instance: str) -> ProvisioningTask | None:
    """What is carried out under this id, if it is the making of a deployment."""
    with suppress(ValueError):  # pydantic's, too
        endpoint, _, rest = instance.partition("_")
        deployment, _, generation = rest.rpartition("_")  # the name between may have underscores
        return ProvisioningTask(endpoint=endpoint, deployment=deployment, generation=generation)
    return None


def _read_orchestration(instance: Instance) -> Operation:
    times = (instance.created_at, instance.changed_at)
    if not instance.ended:
        return Operation(*times)
    end, reason = ensure_provisioning.outcome_of(instance)
    return Operation(*times, end, reason, is_canceled=instance.ended == "Terminated")


def _find_in_registry(name: str, registry: Registry) -> Operation | None:
    """An operation, read from the resource that it made."""
    endpoint, _, rest = name.partition("_")
    deployment, _, generation = rest.rpartition("_")
    owner = registry.endpoints.find(endpoint)
    if owner is None or owner.resource.deletion:
        return None
    if owner.resource.incarnation == rest:
        return _read_resource(owner.written, ProvisioningState.SUCCEEDED)
    with suppress(NotFound):
        entry = registry.deployment(owner.resource, deployment)
        provisioning = entry.resource.provisioning
        if provisioning.generation == generation:
            return _read_resource(entry.written, provisioning.state, provisioning.reason)
    return None


def _read_resource(written: SystemData, state: ProvisioningState, reason: str = "") -> Operation:
    end = state if state.is_terminal else None
    return Operation(written.created_at, written.last_modified_at, end, reason)
