"""Computes: whether a deployment's or a job's is there, and large enough; and who uses one."""

from shared.domain.compute import Compute
from shared.domain.deployment import Deployment
from shared.domain.errors import Conflict, InvalidRequest
from shared.domain.reference import parse_compute
from shared.stores.registry import Registry

# Of those who use a compute, or of the computes that there are, in a refusal.
USERS_SHOWN = 10


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

    def delete(self, name: str, *, if_match: str = "") -> None:
        """Raises Conflict for a compute that deployments name, NotFound, and PreconditionFailed."""
        entry = self._registry.computes.get(name)
        self._check_unused(entry.resource)
        self._registry.computes.delete(name, if_match=if_match)
        try:
            self._check_unused(entry.resource)
        except Conflict:  # a deployment was put in between
            self._registry.computes.restore(entry, name)
            raise

    def _check_unused(self, compute: Compute) -> None:
        users = self._registry.users(lambda deployment: _names(deployment, compute))
        if users:
            raise Conflict(
                f"The compute '{compute.name}' is used by the deployments "
                f"{', '.join(users[:USERS_SHOWN])}.",
                fix="Delete them, or put them on another compute, first.",
                target="compute",
            )


def _names(deployment: Deployment, compute: Compute) -> bool:
    if not deployment.compute:
        return False
    return parse_compute(deployment.compute, target="compute").lower() == compute.name.lower()
