"""Delete a deployment; its jobs go on, and stay."""

from shared.application.deleting import delete_unless_used
from shared.application.write import Write
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.stores.deployment_logs import DeploymentLogs
from shared.stores.registry import Registry


def delete_deployment(
    registry: Registry, logs: DeploymentLogs, endpoint: Endpoint, name: str, write: Write
) -> None:
    """Raises NotFound, PreconditionFailed, and Conflict for the default of its endpoint."""
    entry = registry.deployment(endpoint, name)
    deployment = entry.resource
    key = (deployment.endpoint, deployment.name)
    delete_unless_used(
        registry.deployments,
        entry,
        *key,
        check_unused=lambda: _check_no_default(registry, deployment),
        if_match=write.if_match,
    )
    logs.forget(*key)


def _check_no_default(registry: Registry, deployment: Deployment) -> None:
    """Raise Conflict when it is the default now; a newer endpoint of that name has others."""
    found = registry.endpoints.find(deployment.endpoint)
    if found is not None and found.resource.incarnation == deployment.incarnation:
        found.resource.check_may_lose(deployment.name)
