"""A deployment as az ml prints it, and what Azure ML does not tell of one that is being made."""

from typing import Any

from cli.answers import JSON
from cli.views.arm import identity, snake
from cli.views.job import ARM, creation_context

SECONDS = ("PT", "S")
OF_THE_SERVICE = ("provisioningError", "provisioningNotes", "provisioningStage")


def deployment_view(document: JSON) -> JSON:
    """What is not there has no key, as az has it."""
    properties = document["properties"]
    code = properties.get("codeConfiguration")
    view = {
        **identity(document),
        "code_configuration": _code(code) if code else None,
        "compute": _reference(properties.get("compute")),
        "creation_context": creation_context(document.get("systemData") or {}) or None,
        "description": properties.get("description"),
        "endpoint_name": document["id"].split("/")[-3],
        "environment": _reference(properties.get("environmentId")),
        "environment_variables": properties.get("environmentVariables") or {},
        "model": _reference((properties.get("model") or {}).get("assetId")),
        "properties": properties.get("properties") or {},
        "provisioning_state": properties.get("provisioningState"),
        "resources": _snaked(properties.get("resources") or {}),
        "tags": document.get("tags") or {},
        **_settings(properties),
        **{snake(name): properties.get(name) or None for name in OF_THE_SERVICE},
    }
    return {key: value for key, value in view.items() if value is not None}


def _settings(properties: JSON) -> dict[str, Any]:
    action = properties.get("outputAction")
    return {
        "error_threshold": properties.get("errorThreshold"),
        "logging_level": properties.get("loggingLevel"),
        "max_concurrency_per_instance": properties.get("maxConcurrencyPerInstance"),
        "mini_batch_size": properties.get("miniBatchSize"),
        "output_action": snake(action) if action else None,
        "output_file_name": properties.get("outputFileName"),
        "retry_settings": retry_view(properties.get("retrySettings") or {}),
    }


def retry_view(retry: JSON) -> JSON:
    """With the timeout in seconds, as files have it."""
    timeout = _seconds(str(retry.get("timeout") or ""))
    return {"max_retries": retry.get("maxRetries"), "timeout": timeout}


def _reference(arm_id: str | None) -> str | None:
    """Az writes ids of what a deployment uses as they may stand in a file."""
    return f"{ARM}{arm_id}" if arm_id else None


def _code(code: JSON) -> JSON:
    return {"code": code["codeId"], "scoring_script": code["scoringScript"]}


def _seconds(duration: str) -> int | None:
    """`PT30S` -> 30: the service writes no other unit."""
    first, last = SECONDS
    text = duration.removeprefix(first).removesuffix(last)
    return int(text) if text.isdecimal() else None


def _snaked(value: JSON) -> JSON:
    return {snake(key): one for key, one in value.items()}
