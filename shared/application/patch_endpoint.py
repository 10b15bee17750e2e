"""Patch an endpoint: its tags, its description, its default deployment."""

from collections.abc import Callable

from shared.application.default_deployment import check_default, check_default_again
from shared.application.write import Write
from shared.domain.endpoint import Endpoint
from shared.stores.registry import Registry, Stored


def patch_endpoint(
    registry: Registry, name: str, patch: Callable[[Endpoint], Endpoint], write: Write
) -> Stored[Endpoint]:
    """The endpoint as `patch` leaves it; raises NotFound, and Conflict if it is being deleted."""
    before = registry.endpoints.get(name)
    own_name, earlier = before.resource.name, before.resource.default_deployment
    requested = patch(before.resource).default_deployment
    default = check_default(requested if requested != earlier else "", before, own_name, registry)

    def change(endpoint: Endpoint) -> Endpoint:
        endpoint.check_stays()
        changes = {"default_deployment": default or endpoint.default_deployment}
        return patch(endpoint).model_copy(update=changes)

    saved = registry.endpoints.change(change, own_name, by=write.by, if_match=write.if_match)
    check_default_again(default, before, saved, registry, is_new=False)
    return saved
