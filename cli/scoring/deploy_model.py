"""Sees that a model is registered and deployed, under names that follow from its content.

The same content has the same names, so what is there already is found by them:

    model        its folder's name, the version that has this content
    endpoint     the model's name and a digest of where its content lies
    deployment   a digest of all that makes it: model, code, environment, settings
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cli.answers import JSON
from cli.assets.ensure_asset import ensure_asset, register_asset
from cli.connection.service import Service
from cli.console import Console
from cli.errors import ResourceNotFound, UsageError
from cli.following.deployment import follow_deployment
from cli.scoring.deployed import Deployed
from cli.scoring.model_source import ModelSource, short_name
from shared.schemas.az_yaml.files import AssetFile, AssetKind, LocalPath
from shared.schemas.az_yaml.nodes import FLAGS

CREATED_BY = {"createdBy": "bep score"}


def deploy(
    service: Service, source: ModelSource, settings: dict[str, Any], out: Console
) -> Deployed:
    """Raises CommandError when the deployment cannot be made."""
    model = _register(service, source)
    name = f"{short_name(source.name)}-{_digest(model['properties']['modelUri'])}"
    body = settings | {"model": {"referenceType": "Id", "assetId": model["id"]}}
    body |= _code_and_environment(service, source)
    deployment = f"d-{_digest(body)}"
    _put(service, name, deployment, body, out)
    parts = model["id"].split("/")
    return Deployed(f"{parts[-3]}:{parts[-1]}", name, deployment)


def _register(service: Service, source: ModelSource) -> JSON:
    if not source.reference:
        kind = "mlflow_model" if source.is_mlflow else "custom_model"
        body = {"properties": {"modelType": kind}}
        name = short_name(source.name)
        return register_asset(service, _asset("models", name, body, source.folder))
    if source.reference.startswith("/"):
        return service.get(source.reference)
    name, version = _name_and_version(source.reference)
    if not version:
        version = service.get(f"models/{name}")["properties"]["latestVersion"]
    return service.get(f"models/{name}/versions/{version}")


def _name_and_version(reference: str) -> tuple[str, str]:
    """`azureml:n:1` -> ('n', '1'), `azureml:n@latest` -> ('n', ''). Raises UsageError."""
    text = reference.removeprefix("azureml:")
    if text.endswith("@latest"):
        return text.removesuffix("@latest"), ""
    name, colon, version = text.partition(":")
    if not colon or not version or "/" in text:
        raise UsageError(
            f"'{reference}' names no registered model.",
            fix="Write azureml:NAME:VERSION or azureml:NAME@latest.",
        )
    return name, version


def _code_and_environment(service: Service, source: ModelSource) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if source.script:
        code = _asset("codes", "", {}, source.code)
        more["codeConfiguration"] = {
            "codeId": ensure_asset(service, code),
            "scoringScript": source.script,
        }
    if source.environment:
        more["environmentId"] = source.environment
    if source.conda_file is not None:
        text = _read_text(source.conda_file)
        body = {"properties": {"condaFile": text, "osType": "Linux"}}
        more["environmentId"] = ensure_asset(service, _asset("environments", "", body, None))
    return more


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"'{path}' is no text in UTF-8: {error.reason}.", fix="Save it as UTF-8."
        ) from None


def _asset(kind: AssetKind, name: str, body: JSON, path: Path | None) -> AssetFile:
    """An asset of the version that its content has; without a name it is anonymous."""
    local = None if path is None else LocalPath(path.absolute(), FLAGS)
    return AssetFile(kind, name, "", body, local, FLAGS)


def read_settings(overrides: Sequence[str]) -> dict[str, Any]:
    """ARM's settings of `--set`, by the keys of a deployment's file. Raises UsageError."""
    if not overrides:
        return {}
    from shared.domain.errors import BatchError  # noqa: PLC0415  # pydantic
    from shared.schemas.az_yaml.deployment_file import deployment_spec  # noqa: PLC0415
    from shared.schemas.az_yaml.document import load_file  # noqa: PLC0415

    flags = {"name": "of-flags", "model": "azureml:of-flags:1"}
    try:
        return dict(deployment_spec(load_file(None, overrides, flags)).body["properties"])
    except BatchError as error:
        raise UsageError(str(error)) from None


def _put(service: Service, endpoint: str, deployment: str, body: JSON, out: Console) -> None:
    """What is there and can score stays as it is."""
    path = f"batchEndpoints/{endpoint}"
    if _state(service, f"{path}/deployments/{deployment}") == "Succeeded":
        return
    tags = {"tags": CREATED_BY}
    if _state(service, path) is None:
        service.put(path, tags | {"properties": {"authMode": "aadToken"}})
    out.line(f"Making deployment {deployment} of endpoint {endpoint}")
    service.put(
        f"{path}/deployments/{deployment}",
        tags | {"properties": body},
        headers={"Prefer": "respond-async"},
    )
    follow_deployment(service, endpoint, deployment, out)
    service.patch(path, {"properties": {"defaults": {"deploymentName": deployment}}})


def _state(service: Service, path: str) -> str | None:
    """The provisioning state; None when there is no such thing."""
    try:
        return str(service.get(path)["properties"]["provisioningState"])
    except ResourceNotFound:
        return None


def _digest(content: JSON) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
