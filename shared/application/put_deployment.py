"""Put a deployment: save it as one of its endpoint, and have it made by an orchestration."""

import uuid
from dataclasses import dataclass

from shared.application.ensure_provisioning import ensure_provisioning
from shared.application.resolve_deployment import ResolveDeployment
from shared.application.waiting import wait_until
from shared.application.write import Write
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.domain.errors import Conflict
from shared.domain.provisioning import Provisioning
from shared.ports import Orchestrations
from shared.stores.deployment_logs import DeploymentLogs
from shared.stores.registry import Registry, Stored

MOST = 20  # deployments of one endpoint: Azure ML's limit


@dataclass(frozen=True)
class PutDeployment:
    """Thread-safe."""

    registry: Registry
    resolve: ResolveDeployment
    logs: DeploymentLogs

    def __call__(
        self,
        endpoint: Endpoint,
        requested: Deployment,
        write: Write,
        orchestrations: Orchestrations,
        *,
        within_s: float,
    ) -> tuple[Stored[Deployment], bool]:
        """The deployment, made or as it is after a while, and whether it is new."""
        endpoint.check_stays()
        generation = Provisioning(generation=uuid.uuid4().hex)
        service_fields = {"provisioning": generation, "incarnation": endpoint.incarnation}
        saved, is_new = self._save(
            self.resolve.check(requested).model_copy(update=service_fields), write
        )
        if is_new:
            self._check_room(endpoint, saved.resource)
        if saved.resource.provisioning == generation:
            self.logs.forget(endpoint.name, requested.name)
            ensure_provisioning(saved.resource, orchestrations)
            saved = self._wait_until_provisioned(saved, within_s=within_s)
        return saved, is_new

    def _save(self, requested: Deployment, write: Write) -> tuple[Stored[Deployment], bool]:
        """Save the deployment as one of its endpoint; raises Conflict when that is deleted."""
        deployments, key = self.registry.deployments, (requested.endpoint, requested.name)
        # What an endpoint of the same name left behind, if it was deleted at a bad moment.
        deployments.delete_if(lambda old: old.incarnation < requested.incarnation, *key)
        saved = deployments.save(
            requested,
            *key,
            by=write.by,
            merge=lambda old, new: new.replacing(old),
            if_match=write.if_match,
            if_absent=write.if_absent,
        )
        if self._has_owner(requested):
            return saved
        deployments.delete_if(lambda now: now.incarnation == requested.incarnation, *key)
        raise Conflict(
            f"Endpoint '{requested.endpoint}' was deleted meanwhile.",
            fix="Create it again, then the deployment.",
            target="endpoint",
        )

    def _has_owner(self, deployment: Deployment) -> bool:
        """Whether its endpoint is there still, and stays."""
        found = self.registry.endpoints.find(deployment.endpoint)
        if found is None or found.resource.deletion:
            return False
        return found.resource.incarnation == deployment.incarnation

    def _check_room(self, endpoint: Endpoint, deployment: Deployment) -> None:
        """Take a new deployment back if it is one too many; raises Conflict."""
        if len(self.registry.deployments_of(endpoint)) <= MOST:
            return
        self.registry.deployments.delete_if(
            lambda now: now.provisioning.generation == deployment.provisioning.generation,
            deployment.endpoint,
            deployment.name,
        )
        raise Conflict(
            f"Endpoint '{endpoint.name}' has {MOST} deployments, which is the limit.",
            fix="Delete one that is not used, or create another endpoint.",
            target="deployment",
        )

    def _wait_until_provisioned(
        self, saved: Stored[Deployment], *, within_s: float
    ) -> Stored[Deployment]:
        key = (saved.resource.endpoint, saved.resource.name)
        return wait_until(
            lambda entry: entry.resource.provisioning.state.is_terminal,
            saved,
            lambda: self.registry.deployments.get(*key),
            within_s=within_s,
        )
