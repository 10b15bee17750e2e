"""Deployments in ARM JSON, to and from the domain.

`read_*` take the body of a request and raise InvalidRequest; `write_*` give the `properties` of a
GET. Read-only fields that a client sends back are ignored, as ARM does.
"""

import re
from collections.abc import Callable

from shared.domain.asset import AssetId
from shared.domain.deployment import BATCH_PREDICT, CodeConfiguration, Deployment
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON, Extras
from shared.domain.names import deployment_name
from shared.domain.reference import parse_asset, parse_compute
from shared.domain.selection import WHOLE_FOLDER, Selection
from shared.schemas.arm_envelope import (
    OPERATION_URI,
    TRACKED,
    closed,
    opened,
    read_description,
    read_own_properties,
    read_tags,
)
from shared.schemas.arm_output import read_output_options
from shared.schemas.arm_selection import read_of_properties, select
from shared.schemas.arm_settings import read_settings, write_settings
from shared.schemas.checked import refusals
from shared.schemas.fields import Fields

# A deployment's own properties are where our switches go: the official client sends them unchanged.
ISOLATE_FAILURES = "isolateFailures"
MODEL = "Model"  # the type of deployment that this service knows
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
EXTRAS = ("deploymentConfiguration", "partitionKeys")
READ_ONLY = ("provisioningState", "provisioningStage", "provisioningError", "provisioningNotes")
RESOURCE_EXTRAS = ("instanceType", "properties")


def read_deployment(endpoint: str, name: str, body: JSON) -> Deployment:
    """Raises InvalidRequest."""
    envelope, properties = opened(body)
    code, environment = _read_code(properties), _read_environment(properties)
    model = _read_model_reference(properties)
    resources = properties.object("resources")
    settings = read_settings(properties, instances=resources)
    extras = _read_extras(envelope, properties, resources)
    resources.refuse_others()
    own = read_own_properties(properties)
    settings = settings.model_copy(
        update={
            "environment_variables": _read_variables(properties),
            "isolate_failures": _is_on(own, ISOLATE_FAILURES, default=True),
            "batch_predict": _is_on(own, BATCH_PREDICT, default=False),
            "selection": _read_selection(own),
            "output": read_output_options(own, "properties.properties"),
        }
    )
    settings.check_output(has_script=code is not None)
    with refusals({}):
        deployment = Deployment(
            name=deployment_name(name),
            endpoint=endpoint,
            model=model,
            code=code,
            environment=environment,
            settings=settings,
            description=read_description(properties),
            compute=_read_compute(properties),
            tags=read_tags(envelope),
            properties=own,
            extras=extras,
        )
    properties.ignore(*READ_ONLY)
    closed(envelope, properties)
    return deployment


def patch_deployment(body: JSON) -> Callable[[Deployment], Deployment]:
    """What a PATCH changes: tags and the description."""
    envelope, properties = opened(body)
    tags = read_tags(envelope) if envelope.has("tags") else None
    description = read_description(properties) if properties.has("description") else None
    closed(envelope, properties)
    given = {"tags": tags, "description": description}
    changes = {name: value for name, value in given.items() if value is not None}
    return lambda deployment: deployment.model_copy(update=changes)


def _read_extras(envelope: Fields, properties: Fields, resources: Fields) -> Extras:
    resources.object("properties")
    extras = envelope.extras(*TRACKED) | properties.extras(*EXTRAS)
    if of_resources := resources.extras(*RESOURCE_EXTRAS):
        extras["resources"] = of_resources
    configuration = properties.object("deploymentConfiguration")
    kind = configuration.text("deploymentConfigurationType", MODEL)
    if kind.lower() != MODEL.lower():
        raise InvalidRequest(
            f"The deployment is of the type '{kind[:100]}'.",
            fix="Deploy a model; pipeline components are not served.",
            target=configuration.path("deploymentConfigurationType"),
        )
    return extras


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


