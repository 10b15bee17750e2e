"""The answer to a dry run: what a job would take, in the words of a job's document."""

from shared.application.preflight_job import Preflight
from shared.domain.message import JSON
from shared.domain.minibatch import minibatches_of
from shared.domain.preflight import InputFound
from shared.schemas.arm_settings import write_settings

TYPE = "Microsoft.MachineLearningServices/workspaces/batchEndpoints/dryRuns"
READY, PROBLEMS = "Ready", "Problems"


def write_dry_run(preflight: Preflight) -> JSON:
    """In a job's envelope, so that the official client shows the status."""
    deployment, invocation = preflight.deployment, preflight.invocation
    return {
        "id": "",
        "name": invocation.job_name,
        "type": TYPE,
        "properties": {
            "status": PROBLEMS if preflight.problems else READY,
            "endpointName": deployment.endpoint,
            "deploymentName": deployment.name,
            "model": str(deployment.model),
            "script": deployment.code.script if deployment.code else None,
            **write_settings(invocation.settings),
            "compute": {"instanceCount": invocation.settings.instance_count},
            "parallelism": invocation.settings.parallelism,
            "inputData": _input(preflight),
            "outputData": _output(preflight),
            "files": _files(preflight.found, invocation.settings.mini_batch_size),
            "lookedAt": preflight.looked_at,
            "problems": [one.to_wire() for one in preflight.problems],
        },
    }


def _files(found: InputFound, size: int) -> JSON:
    whole = found.whole
    return {
        "total": found.files,
        "bytes": found.bytes,
        "mini_batches": minibatches_of(found.files - found.split, size) + found.pieces,
        **({"pieces": found.pieces} if found.split else {}),
        "skipped": sum(one.count for one in found.skipped),
        "skipped_by_reason": [one.to_wire() for one in found.skipped],
        "listed": found.listed,
        "is_complete": found.is_complete,
        "sample_of": whole
        and {**whole.to_wire(), "mini_batches": minibatches_of(whole.files, size)},
    }


def _input(preflight: Preflight) -> JSON:
    source = preflight.input
    if source is None:
        return {}
    kind = "UriFile" if source.type == "uri_file" else "UriFolder"
    return {source.name: {"jobInputType": kind, "uri": source.uri}}


def _output(preflight: Preflight) -> JSON:
    output = preflight.output
    return {output.name: {"jobOutputType": "UriFile", "uri": output.uri}} if output else {}
