"""Models, data, code and environments in ARM JSON, to and from the domain.

`read_*` take the body of a PUT and raise InvalidRequest; `write_*` give the `properties` of a GET.
Fields of Azure's that mean nothing here are kept and shown again, those that it does not know are
refused. Read-only fields that a client sends back are ignored, as ARM does.
"""

import json
from typing import Any

from shared.domain.asset import (
    Asset,
    AssetContainer,
    AssetId,
    Code,
    Data,
    DataType,
    Environment,
    Model,
    ModelType,
)
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.domain.names import asset_name
from shared.domain.reference import parse_input, unsigned
from shared.schemas.arm_envelope import closed, opened, read_description, read_tags
from shared.schemas.fields import Fields

WINDOWS = "Windows"
OS_TYPES = {"Linux": "Linux", WINDOWS: WINDOWS}
EXTRAS = ("autoDeleteSetting", "intellectualProperty", "stage")
MODEL_EXTRAS = ("flavors", "jobName", "datasets", "defaultDeploymentTemplate")
CONTAINER_EXTRAS = ("dataType",)
ENVIRONMENT_EXTRAS = ("inferenceConfig", "autoRebuild", "build")
MODEL_TYPES = {"custom_model": "custom_model", "mlflow_model": "mlflow_model"}
DATASET_TYPES = {"file": DataType.URI_FILE, "folder": DataType.URI_FOLDER}
DATA_TYPES = {"uri_file": "uri_file", "uri_folder": "uri_folder"}


def read_model(name: str, version: str, body: JSON) -> Model:
    """Raises InvalidRequest."""
    envelope, properties = opened(body)
    uri = properties.required("modelUri", "azureml://datastores/<datastore>/paths/<path>")
    parse_input(uri, target=properties.path("modelUri"), noun="a model")
    kind = properties.choice("modelType", MODEL_TYPES) or ModelType.CUSTOM
    properties.object("flavors")
    model = Model(
        id=_asset_id(name, version, "model"),
        uri=unsigned(uri),
        type=ModelType(kind),
        **_common(properties, envelope, MODEL_EXTRAS),
    )
    closed(envelope, properties)
    return model


def write_model(model: Model) -> JSON:
    return {
        "modelUri": model.uri,
        "modelType": model.type,
        "flavors": {},  # clients walk it, so it must be an object
        **_written(model),
    }


def read_data(name: str, version: str, body: JSON) -> Data:
    """Raises InvalidRequest."""
    envelope, properties = opened(body)
    uri = properties.required("dataUri", "azureml://datastores/<datastore>/paths/<path>")
    parse_input(uri, target=properties.path("dataUri"), noun="data")
    kind = properties.choice("dataType", DATA_TYPES) or DataType.URI_FOLDER
    data = Data(
        id=_asset_id(name, version, "data asset"),
        uri=unsigned(uri),
        type=DataType(kind),
        **_common(properties, envelope),
    )
    closed(envelope, properties)
    return data


def read_dataset(name: str, version: str, body: JSON) -> Data:
    """Data as it was registered in 2021: `paths`, with one folder or file. InvalidRequest."""
    envelope, properties = opened(body)
    kind, uri = _only_path(properties)
    data = Data(
        id=_asset_id(name, version, "data asset"),
        uri=unsigned(uri),
        type=kind,
        **_common(properties, envelope),
    )
    closed(envelope, properties)
    return data


def _only_path(properties: Fields) -> tuple[DataType, str]:
    paths, target = properties.raw("paths"), properties.path("paths")
    if not isinstance(paths, list) or len(paths) != 1:
        raise InvalidRequest(
            f"'{target}' is not a list of one path; a job reads one folder or file.",
            fix='Send "paths": [{"folder": "azureml://datastores/<datastore>/paths/<path>"}].',
            target=target,
        )
    only = Fields.of(paths[0], f"{target}[0]")
    field = "file" if only.has("file") else "folder"
    uri = only.required(field, "azureml://datastores/<datastore>/paths/<path>")
    only.refuse_others()
    parse_input(uri, target=only.path(field), noun="data")
    return DATASET_TYPES[field], uri


def write_data(data: Data) -> JSON:
    return {"dataUri": data.uri, "dataType": data.type, **_written(data)}


