"""Find a long-running operation: the making of a deployment, or the deletion of an endpoint.

An operation is an orchestration; only those that make or delete resources are operations. Where
there is none - an endpoint is made at once, and the Durable API may have purged a deployment's -
the resource itself tells.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from shared.application import provisioning
from shared.domain.errors import NotFound
from shared.domain.function_names import PROVISION_DEPLOYMENT, RETIRE_ENDPOINT
from shared.domain.provisioning import ProvisioningState
from shared.ports import Instance, Orchestrations
from shared.stores.registry import Registry, SystemData

ORCHESTRATORS = {PROVISION_DEPLOYMENT, RETIRE_ENDPOINT}


@dataclass(frozen=True)
class Operation:
    """`end` is how it came out, if it has ended, and `reason` why it failed.

    `is_canceled`: somebody ended it through the Durable API.
    """

    created_at: datetime
    changed_at: datetime
    end: ProvisioningState | None = None
    reason: str = ""
    is_canceled: bool = False


def find_operation(registry: Registry, orchestrations: Orchestrations, name: str) -> Operation:
    """Raises NotFound."""
    instance = orchestrations.find(name)
    if instance is not None and instance.orchestrator in ORCHESTRATORS:
        return _read_orchestration(instance)
    found = _find_in_registry(name, registry)
    if found is None:
        raise NotFound(
            f"There is no operation '{name[:200]}'.",
            fix="Use the address in the Azure-AsyncOperation header, as it is.",
            target="operation",
        )
    return found


def _read_orchestration(instance: Instance) -> Operation:
    times = (instance.created_at, instance.changed_at)
    if not instance.ended:
        return Operation(*times)
    end, reason = provisioning.outcome_of(instance)
    return Operation(*times, end, reason, is_canceled=instance.ended == "Terminated")


def _find_in_registry(name: str, registry: Registry) -> Operation | None:
    """An operation as the resource tells it that it made."""
    endpoint, _, rest = name.partition("_")
    deployment, _, generation = rest.rpartition("_")
    owner = registry.endpoints.find(endpoint)
    if owner is None or owner.resource.deletion:
        return None
    if owner.resource.incarnation == rest:
        return _read_resource(owner.written, ProvisioningState.SUCCEEDED)
    with suppress(NotFound):
        entry = registry.deployment(owner.resource, deployment)
        made = entry.resource.provisioning
        if made.generation == generation:
            return _read_resource(entry.written, made.state, made.reason)
    return None


def _read_resource(written: SystemData, state: ProvisioningState, reason: str = "") -> Operation:
    end = state if state.is_terminal else None
    return Operation(written.created_at, written.last_modified_at, end, reason)
