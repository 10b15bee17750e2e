"""Delete a compute that no deployment names."""

from shared.application.deleting import delete_unless_used
from shared.application.write import Write
from shared.domain.compute import Compute
from shared.domain.deployment import Deployment
from shared.domain.errors import Conflict
from shared.domain.reference import parse_compute
from shared.stores.registry import Registry

MOST_USERS = 10  # in a refusal


def delete_compute(registry: Registry, name: str, write: Write) -> None:
    """Raises NotFound, PreconditionFailed, and Conflict while a deployment names it."""
    entry = registry.computes.get(name)
    delete_unless_used(
        registry.computes,
        entry,
        name,
        check_unused=lambda: _check_unused(registry, entry.resource),
        if_match=write.if_match,
    )


def _check_unused(registry: Registry, compute: Compute) -> None:
    users = registry.users(lambda deployment: _is_named(compute, deployment))
    if users:
        raise Conflict(
            f"The compute '{compute.name}' is used by the deployments "
            f"{', '.join(users[:MOST_USERS])}.",
            fix="Delete them, or put them on another compute, first.",
            target="compute",
        )


def _is_named(compute: Compute, deployment: Deployment) -> bool:
    if not deployment.compute:
        return False
    return parse_compute(deployment.compute, target="compute").lower() == compute.name.lower()