def read_code(name: str, version: str, body: JSON) -> Code:
    """Raises InvalidRequest."""
    envelope, properties = opened(body)
    uri = properties.required("codeUri", "azureml://datastores/<datastore>/paths/<folder>")
    parse_input(uri, target=properties.path("codeUri"), noun="code")
    code = Code(
        id=_asset_id(name, version, "code"),
        uri=unsigned(uri),
        **_common(properties, envelope),
    )
    closed(envelope, properties)
    return code


def write_code(code: Code) -> JSON:
    return {"codeUri": code.uri, **_written(code)}


def read_environment(name: str, version: str, body: JSON) -> Environment:
    """Raises InvalidRequest."""
    envelope, properties = opened(body)
    environment = Environment(
        id=_asset_id(name, version, "environment"),
        image=properties.text("image"),
        conda_file=_conda_file(properties),
        **_common(properties, envelope, ENVIRONMENT_EXTRAS),
    )
    if not environment.image and not environment.conda_file:
        raise InvalidRequest(
            "The environment has neither a condaFile nor an image.",
            fix="Give its conda file's text in properties.condaFile.",
            target="properties.condaFile",
        )
    if properties.choice("osType", OS_TYPES) == WINDOWS:
        raise InvalidRequest(
            "The environment is for Windows.", fix="Use Linux.", target="properties.osType"
        )
    properties.ignore("environmentType")
    closed(envelope, properties)
    return environment


def _conda_file(properties: Fields) -> str:
    """Its text; an object is taken too, for JSON is YAML."""
    conda_file = properties.raw("condaFile")
    text = json.dumps(conda_file) if isinstance(conda_file, dict) else properties.text("condaFile")
    if "\n" not in text and text.endswith((".yml", ".yaml")):
        raise InvalidRequest(
            f"The condaFile '{text}' is the name of a file, which the service cannot see.",
            fix="Give the file's text, or its content as an object.",
            target="properties.condaFile",
        )
    return text


def write_environment(environment: Environment) -> JSON:
    return {
        "image": environment.image or None,
        "condaFile": environment.conda_file or None,
        "osType": "Linux",
        "environmentType": "UserCreated",
        **_written(environment),
    }


def _asset_id(name: str, version: str, what: str) -> AssetId:
    return AssetId(
        name=asset_name(name, f"{what} name"), version=asset_name(version, f"{what} version")
    )


def read_container(name: str, body: JSON) -> AssetContainer:
    """Raises InvalidRequest."""
    envelope, properties = opened(body)
    container = AssetContainer(
        name=asset_name(name, "asset name"),
        description=read_description(properties),
        tags=read_tags(properties) | read_tags(envelope),
        properties=read_tags(properties, "properties"),
        is_archived=properties.flag("isArchived"),
        extras=properties.extras(*CONTAINER_EXTRAS),
    )
    properties.ignore("latestVersion", "nextVersion", "provisioningState")
    closed(envelope, properties)
    return container


def write_container(container: AssetContainer, *, latest: str, following: str) -> dict[str, JSON]:
    """`latest` is the version created last, `following` the one that comes after the highest."""
    return {
        **container.extras,
        "description": container.description,
        "tags": container.tags,
        "properties": container.properties,
        "isArchived": container.is_archived,
        "latestVersion": latest or None,
        "nextVersion": following,
        "provisioningState": "Succeeded",
    }


def container_extras(newest: Asset) -> dict[str, JSON]:
    """What a container takes from its newest version."""
    return {"dataType": newest.type} if isinstance(newest, Data) else {}


def _common(properties: Fields, envelope: Fields, extras: tuple[str, ...] = ()) -> dict[str, Any]:
    properties.ignore("provisioningState")
    return {
        "description": read_description(properties),
        "tags": read_tags(properties) | read_tags(envelope),
        "properties": properties.strings("properties"),
        "is_anonymous": properties.flag("isAnonymous"),
        "is_archived": properties.flag("isArchived"),
        "extras": properties.extras(*EXTRAS, *extras),
    }


def _written(asset: Asset) -> dict[str, Any]:
    return {
        "description": asset.description,
        "tags": asset.tags,
        "properties": asset.properties,
        "isAnonymous": asset.is_anonymous,
        "isArchived": asset.is_archived,
        "provisioningState": "Succeeded",
        **asset.extras,
    }
