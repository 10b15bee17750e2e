"""Endpoints and deployments in ARM JSON, to and from the domain.

`read_*` take the body of a PUT and raise InvalidRequest; `write_*` give the `properties` of a GET.
Read-only fields that a client sends back are ignored, as ARM does.
"""

import re

from shared.domain.asset import AssetId
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.domain.names import endpoint_name
from shared.domain.reference import parse_asset
from shared.schemas.arm_envelope import closed, opened
from shared.schemas.arm_settings import WIRE_NAMES, read_settings, write_settings
from shared.schemas.checked import refusals
from shared.schemas.fields import Fields

AAD = "aadToken"
# A deployment's own properties are where our switches go: the official client sends them unchanged.
ISOLATE_FAILURES = "isolateFailures"
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def read_endpoint(name: str, body: JSON) -> Endpoint:
    """Raises InvalidRequest."""
    envelope, properties = opened(body)
    if properties.choice("authMode", {AAD: AAD, "AADToken": AAD}) is None and properties.has(
        "authMode"
    ):
        raise InvalidRequest(
            "'properties.authMode' is empty.", fix=f"Use {AAD}.", target="authMode"
        )
    defaults = properties.object("defaults")
    default = defaults.text("deploymentName")
    defaults.refuse_others()
    endpoint = Endpoint(
        name=endpoint_name(name),
        description=properties.text("description"),
        default_deployment=endpoint_name(default, "deployment") if default else "",
        tags=envelope.strings("tags"),
        properties=properties.strings("properties"),
    )
    properties.ignore("provisioningState", "scoringUri", "swaggerUri", "traffic")
    closed(envelope, properties)
    return endpoint


def write_endpoint(endpoint: Endpoint, scoring_uri: str) -> JSON:
    # `defaults` is always an object: clients set its deploymentName without asking first.
    return {
        "description": endpoint.description,
        "authMode": AAD,
        "defaults": {"deploymentName": endpoint.default_deployment or None},
        "scoringUri": scoring_uri,
        "swaggerUri": None,
        "properties": endpoint.properties,
        "provisioningState": "Succeeded",
    }


def read_deployment(endpoint: str, name: str, body: JSON) -> Deployment:
    """Raises InvalidRequest."""
    envelope, properties = opened(body)
    _no_script_yet(properties)
    model = _read_model_reference(properties)
    resources = properties.object("resources")
    resources.ignore("properties", "instanceType")
    settings = read_settings(properties, instances=resources)
    resources.refuse_others()
    own = properties.strings("properties")
    settings = settings.model_copy(
        update={
            "environment_variables": _read_variables(properties),
            "isolate_failures": _is_on(own, ISOLATE_FAILURES),
        }
    )
    with refusals(WIRE_NAMES):
        deployment = Deployment(
            name=endpoint_name(name, "deployment"),
            endpoint=endpoint,
            model=model,
            settings=settings,
            description=properties.text("description"),
            compute=properties.text("compute"),
            tags=envelope.strings("tags"),
            properties=own,
        )
    properties.ignore("provisioningState", "codeConfiguration", "environmentId", "partitionKeys")
    properties.ignore("deploymentConfiguration")
    closed(envelope, properties)
    return deployment


def _read_variables(properties: Fields) -> dict[str, str]:
    variables = properties.strings("environmentVariables")
    for name, value in variables.items():
        if not VARIABLE.fullmatch(name) or "\0" in value:
            raise InvalidRequest(
                f"{name[:100]!r} is not an environment variable that a process can have.",
                fix="Use letters, digits and underscores for its name, and text for its value.",
                target="properties.environmentVariables",
            )
    return variables


def _is_on(own: dict[str, str], name: str) -> bool:
    """A switch among a deployment's own properties; on unless it says false."""
    value = own.get(name, "true").lower()
    if value not in {"true", "false"}:
        raise InvalidRequest(
            f"'properties.properties.{name}' is '{value[:100]}'.",
            fix="Use true or false.",
            target=f"properties.properties.{name}",
        )
    return value == "true"


def _no_script_yet(properties: Fields) -> None:
    for field in ("codeConfiguration", "environmentId"):
        if properties.has(field):
            raise InvalidRequest(
                f"'{properties.path(field)}' is given, and this version scores MLflow models "
                "without a script, in the environment of the service.",
                fix="Leave it out, and register the model as MLflow.",
                target=properties.path(field),
            )


def _read_model_reference(properties: Fields) -> AssetId:
    reference = properties.object("model")
    kind = reference.text("referenceType", "Id")
    target = reference.path("assetId")
    asset = reference.required("assetId", ".../models/<name>/versions/<version>")
    reference.refuse_others()
    if kind.lower() != "id":
        raise InvalidRequest(
            f"'{reference.path('referenceType')}' is '{kind[:100]}'.",
            fix="Use Id, and the model's id in assetId.",
            target=reference.path("referenceType"),
        )
    return parse_asset(asset, "models", target=target)


def write_deployment(deployment: Deployment, model_id: str) -> JSON:
    settings = deployment.settings
    return {
        "description": deployment.description,
        "compute": deployment.compute or None,
        "model": {"referenceType": "Id", "assetId": model_id},
        "resources": {"instanceCount": settings.instance_count, "properties": {}},
        **write_settings(settings),
        "environmentVariables": settings.environment_variables,
        "properties": deployment.properties,
        "provisioningState": "Succeeded",
    }
