"""A deployment, from its file to one that can be invoked.

1. the scoring script is looked at, unless that is not wanted
2. what is inline or local is uploaded and registered: model, code, environment
3. the deployment is put, and followed until it is made
4. it becomes the endpoint's default, if that is wanted
"""

from dataclasses import dataclass

from cli.answers import JSON
from cli.assets.ensure_asset import ensure_asset
from cli.connection.service import Service
from cli.console import Console
from cli.endpoints.merging import merged
from cli.endpoints.script_check import check_script
from cli.following.deployment import follow_deployment
from shared.schemas.az_yaml.deployment_file import body_with_assets
from shared.schemas.az_yaml.files import AssetFile, DeploymentFile, LocalPath

AT_ONCE = {"Prefer": "respond-async"}
"""The service need not wait with its answer: the stages are followed here."""


@dataclass(frozen=True)
class Manner:
    """How a deployment is made."""

    no_wait: bool = False
    checks_script: bool = True
    sets_default: bool = False


def deploy(service: Service, file: DeploymentFile, endpoint: str, manner: Manner) -> JSON:
    """The deployment's document. Raises CommandError."""
    service.get(f"batchEndpoints/{endpoint}")  # before anything is uploaded for nothing
    if manner.checks_script:
        check_script(file)
    return put(service, file, endpoint, _with_assets(service, file), manner)


def change(service: Service, file: DeploymentFile, endpoint: str, manner: Manner) -> JSON:
    """A deployment that is there, with what the file says instead."""
    if manner.checks_script:
        check_script(file)
    before = service.get(path_of(endpoint, file.name))
    changes = _with_assets(service, file)
    if changes["properties"].get("outputAction") == "SummaryOnly":  # it has no such file
        before["properties"].pop("outputFileName", None)
    return put(service, file, endpoint, merged(before, changes), manner)


def put(service: Service, file: DeploymentFile, endpoint: str, body: JSON, manner: Manner) -> JSON:
    document = service.put(path_of(endpoint, file.name), body, AT_ONCE)
    if not manner.no_wait:
        document = follow_deployment(service, endpoint, file.name, Console())
    if manner.sets_default:
        set_default(service, endpoint, file.name)
    return document


def set_default(service: Service, endpoint: str, deployment: str) -> JSON:
    """The endpoint's document."""
    body = {"properties": {"defaults": {"deploymentName": deployment}}}
    return service.patch(f"batchEndpoints/{endpoint}", body)


def path_of(endpoint: str, deployment: str) -> str:
    return f"batchEndpoints/{endpoint}/deployments/{deployment}"


def _with_assets(service: Service, file: DeploymentFile) -> JSON:
    code = file.code
    if isinstance(code, LocalPath):
        code = ensure_asset(service, AssetFile("codes", "", "", {"properties": {}}, code))
    return body_with_assets(
        file,
        model=_reference(service, file.model),
        code=code,
        environment=_reference(service, file.environment),
    )


def _reference(service: Service, asset: AssetFile | str | None) -> str:
    return ensure_asset(service, asset) if isinstance(asset, AssetFile) else asset or ""
