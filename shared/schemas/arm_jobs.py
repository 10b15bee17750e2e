"""A job in ARM JSON, as invoke and its polls answer it."""

from datetime import datetime
from typing import Any

from shared.domain.job import Job, JobStatus, utc
from shared.domain.message import JSON
from shared.domain.progress import progress_of
from shared.schemas.arm_settings import write_settings

PROVISIONING = {
    JobStatus.COMPLETED: "Succeeded",
    JobStatus.FAILED: "Failed",
    JobStatus.CANCELED: "Canceled",
}


def write_job(job: Job, *, arm_id: str, poll_uri: str, files_uri: str, now: datetime) -> JSON:
    """The job's document; `files_uri` is where its receipt, errors and logs lie."""
    spec, state = job.spec, job.state
    progress = progress_of(state, now)
    return {
        "id": arm_id,
        "name": spec.name,
        "type": "Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs",
        "properties": {
            "status": state.status,
            "provisioningState": PROVISIONING.get(state.status, "InProgress"),
            "endpointName": spec.endpoint,
            "deploymentName": spec.deployment,
            "experimentName": spec.experiment,
            "model": str(spec.recipe.model),
            "inputData": {spec.input.name: _input(job)},
            "outputData": {spec.output.name: {"jobOutputType": "UriFile", "uri": spec.output.uri}},
            **write_settings(spec.settings),
            "compute": {"instanceCount": spec.settings.instance_count},
            "error": {"code": "UserError", "message": state.reason} if state.reason else None,
            "progress": progress.to_wire() if progress else None,
            "startTime": utc(state.scoring_since) if state.scoring_since else None,
            "endTime": utc(state.ended_at) if state.ended_at else None,
            "outputs": _outputs(job, files_uri),
        },
        "systemData": {
            "createdAt": utc(spec.created_at),
            "createdBy": spec.created_by,
            "createdByType": spec.created_by_type,
            "lastModifiedAt": utc(state.ended_at or spec.created_at),
            "lastModifiedBy": spec.created_by,
            "lastModifiedByType": spec.created_by_type,
        },
        "services": {"Poll": {"endpoint": poll_uri}},
    }


def _input(job: Job) -> JSON:
    given = job.spec.input
    kind = "UriFile" if given.type == "uri_file" else "UriFolder"
    return {"jobInputType": kind, "uri": given.uri}


def _outputs(job: Job, files_uri: str) -> dict[str, Any]:
    """Direct addresses: the predictions once they are published, the rest once it is written."""
    state = job.state
    is_done = state.status is JobStatus.COMPLETED
    return {
        "predictions": job.spec.output.uri if is_done else None,
        "sha256": state.output_sha256 or None,
        "bytes": state.output_bytes if is_done else None,
        "receipt": f"{files_uri}/receipt.json" if state.is_reported else None,
        "errors": f"{files_uri}/errors.jsonl" if state.is_reported else None,
        "logs": f"{files_uri}/logs",
    }
