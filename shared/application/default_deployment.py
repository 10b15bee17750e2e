"""The default deployment of an endpoint: what may become it, and what to do if it vanishes."""

from collections.abc import Callable
from contextlib import suppress

from shared.domain.endpoint import Endpoint
from shared.domain.errors import Conflict, InvalidRequest, NotFound
from shared.domain.provisioning import ProvisioningState
from shared.stores.registry import Registry, Stored

TARGET = "properties.defaults.deploymentName"


def check_default(
    requested: str, before: Stored[Endpoint] | None, endpoint: str, registry: Registry
) -> str:
    """The own spelling of what is asked to be the default.

    Raises InvalidRequest unless it exists, and Conflict if it may not become the default.
    """
    default = _spell(requested, before, endpoint, registry)
    _check_not_failed(default, before, registry)
    return default


def check_default_again(
    default: str,
    before: Stored[Endpoint] | None,
    saved: Stored[Endpoint],
    registry: Registry,
    *,
    is_new: bool,
) -> None:
    """Take back what was saved if the default was deleted meanwhile; raises InvalidRequest."""
    endpoint, endpoints = saved.resource, registry.endpoints
    try:
        _spell(default, saved, endpoint.name, registry)
    except InvalidRequest:
        if is_new:  # the endpoint was deleted too; a request that is refused makes none
            endpoints.delete_if(lambda now: now.incarnation == endpoint.incarnation, endpoint.name)
        else:
            with suppress(NotFound):
                endpoints.change(_without(default, _earlier(before, endpoint)), endpoint.name)
        raise


def _spell(name: str, entry: Stored[Endpoint] | None, endpoint: str, registry: Registry) -> str:
    """The deployment's own spelling; raises InvalidRequest unless it exists."""
    if not name:
        return ""
    if entry is not None:
        with suppress(NotFound):
            return registry.deployment(entry.resource, name).resource.name
    raise InvalidRequest(
        f"Endpoint '{endpoint}' has no deployment '{name}', so it cannot be the default.",
        fix="Create the deployment first, then make it the default.",
        target=TARGET,
    )


def _check_not_failed(default: str, before: Stored[Endpoint] | None, registry: Registry) -> None:
    """Raise Conflict if a Failed deployment is to become the default; the one that is may stay.

    One that is still made may: samples set it before they wait.
    """
    if not default or before is None or before.resource.is_default(default):
        return
    provisioning = registry.deployment(before.resource, default).resource.provisioning
    if provisioning.state is ProvisioningState.FAILED:
        raise Conflict(
            f"Deployment '{default}' is Failed, so it cannot become the default: "
            f"{provisioning.first_words}.",
            fix="Mend what it says, create the deployment again, then make it the default.",
            target=TARGET,
        )


def _earlier(before: Stored[Endpoint] | None, now: Endpoint) -> str:
    """The default that this endpoint had; one of its name that was deleted since does not count."""
    is_same = before is not None and before.resource.incarnation == now.incarnation
    return before.resource.default_deployment if before and is_same else ""


def _without(default: str, earlier: str) -> Callable[[Endpoint], Endpoint]:
    """Puts the earlier default back, unless a third one was set meanwhile."""

    def change(now: Endpoint) -> Endpoint:
        if not now.is_default(default):
            return now
        return now.model_copy(update={"default_deployment": earlier})

    return change
