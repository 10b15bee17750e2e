"""The registry: endpoints, deployments and assets, a repository of each kind, and their ties."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime

from shared.domain.asset import Asset, AssetContainer, AssetId, Code, Data, Environment, Model
from shared.domain.compute import Compute
from shared.domain.datastore import Datastore
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.domain.errors import Conflict, NotFound, found_for
from shared.domain.provisioning import ProvisioningEnd
from shared.domain.reference import LATEST
from shared.domain.schedule import Schedule
from shared.domain.watch import Watch
from shared.domain.webhook import Webhook
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.repository import SUFFIX, Repository, Stored
from shared.stores.system_data import SystemData

# Of Azure ML's curated environments; it keeps others from using it.
_CURATED = "azureml-"

__all__ = [
    "CONTAINER",
    "SUFFIX",
    "Registry",
    "Repository",
    "Stored",
    "SystemData",
    "newest_first",
    "time_key",
    "unchanged",
]

CONTAINER = "batch-registry"
LONGEST_DIFFERENCE = 1000  # characters of an asset in a refusal


class Registry:
    """Every kind of resource, by its az ml noun."""

    def __init__(self, blobs: Blobs) -> None:
        documents = Documents(blobs, CONTAINER)
        self.endpoints = Repository(documents, "endpoints", Endpoint, "batch endpoint")
        self.deployments = Repository(documents, "deployments", Deployment, "batch deployment")
        self.models = Repository(documents, "models", Model, "model", is_versioned=True)
        self.data = Repository(documents, "data", Data, "data asset", is_versioned=True)
        self.codes = Repository(documents, "codes", Code, "code", is_versioned=True)
        self.environments = Repository(
            documents, "environments", Environment, "environment", is_versioned=True
        )
        self.containers = Repository(documents, "containers", AssetContainer, "asset")
        self.datastores = Repository(documents, "datastores", Datastore, "datastore")
        self.computes = Repository(documents, "computes", Compute, "compute")
        self.schedules = Repository(documents, "schedules", Schedule, "schedule")
        self.watches = Repository(documents, "watches", Watch, "watch")
        self.webhooks = Repository(documents, "webhooks", Webhook, "webhook")

    def deployment(self, endpoint: Endpoint, name: str) -> Stored[Deployment]:
        """Raises NotFound, also for one of a deleted endpoint that bore the same name."""
        entry = self.deployments.get(endpoint.name, name)
        if entry.resource.incarnation != endpoint.incarnation:
            raise NotFound(
                f"There is no batch deployment '{endpoint.name}:{name}'.",
                fix="Create the deployment first.",
                target=name,
            )
        return entry

    def deployments_of(self, endpoint: Endpoint) -> list[Stored[Deployment]]:
        entries = self.deployments.every(endpoint.name)
        return [one for one in entries if one.resource.incarnation == endpoint.incarnation]

    def users(self, uses: Callable[[Deployment], bool]) -> list[str]:
        """The deployments of which `uses` is true, as `endpoint/deployment`."""
        found = [
            entry.resource for entry in self.deployments.iterate(levels=2) if uses(entry.resource)
        ]
        owners = {one.endpoint: self.endpoints.find(one.endpoint) for one in found}
        return [
            f"{one.endpoint}/{one.name}"
            for one in found
            if (owner := owners[one.endpoint]) and owner.resource.incarnation == one.incarnation
        ]

    def resolved(self, deployment: Deployment) -> Deployment:
        """The deployment with the versions that its references mean now; raises NotFound."""
        code, environment = deployment.code, deployment.environment
        with found_for("properties.model.assetId"):
            found: dict[str, object] = {"model": self.model(deployment.model).id}
        if environment:
            with found_for("properties.environmentId"):
                found["environment"] = self.environment(environment).id
        if code:
            with found_for("properties.codeConfiguration.codeId"):
                found["code"] = code.model_copy(update={"code": self.code(code.code).id})
        return deployment.model_copy(update=found)

    def end_provisioning(self, ending: ProvisioningEnd) -> bool:
        """Write how the making of a deployment ended: once, and never a newer generation."""
        task = ending.task

        def changed(deployment: Deployment) -> Deployment:
            provisioning = deployment.provisioning
            if not provisioning.is_wanted(task.generation):
                return deployment
            ended = provisioning.model_copy(update={"state": ending.state, "reason": ending.reason})
            return deployment.model_copy(update={"provisioning": ended})

        if self.deployments.find(task.endpoint, task.deployment) is None:
            return False
        entry = self.deployments.change(changed, task.endpoint, task.deployment)
        return entry.resource.provisioning.generation == task.generation

    def model(self, asset: AssetId) -> Model:
        """Raises NotFound."""
        return self._asset(self.models, asset)

    def data_asset(self, asset: AssetId) -> Data:
        """Raises NotFound."""
        return self._asset(self.data, asset)

    def code(self, asset: AssetId) -> Code:
        """Raises NotFound."""
        return self._asset(self.codes, asset)

    def environment(self, asset: AssetId) -> Environment:
        """Raises NotFound."""
        try:
            return self._asset(self.environments, asset)
        except NotFound as missing:
            if not asset.name.lower().startswith(_CURATED):
                raise
            raise NotFound(
                f"There are no curated environments here, such as '{asset.name}'.",
                fix="Register one of your own, with a conda file that lists its packages.",
                target=missing.target,
            ) from None

    def _asset[A: Asset](self, repository: Repository[A], asset: AssetId) -> A:
        if asset.version != f"@{LATEST}":
            return repository.get(asset.name, asset.version).resource
        entries = repository.every(asset.name)
        if not entries:
            return repository.get(asset.name, LATEST).resource
        return newest_first(entries)[0].resource


def newest_first[A: Asset](entries: Iterable[Stored[A]]) -> list[Stored[A]]:
    """By creation, which is what `@latest` means."""
    return sorted(entries, key=time_key, reverse=True)


def time_key[A: Asset](entry: Stored[A]) -> tuple[datetime, str]:
    return entry.written.created_at, entry.resource.id.version


def unchanged[A: Asset](old: A, new: A) -> A:
    """Merge of an immutable asset: only the words that describe it may change."""
    new = new.model_copy(update={"id": old.id})  # the first spelling stays
    was, would_be = old.content, new.content
    fields = [key for key in was | would_be if was.get(key) != would_be.get(key)]
    if not fields:
        return new
    differences = "; ".join(
        f"{key} is {json.dumps(was.get(key))}, not {json.dumps(would_be.get(key))}"
        for key in fields
    )
    raise Conflict(
        f"'{old.id}' exists and a version never changes: its {differences[:LONGEST_DIFFERENCE]}.",
        fix="Register it as a new version.",
        target="version",
    )
