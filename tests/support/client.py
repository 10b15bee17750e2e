"""Endpoints, deployments and assets, by the requests that make them."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from shared.api.http import Response
from shared.api.routes import UNBOUND
from shared.api.workspace import workspace_id
from shared.services import Services
from tests.support.faulty_blobs import FaultyBlobs
from tests.support.orchestrations import Orchestrations
from tests.support.requests import http_request
from tests.support.services_in_memory import services_in_memory
from triggers import assets, deployments, endpoints

MODEL_URI = "azureml://datastores/workspaceblobstore/paths/models/m"


class Client:
    """One client's requests, each straight to its handler."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.orchestrations = Orchestrations(services)
        self.durable = self.orchestrations.client

    def put_model(self, name: str = "m", version: str = "1", **properties: Any) -> Response:
        body = {"properties": {"modelUri": MODEL_URI, **properties}}
        return assets.MODELS.put(
            http_request(body, name=name, version=version), self.services, UNBOUND
        )

    def delete_model(self, name: str = "m", version: str = "1") -> Response:
        return assets.MODELS.delete(
            http_request(name=name, version=version), self.services, UNBOUND
        )

    def put_endpoint(
        self, name: str = "wine", *, headers: dict[str, str] | None = None, **properties: Any
    ) -> Response:
        tags = properties.pop("tags", {})
        body = {"location": "local", "tags": tags, "properties": properties}
        return endpoints.put_endpoint(
            http_request(body, headers=headers, endpoint=name), self.services, UNBOUND
        )

    def set_default(self, deployment: str, endpoint: str = "wine") -> Response:
        return self.put_endpoint(endpoint, defaults={"deploymentName": deployment})

    def get_endpoint(self, name: str = "wine") -> Response:
        return endpoints.get_endpoint(http_request(endpoint=name), self.services, self.durable)

    def delete_endpoint(
        self, name: str = "wine", *, headers: dict[str, str] | None = None
    ) -> Response:
        request = http_request(endpoint=name, headers=headers)
        return endpoints.delete_endpoint(request, self.services, self.durable)

    def put_deployment(
        self,
        name: str = "main",
        endpoint: str = "wine",
        *,
        headers: dict[str, str] | None = None,
        **properties: Any,
    ) -> Response:
        model = {"referenceType": "Id", "assetId": self.asset_id("models", "m")}
        body = {"properties": {"model": model, **properties}}
        request = http_request(body, headers=headers, endpoint=endpoint, deployment=name)
        return deployments.put_deployment(request, self.services, self.durable)

    def get_deployment(self, name: str = "main", endpoint: str = "wine") -> Response:
        request = http_request(endpoint=endpoint, deployment=name)
        return deployments.get_deployment(request, self.services, self.durable)

    def delete_deployment(self, name: str = "main", endpoint: str = "wine") -> Response:
        request = http_request(endpoint=endpoint, deployment=name)
        return deployments.delete_deployment(request, self.services, UNBOUND)

    def deployment_names(self, endpoint: str = "wine") -> list[str]:
        answer = deployments.list_deployments(
            http_request(endpoint=endpoint), self.services, UNBOUND
        )
        return [one["name"] for one in answer.body["value"]]

    def endpoint_names(self) -> list[str]:
        answer = endpoints.list_endpoints(http_request(), self.services, UNBOUND)
        return [one["name"] for one in answer.body["value"]]

    def asset_id(self, kind: str, name: str, version: str = "1") -> str:
        return f"{workspace_id(self.services.settings)}/{kind}/{name}/versions/{version}"


def check_consistent(services: Services) -> None:
    """Every default is there, and everything that a deployment names."""
    entries, _ = services.registry.endpoints.page(size=1000)
    for entry in entries:
        endpoint = entry.resource
        if endpoint.default_deployment and not endpoint.deletion:
            services.registry.deployment(endpoint, endpoint.default_deployment)
        for deployment in services.registry.deployments_of(endpoint):
            services.registry.resolved(deployment.resource)


@pytest.fixture
def make_client(tmp_path: Path) -> Callable[[], tuple[Client, FaultyBlobs]]:
    """A store with a model `m`, and an endpoint `wine` with `main`, its default, and `other`."""
    numbers = count()

    def make() -> tuple[Client, FaultyBlobs]:
        faulty = FaultyBlobs()
        client = Client(services_in_memory(tmp_path / str(next(numbers)), faulty)[0])
        client.put_model()
        client.put_endpoint()
        for name in ("main", "other"):
            client.put_deployment(name)
        client.set_default("main")
        return client, faulty

    return make
