"""`batch-endpoint invoke`: start a job."""

from collections.abc import Sequence
from typing import Any

from cli.answers import JSON
from cli.commands.batch_endpoint import check_type
from cli.console import Console
from cli.context import Context
from cli.endpoints.command_document import Settings
from cli.endpoints.input_flags import InputFlags
from cli.endpoints.invocation import OtherFlags, chosen, request_of
from cli.endpoints.trial import trial_of, webhook_of
from cli.following.job import follow_job
from cli.views.dry_run import dry_run_view
from cli.views.invocation import invocation_view

# Keys of an invocation's file, and the flags that say the same.
OVERRIDES = {
    "mini_batch_size": "mini_batch_size",
    "instance_count": "instance_count",
    "name": "job_name",
    "experiment_name": "experiment_name",
    "deployment_name": "deployment_name",
    "properties.outputFormat": "output_format",
    "properties.outputLineage": "output_lineage",
    "properties.outputCarry": "output_carry",
    "properties.outputCompress": "output_compress",
    "properties.outputLayout": "output_layout",
    "properties.outputPartition": "output_partition",
    "properties.outputIfExists": "output_if_exists",
    "properties.outputPartial": "output_partial",
}


def invoke(
    context: Context,
    name: str,
    input: str = "",  # noqa: A002  # az's flag
    input_type: str = "",
    input_data: str = "",
    input_datastore: str = "",
    input_path: str = "",
    input_local_path: str = "",
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    output_path: str = "",
    output_datastore: str = "",
    mini_batch_size: str = "",
    instance_count: str = "",
    deployment_name: str = "",
    job_name: str = "",
    experiment_name: str = "",
    file: str = "",
    settings: Settings = None,
    webhook: str = "",
    stream: bool = False,  # noqa: FBT001, FBT002  # a switch
    endpoint_type: str = "",
    **kwargs: Any,
) -> JSON:
    """What is chosen, what is tried and what rows look like come by flags of their own modules."""
    said = locals() | kwargs
    check_type(endpoint_type)
    given = (input, input_type, input_data, input_datastore, input_path, input_local_path)
    overrides = {key: said[flag] for key, flag in OVERRIDES.items()}
    choice = chosen(kwargs)
    places = (output_path, output_datastore)
    flags = OtherFlags(file, inputs, outputs, *places, settings, overrides, choice)
    more = trial_of(kwargs) | webhook_of(webhook)
    started = _post(context, name, request_of(context.service, InputFlags(*given), flags), more)
    return dry_run_view(started) if "dryRun" in more else _told(context, started, stream=stream)


def _told(context: Context, started: JSON, *, stream: bool) -> JSON:
    job = follow_job(context.service, started["name"], Console()) if stream else started
    return invocation_view(job) | _secret(started)


def _post(
    context: Context, endpoint: str, request: tuple[JSON, dict[str, str]], more: dict[str, JSON]
) -> JSON:
    body, headers = request
    body["properties"] |= more
    return context.service.post(f"batchEndpoints/{endpoint}/jobs", body, headers)


def _secret(started: JSON) -> dict[str, JSON]:
    """What signs the job's own webhook; only the answer to its invocation has it."""
    made = (started["properties"].get("webhook") or {}).get("secret")
    return {"webhook_secret": made} if made else {}
