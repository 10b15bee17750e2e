"""A job in ARM JSON: as invoke and its polls answer it, and as the official client reads jobs.

To that client a job is a pipeline job with one child run, the scoring step.
"""

import json
from datetime import datetime
from typing import Any

from shared.domain.job import Job, JobSpec, JobState, JobStatus, utc
from shared.domain.message import JSON
from shared.domain.progress import progress_of
from shared.schemas.arm_output import write_output_options
from shared.schemas.arm_samples import write_sample, write_sample_facts
from shared.schemas.arm_selection import write_selection
from shared.schemas.arm_settings import write_settings
from shared.schemas.housekeeping import write_removed

JOB_TYPE = "Microsoft.MachineLearningServices/workspaces/jobs"
PROVISIONING = {
    JobStatus.COMPLETED: "Succeeded",
    JobStatus.FAILED: "Failed",
    JobStatus.CANCELED: "Canceled",
}

SUSPENDED = (
    "The job was suspended through the Durable API. Resume it by the resumePostUri of its "
    "invocation, or cancel it."
)


def write_job(
    job: Job,
    *,
    arm_id: str,
    poll_uri: str,
    studio_uri: str,
    files_uri: str,
    listing_uri: str,
    now: datetime,
    links: JSON = None,
) -> JSON:
    """The job's document: its reports lie at `files_uri`, `listing_uri` lists all its files."""
    spec, state = job.spec, job.state
    return {
        "id": arm_id,
        "name": spec.name,
        "type": "Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs",
        "properties": {
            "status": job.status,
            "provisioningState": PROVISIONING.get(state.status, "InProgress"),
            **_names(spec),
            "inputData": {spec.input.name: _input(job)},
            "outputData": {spec.output.name: {"jobOutputType": "UriFile", "uri": spec.output.uri}},
            **write_settings(spec.settings),
            "compute": {"instanceCount": spec.settings.instance_count},
            "error": {"code": "UserError", "message": state.reason} if state.reason else None,
            "warnings": state.warnings,
            "suspended": _suspended(job),
            **_counts(state, now),
            **_times(state),
            "outputs": {**_outputs(job, files_uri), "files": listing_uri, "links": links},
            "interactionEndpoints": {"Studio": _studio(studio_uri)},
            "removed": write_removed(job.cleared),
            **write_sample(job),
        },
        "systemData": _system_data(job),
        "services": {"Poll": {"endpoint": poll_uri}, "Studio": _studio(studio_uri)},
    }


def _properties(spec: JobSpec) -> JSON:
    """What its predictions look like, where that was asked for."""
    options = write_output_options(spec.settings.output)
    return {"properties": options} if options else {}


def _counts(state: JobState, now: datetime) -> dict[str, JSON]:
    """How far it is; and how many blobs of the input folder are no inputs, by reason."""
    progress = progress_of(state, now)
    counts = {"progress": progress.to_wire() if progress else None}
    left_out = state.plan.left_out_by if state.plan else {}
    return {"leftOut": dict(left_out), **counts} if left_out else counts


def _suspended(job: Job) -> JSON:
    """In words, too: who reads this may not be who did it."""
    if job.suspension is None:
        return None
    return {
        "since": utc(job.suspension.since),
        "reason": job.suspension.reason,
        "message": SUSPENDED,
    }


def _names(spec: JobSpec) -> dict[str, JSON]:
    return {
        "endpointName": spec.endpoint,
        "deploymentName": spec.deployment,
        "experimentName": spec.experiment,
        "model": str(spec.resolved.model),
        **_properties(spec),
    }


def _times(state: JobState) -> dict[str, str | None]:
    return {
        "startTime": utc(state.scoring_since) if state.scoring_since else None,
        "endTime": utc(state.ended_at) if state.ended_at else None,
    }


def write_pipeline_job(
    job: Job, *, arm_id: str, studio_uri: str, files_uri: str, listing_uri: str
) -> JSON:
    """The job as `jobs.get` and `jobs.list` read it; its named output is the child run's."""
    spec, labels = job.spec, job.labels
    return {
        "id": arm_id,
        "name": spec.name,
        "type": JOB_TYPE,
        "properties": {
            "jobType": "Pipeline",
            "status": job.status,
            "displayName": labels.display_name or spec.name,
            "description": labels.description or None,
            "experimentName": spec.experiment,
            "tags": {**labels.tags, "azureml.batchrun": "true"},
            "isArchived": labels.hidden,
            "properties": {**_facts(job, files_uri), "files": listing_uri},
            "services": {"Studio": _studio(studio_uri)},
        },
        "systemData": _system_data(job),
    }


def write_child_job(child: str, arm_id: str) -> JSON:
    """The scoring step as a job: it is there, and its run tells the rest."""
    return {"id": arm_id, "name": child, "type": JOB_TYPE, "properties": None}


def _facts(job: Job, files_uri: str) -> dict[str, str]:
    """What the client shows as it is: texts only."""
    spec, state = job.spec, job.state
    facts = {
        "endpointName": spec.endpoint,
        "deploymentName": spec.deployment,
        "model": str(spec.resolved.model),
        "childRunId": spec.child,
        "inputUri": spec.input.uri,
        "outputUri": spec.output.uri,
        "filesTotal": str(state.plan.files if state.plan else 0),
        "filesDone": str(state.tally.files),
        "filesFailed": str(state.tally.failed_files),
        "reason": state.reason,
        "warnings": "\n".join(state.warnings),
        "selection": _as_text(write_selection(spec.settings.selection)),
        "leftOut": _as_text(state.plan.left_out_by if state.plan else {}),
        "suspended": f"{SUSPENDED} {job.suspension.reason}".rstrip() if job.suspension else "",
    }
    facts |= write_sample_facts(job)
    outputs = _outputs(job, files_uri)
    addresses = {name: outputs[name] for name in ("receipt", "errors", "logs")}
    return {name: text for name, text in (facts | addresses).items() if text}


def _as_text(values: JSON) -> str:
    return json.dumps(values) if values else ""


def _studio(studio_uri: str) -> JSON:
    """Where a person may look at the job."""
    return {"jobServiceType": "Studio", "endpoint": studio_uri}


def _system_data(job: Job) -> JSON:
    spec, change = job.spec, job.last_change
    return {
        "createdAt": utc(spec.created_at),
        "createdBy": spec.created_by,
        "createdByType": spec.created_by_type,
        "lastModifiedAt": utc(change.at),
        "lastModifiedBy": change.by,
        "lastModifiedByType": change.by_type,
    }


def _input(job: Job) -> JSON:
    source = job.spec.input
    kind = "UriFile" if source.type == "uri_file" else "UriFolder"
    chosen = write_selection(job.spec.settings.selection)
    return {"jobInputType": kind, "uri": source.uri, **chosen}


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
        **({"partial": state.partial.to_wire()} if state.partial else {}),
    }
