"""Models, data, code and environments in ARM JSON, to and from the domain.

`read_*` take the body of a PUT and raise InvalidRequest; `write_*` give the `properties` of a GET.
Read-only fields that a client sends back are ignored, as ARM does.
"""

import json
from typing import Any

from shared.domain.asset import (
    Asset,
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
from shared.domain.reference import parse_datastore_path, parse_input
from shared.schemas.arm_envelope import closed, opened
from shared.schemas.fields import Fields

MODEL_TYPES = {"custom_model": "custom_model", "mlflow_model": "mlflow_model"}
DATA_TYPES = {"uri_file": "uri_file", "uri_folder": "uri_folder"}


def read_model(name: str, version: str, body: JSON) -> Model:
    """Raises InvalidRequest."""
    envelope, properties = opened(body)
    uri = properties.required("modelUri", "azureml://datastores/<datastore>/paths/<path>")
    parse_datastore_path(uri, target=properties.path("modelUri"))
    kind = properties.choice("modelType", MODEL_TYPES) or ModelType.CUSTOM
    model = Model(
        id=_asset_id(name, version, "model"),
        uri=uri,
        type=ModelType(kind),
        **_common(properties, envelope),
    )
    properties.ignore("flavors", "jobName", "stage", "provisioningState")
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
    parse_input(uri, target=properties.path("dataUri"))
    kind = properties.choice("dataType", DATA_TYPES) or DataType.URI_FOLDER
    data = Data(
        id=_asset_id(name, version, "data asset"),
        uri=uri,
        type=DataType(kind),
        **_common(properties, envelope),
    )
    properties.ignore("provisioningState")
    closed(envelope, properties)
    return data


def write_data(data: Data) -> JSON:
    return {"dataUri": data.uri, "dataType": data.type, **_written(data)}


def read_code(name: str, version: str, body: JSON) -> Code:
    """Raises InvalidRequest."""
    envelope, properties = opened(body)
    uri = properties.required("codeUri", "azureml://datastores/<datastore>/paths/<folder>")
    parse_input(uri, target=properties.path("codeUri"))
    code = Code(
        id=_asset_id(name, version, "code"),
        uri=uri.partition("?")[0],
        **_common(properties, envelope),
    )
    properties.ignore("provisioningState")
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
        **_common(properties, envelope),
    )
    if not environment.image and not environment.conda_file:
        raise InvalidRequest(
            "The environment has neither a condaFile nor an image.",
            fix="Give its conda file's text in properties.condaFile.",
            target="properties.condaFile",
        )
    properties.ignore("provisioningState", "environmentType")
    properties.ignore("osType", "inferenceConfig", "autoRebuild", "stage", "build")
    closed(envelope, properties)
    return environment


def _conda_file(properties: Fields) -> str:
    """Its text; an object is taken too, for JSON is YAML."""
    given = properties.raw("condaFile")
    return json.dumps(given) if isinstance(given, dict) else properties.text("condaFile")


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


def _common(properties: Fields, envelope: Fields) -> dict[str, Any]:
    return {
        "description": properties.text("description"),
        "tags": properties.strings("tags") | envelope.strings("tags"),
        "properties": properties.strings("properties"),
        "is_anonymous": properties.flag("isAnonymous"),
        "is_archived": properties.flag("isArchived"),
    }


def _written(asset: Asset) -> dict[str, Any]:
    return {
        "description": asset.description,
        "tags": asset.tags,
        "properties": asset.properties,
        "isAnonymous": asset.is_anonymous,
        "isArchived": asset.is_archived,
    }
