"""Computes: whether a deployment's or a job's is there, and large enough; and who uses one."""

from itertools import islice

from shared.domain.compute import Compute
from shared.domain.deployment import Deployment
from shared.domain.errors import Conflict, InvalidRequest
from shared.domain.reference import parse_compute
from shared.stores.registry import Registry

USERS_SHOWN = 5
DEPLOYMENT_LEVELS = 2


class Computes:
    """Thread-safe."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def check(self, reference: str, instances: int, *, target: str, counted: str) -> None:
        """Raise InvalidRequest unless the compute is there and has so many nodes.

        No reference is no compute, which bounds nothing. `target` names the field of the
        reference, `counted` the one of the instances.
        """
        if not reference:
            return
        name = parse_compute(reference, target=target)
        entry = self._registry.computes.find(name)
        if entry is None:
            there = self._registry.computes.names()[:USERS_SHOWN]
            raise InvalidRequest(
                f"There is no compute '{name}'.",
                fix=f"Use one of: {', '.join(there)}." if there else "Create the compute first.",
                target=target,
            )
        entry.resource.check(instances, target=counted)

    def delete(self, compute: Compute) -> None:
        """Raises Conflict for a compute that deployments name."""
        deployments = (
            entry.resource for entry in self._registry.deployments.whole(levels=DEPLOYMENT_LEVELS)
        )
        users = list(islice((one for one in deployments if _names(one, compute)), USERS_SHOWN))
        if users:
            named = ", ".join(f"'{one.name}' of endpoint '{one.endpoint}'" for one in users)
            raise Conflict(
                f"The compute '{compute.name}' is in use by the deployments {named}.",
                fix="Delete them first, or put them on another compute.",
                target="compute",
            )
        self._registry.computes.delete(compute.name)


def _names(deployment: Deployment, compute: Compute) -> bool:
    if not deployment.compute:
        return False
    return parse_compute(deployment.compute, target="compute").lower() == compute.name.lower()
