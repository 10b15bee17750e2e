"""az ml YAML, today's form: an endpoint or a model deployment file, to the ARM JSON that is put.

A deployment's tuning keys stand under `settings:` when it says `type: model`, and at the root when
it has no `type` (batch deployment YAML reference; mixing the two is an unknown field there too).
"""

from pathlib import Path
from typing import Any

from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.domain.reference import parse_asset
from shared.schemas import yaml_text
from shared.schemas.fields import Fields

TUNING = {
    "mini_batch_size": "miniBatchSize",
    "max_concurrency_per_instance": "maxConcurrencyPerInstance",
    "error_threshold": "errorThreshold",
    "output_file_name": "outputFileName",
    "output_action": "outputAction",
    "logging_level": "loggingLevel",
}


def load(path: Path) -> JSON:
    """A YAML file's content; raises InvalidRequest when it is not YAML, or not there."""
    try:
        return yaml_text.typed(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidRequest(
            f"'{path}' cannot be read: {error.strerror}.", fix="Name a YAML file."
        ) from None
    except ValueError as error:  # no UTF-8, or no YAML
        raise InvalidRequest(f"'{path}' is not YAML: {error}.", fix="Mend the file.") from None


def endpoint_body(content: JSON) -> tuple[str, JSON]:
    """An endpoint's name, and the body to put."""
    fields = Fields.of(content)
    name = fields.required("name", "my-endpoint")
    defaults = fields.object("defaults")
    default = defaults.text("deployment_name")
    defaults.refuse_others()
    properties: dict[str, Any] = {
        "description": fields.text("description"),
        "authMode": fields.text("auth_mode", "aad_token").replace("aad_token", "aadToken"),
        "properties": fields.strings("properties"),
    }
    if default:
        properties["defaults"] = {"deploymentName": default}
    body = {"tags": fields.strings("tags"), "properties": properties}
    fields.ignore("$schema", "location", "identity")
    fields.refuse_others()
    return name, body


def deployment_body(content: JSON, workspace: str) -> tuple[str, str, JSON]:
    """A deployment's endpoint, its name, and the body to put; `workspace` is its ARM id."""
    fields = Fields.of(content)
    name, endpoint = fields.required("name", "my-deployment"), fields.text("endpoint_name")
    tuning = fields.object("settings") if fields.text("type") == "model" else fields
    model = parse_asset(fields.required("model", "azureml:my-model:1"), "models", target="model")
    properties = {
        "description": fields.text("description"),
        "model": {
            "referenceType": "Id",
            "assetId": f"{workspace}/models/{model.name}/versions/{model.version}",
        },
        "resources": {"instanceCount": _instance_count(fields, tuning)},
        "retrySettings": _retry_settings(tuning),
        "environmentVariables": tuning.strings("environment_variables"),
        "properties": fields.strings("properties"),
        **{wire: tuning.raw(key) for key, wire in TUNING.items()},
    }
    if compute := fields.text("compute"):
        properties["compute"] = f"{workspace}/computes/{compute.removeprefix('azureml:')}"
    body = {"tags": fields.strings("tags"), "properties": properties}
    fields.ignore("$schema")
    tuning.refuse_others()
    fields.refuse_others()
    return endpoint, name, body


def _instance_count(fields: Fields, tuning: Fields) -> int | None:
    resources = fields.object("resources")
    resources.ignore("instance_type", "properties")
    under_resources = resources.whole("instance_count")
    resources.refuse_others()
    under_settings = tuning.whole("instance_count")
    if under_settings is not None and under_resources is not None:
        raise InvalidRequest(
            "instance_count is given under resources and among the settings.",
            fix="Give it once.",
            target="resources.instance_count",
        )
    return under_resources if under_settings is None else under_settings


def _retry_settings(tuning: Fields) -> JSON:
    retry = tuning.object("retry_settings")
    settings = {"maxRetries": retry.raw("max_retries"), "timeout": retry.raw("timeout")}
    retry.refuse_others()
    return settings
