"""Endpoints, made and changed from files; those of 2021 bring their deployments along."""

from dataclasses import replace

from cli.answers import JSON
from cli.connection.service import Service
from cli.endpoints.deploy import Manner, deploy, set_default
from cli.endpoints.merging import merged
from shared.schemas.az_yaml.files import EndpointFile


def create(service: Service, file: EndpointFile, manner: Manner) -> JSON:
    """Put the endpoint, as the file says; its document. Raises CommandError."""
    return _put(service, file, file.body, manner)


def update(service: Service, file: EndpointFile, manner: Manner) -> JSON:
    """What the file leaves out stays as it is."""
    before = service.get(f"batchEndpoints/{file.name}")
    return _put(service, file, merged(before, file.body), manner)


def _put(service: Service, file: EndpointFile, body: JSON, manner: Manner) -> JSON:
    """A default that comes with the file's own deployments is set when they are there."""
    path = f"batchEndpoints/{file.name}"
    if not file.deployments:
        if file.default:
            body = {**body, "properties": body["properties"] | _default(file.default)}
        return service.put(path, body)
    document = service.put(path, body)
    for deployment in file.deployments:
        own = replace(manner, sets_default=file.default == deployment.name)
        deploy(service, deployment, file.name, own)
    names = {deployment.name for deployment in file.deployments}
    if file.default and file.default not in names:
        return set_default(service, file.name, file.default)
    return service.get(path) if file.default else document


def _default(deployment: str) -> dict[str, JSON]:
    return {"defaults": {"deploymentName": deployment}}
