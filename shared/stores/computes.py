"""Computes: whether a deployment's or a job's is there, and large enough."""

from shared.domain.errors import InvalidRequest
from shared.domain.reference import parse_compute
from shared.stores.registry import Registry

MOST_HINTS = 10  # in a refusal


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
            there = self._registry.computes.names()[:MOST_HINTS]
            raise InvalidRequest(
                f"There is no compute '{name}'.",
                fix=f"Use one of: {', '.join(there)}." if there else "Create the compute first.",
                target=target,
            )
        entry.resource.check(instances, target=counted)
