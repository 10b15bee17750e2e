"""Put a compute: create a cluster, or change it."""

from shared.application.write import Write
from shared.domain.compute import Compute
from shared.stores.registry import Registry, Stored


def put_compute(
    registry: Registry, requested: Compute, write: Write
) -> tuple[Stored[Compute], bool]:
    """The compute, and whether it is new.

    A smaller maximum than deployments use is allowed, as in Azure: their jobs are refused.
    """
    return registry.computes.save(
        requested,
        requested.name,
        by=write.by,
        merge=lambda old, new: new.replacing(old),
        if_match=write.if_match,
        if_absent=write.if_absent,
    )
