"""`batch-endpoint invoke`: start a job."""

from collections.abc import Sequence

from cli.answers import JSON
from cli.commands.batch_endpoint import check_type
from cli.console import Console
from cli.context import Context
from cli.endpoints.command_document import Settings
from cli.endpoints.input_flags import InputFlags
from cli.endpoints.invocation import OtherFlags, chosen, request_of
from cli.following.job import follow_job
from cli.views.invocation import invocation_view


def invoke(
    context: Context,
    name: str,
    input: str = "",  # noqa: A002  # az's flag
    input_type: str = "",
    input_data: str = "",
    input_datastore: str = "",
    input_path: str = "",
    input_local_path: str = "",
    include: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
    manifest: bool = False,  # noqa: FBT001, FBT002  # a switch
    changed_since: str = "",
    newest: str = "",
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
) -> JSON:
    check_type(endpoint_type)
    data = InputFlags(input, input_type, input_data, input_datastore, input_path, input_local_path)
    changes = _overrides(
        mini_batch_size, instance_count, job_name, experiment_name, deployment_name
    )
    choice = chosen(include, exclude, manifest, changed_since, newest)
    places = (output_path, output_datastore)
    flags = OtherFlags(file, inputs, outputs, *places, settings, changes, choice)
    started = _start(context, name, request_of(context.service, data, flags), webhook)
    job = follow_job(context.service, started["name"], Console()) if stream else started
    return invocation_view(job) | _secret(started)


def _overrides(
    mini_batch_size: str, instance_count: str, job_name: str, experiment_name: str, deployment: str
) -> dict[str, JSON]:
    """By the keys that an invocation's file has."""
    return {
        "mini_batch_size": mini_batch_size,
        "instance_count": instance_count,
        "name": job_name,
        "experiment_name": experiment_name,
        "deployment_name": deployment,
    }


def _start(
    context: Context, endpoint: str, request: tuple[JSON, dict[str, str]], webhook: str
) -> JSON:
    body, headers = request
    if webhook:
        body["properties"]["webhook"] = {"url": webhook}
    return context.service.post(f"batchEndpoints/{endpoint}/jobs", body, headers)


def _secret(started: JSON) -> dict[str, JSON]:
    """What signs the job's own webhook; only the answer to its invocation has it."""
    made = (started["properties"].get("webhook") or {}).get("secret")
    return {"webhook_secret": made} if made else {}
