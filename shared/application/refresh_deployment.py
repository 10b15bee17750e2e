"""Refresh a deployment that is read: who reads one that nobody makes has it made.

The service may have been stopped between the save and the start, and the orchestration may have
been ended from outside. So a read may write, and start an orchestration.
"""

from shared.application.ensure_provisioning import ensure_provisioning, outcome_of
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.domain.provisioning import ProvisioningEnd
from shared.ports import Orchestrations
from shared.stores.registry import Registry, Stored


def refresh_deployment(
    registry: Registry, orchestrations: Orchestrations, endpoint: Endpoint, name: str
) -> Stored[Deployment]:
    """The deployment, brought up to date; raises NotFound. May write."""
    entry = registry.deployment(endpoint, name)
    if entry.resource.provisioning.state.is_terminal:
        return entry
    return _resume_provisioning(entry, registry, orchestrations)


def _resume_provisioning(
    entry: Stored[Deployment], registry: Registry, orchestrations: Orchestrations
) -> Stored[Deployment]:
    """Start what was never started, and write down the end of what was ended from outside."""
    deployment = entry.resource
    instance = ensure_provisioning(deployment, orchestrations)
    if instance is None or not instance.ended:
        return entry
    state, reason = outcome_of(instance)
    now = registry.deployments.get(deployment.endpoint, deployment.name)
    if now.resource.provisioning != deployment.provisioning:
        return now  # it ended between the two looks
    task = deployment.provisioning_task
    registry.end_provisioning(ProvisioningEnd(task=task, state=state, reason=reason))
    return registry.deployments.get(deployment.endpoint, deployment.name)
