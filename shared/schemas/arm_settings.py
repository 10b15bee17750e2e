"""Batch settings in ARM JSON: a deployment's, and a job's overrides of them."""

from typing import Any

from shared.domain.deployment import BatchSettings, OutputAction
from shared.domain.errors import InvalidRequest
from shared.schemas.checked import refusals
from shared.schemas.fields import Fields

OUTPUT_ACTIONS = {"AppendRow": "append_row", "SummaryOnly": "summary_only"}
LOGGING_LEVELS = {"Warning": "warning", "Info": "info", "Debug": "debug"}
WIRE_NAMES = {
    "mini_batch_size": "miniBatchSize",
    "max_concurrency_per_instance": "maxConcurrencyPerInstance",
    "error_threshold": "errorThreshold",
    "output_file_name": "outputFileName",
    "output_action": "outputAction",
    "logging_level": "loggingLevel",
    "retry_settings.max_retries": "retrySettings.maxRetries",
    "retry_settings.timeout_s": "retrySettings.timeout",
}


def read_settings(
    fields: Fields, *, instances: Fields, base: BatchSettings | None = None
) -> BatchSettings:
    """The settings that `fields` (and `instances.instanceCount`) give, over `base` or the defaults.

    What is absent or null stays as it is in `base`. Raises InvalidRequest naming the field.
    """
    retry = fields.object("retrySettings")
    values = {
        "mini_batch_size": fields.integer("miniBatchSize"),
        "max_concurrency_per_instance": fields.integer("maxConcurrencyPerInstance"),
        "instance_count": instances.integer("instanceCount"),
        "error_threshold": fields.integer("errorThreshold"),
        "output_file_name": fields.text("outputFileName") or None,
        "output_action": fields.choice("outputAction", OUTPUT_ACTIONS),
        "logging_level": fields.choice("loggingLevel", LOGGING_LEVELS),
    }
    tries = {"max_retries": retry.integer("maxRetries"), "timeout_s": retry.seconds("timeout")}
    retry.refuse_others()
    merged: dict[str, Any] = (base or BatchSettings()).to_wire()
    merged |= {key: value for key, value in values.items() if value is not None}
    merged["retry_settings"] |= {key: value for key, value in tries.items() if value is not None}
    if values["output_file_name"] and merged["output_action"] == OutputAction.SUMMARY_ONLY:
        raise InvalidRequest(
            "When output_action is set to summary_only, the output_file_name need not to be "
            "specified.",
            fix="Leave out outputFileName, or use the output action AppendRow.",
            target=fields.path("outputFileName"),
        )
    names = {key: fields.path(name) for key, name in WIRE_NAMES.items()}
    with refusals(names | {"instance_count": instances.path("instanceCount")}):
        return BatchSettings.from_wire(merged)


def write_settings(settings: BatchSettings) -> dict[str, Any]:
    """The settings under ARM's names; `instanceCount` stands in `resources`."""
    actions = {value: name for name, value in OUTPUT_ACTIONS.items()}
    levels = {value: name for name, value in LOGGING_LEVELS.items()}
    appends = settings.output_action is OutputAction.APPEND_ROW
    return {
        "miniBatchSize": settings.mini_batch_size,
        "maxConcurrencyPerInstance": settings.max_concurrency_per_instance,
        "errorThreshold": settings.error_threshold,
        "retrySettings": {
            "maxRetries": settings.retry_settings.max_retries,
            "timeout": f"PT{settings.retry_settings.timeout_s}S",
        },
        "outputAction": actions[settings.output_action],
        "outputFileName": settings.output_file_name if appends else None,
        "loggingLevel": levels[settings.logging_level],
    }