def _read_selection(own: dict[str, str]) -> Selection:
    """Which files of their inputs the deployment's jobs take by default."""
    path = "properties.properties"
    return select(WHOLE_FOLDER, read_of_properties(own, path), path)


def _is_on(own: dict[str, str], name: str, *, default: bool) -> bool:
    """A switch among a deployment's own properties."""
    value = own.get(name, str(default)).lower()
    if value not in {"true", "false"}:
        raise InvalidRequest(
            f"'properties.properties.{name}' is '{value[:100]}'.",
            fix="Use true or false.",
            target=f"properties.properties.{name}",
        )
    return value == "true"


def _read_code(properties: Fields) -> CodeConfiguration | None:
    if not properties.has("codeConfiguration"):
        return None
    given = properties.object("codeConfiguration")
    code = given.required("codeId", ".../codes/<name>/versions/<version>")
    script = given.required("scoringScript", "score.py").removeprefix("./")
    given.refuse_others()
    if script.startswith("/") or ".." in script.split("/"):
        raise InvalidRequest(
            f"The scoring script '{script[:200]}' is not inside the code folder.",
            fix="Name it by its path inside the folder, such as score.py.",
            target=given.path("scoringScript"),
        )
    asset = parse_asset(code, "codes", target=given.path("codeId"))
    return CodeConfiguration(code=asset, script=script)


def _read_environment(properties: Fields) -> AssetId | None:
    text = properties.text("environmentId")
    target = properties.path("environmentId")
    return parse_asset(text, "environments", target=target) if text else None


def _read_compute(properties: Fields) -> str:
    text = properties.text("compute")
    return parse_compute(text, target=properties.path("compute")) if text else ""


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


def write_deployment(
    deployment: Deployment,
    asset_id: Callable[[str, str, str], str],
    compute_id: Callable[[str], str],
    operation_uri: str,
    stage: JSON = None,
) -> JSON:
    """`asset_id(kind, name, version)` gives an asset's ARM id, `compute_id(name)` a compute's.

    `stage` is where the making of the deployment is, while it is made.
    """
    settings, model = deployment.settings, deployment.model
    code, environment = deployment.code, deployment.environment
    provisioning, extras = deployment.provisioning, deployment.extras
    resources = {"properties": {}, **extras.get("resources", {})}
    return {
        **{name: extras[name] for name in EXTRAS if name in extras},
        "description": deployment.description,
        "compute": compute_id(deployment.compute) if deployment.compute else None,
        "model": {"referenceType": "Id", "assetId": asset_id("models", model.name, model.version)},
        "codeConfiguration": {
            "codeId": asset_id("codes", code.code.name, code.code.version),
            "scoringScript": code.script,
        }
        if code
        else None,
        "environmentId": asset_id("environments", environment.name, environment.version)
        if environment
        else None,
        "resources": {"instanceCount": settings.instance_count, **resources},
        **write_settings(settings),
        "environmentVariables": settings.environment_variables,
        "properties": {**deployment.properties, OPERATION_URI: operation_uri},
        "provisioningState": provisioning.state,
        "provisioningStage": stage,
        "provisioningError": provisioning.reason or None,
        "provisioningNotes": list(provisioning.environment.notes),
    }


def read_tail(body: JSON) -> int:
    """How many of a log's last lines are wanted; 0: all. Raises InvalidRequest."""
    given = Fields.of(body)
    given.ignore("containerType")
    tail = given.integer("tail")
    given.refuse_others()
    if tail is not None and tail < 1:
        raise InvalidRequest(
            f"'tail' is {tail}.", fix="Use 1 or more, or leave it out for all lines.", target="tail"
        )
    return tail or 0


def tracked(deployment: Deployment) -> dict[str, JSON]:
    """What stands beside the properties of a deployment, as it was sent."""
    return {name: deployment.extras[name] for name in TRACKED if name in deployment.extras}
