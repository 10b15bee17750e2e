"""Patch a deployment: its tags or its description; it need not be made again."""

from collections.abc import Callable

from shared.application.write import Write
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.stores.registry import Registry, Stored


def patch_deployment(
    registry: Registry,
    endpoint: Endpoint,
    name: str,
    patch: Callable[[Deployment], Deployment],
    write: Write,
) -> Stored[Deployment]:
    """The deployment as `patch` leaves it; raises NotFound, and Conflict if the endpoint goes."""
    endpoint.check_stays()
    own_name = registry.deployment(endpoint, name).resource.name
    return registry.deployments.change(
        patch, endpoint.name, own_name, by=write.by, if_match=write.if_match
    )
