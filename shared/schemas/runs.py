"""A job in run history's JSON: the run of the job, and its child that scores.

The official client follows jobs, lists their children and finds their outputs by it.
"""

import re
from collections.abc import Mapping

from shared.domain.errors import InvalidRequest
from shared.domain.job import Job, JobStatus, Labels, utc
from shared.domain.message import JSON, LONGEST_REASON
from shared.domain.reference import parse_datastore_path
from shared.schemas.fields import Fields

CHILD_NAME, OUTPUT_NAME = "batchscoring", "score"
ASSET = re.compile(rf".*/data/azureml_(?P<run>[-0-9a-f]+)_output_data_{OUTPUT_NAME}/versions/1")


def write_run(job: Job, *, assets_uri: str, is_child: bool) -> JSON:
    """The run; `assets_uri` is what the ids of its outputs begin with."""
    spec, labels = job.spec, job.labels
    own = (
        {
            "displayName": CHILD_NAME,
            "name": CHILD_NAME,
            "runType": "azureml.StepRun",
            "tags": {},
            "outputs": _outputs(job, assets_uri),
        }
        if is_child
        else {
            "displayName": labels.display_name or spec.name,
            "runType": "azureml.PipelineRun",
            "tags": {**labels.tags, "azureml.batchrun": "true"},
        }
    )
    return {
        **_run(job, is_child=is_child),
        **own,
        "experimentId": spec.experiment,
        "description": labels.description or None,
        "hidden": labels.hidden,
        "createdUtc": utc(spec.created_at),
        "createdBy": {"userName": spec.created_by},
        **_last_change(job),
    }


def write_details(job: Job, *, log_files: Mapping[str, str], is_child: bool) -> JSON:
    """What `jobs.stream` asks again and again: the status, and where the logs are."""
    return {
        **_run(job, is_child=is_child),
        "createdTimeUtc": utc(job.spec.created_at),
        "logFiles": dict(log_files),
    }


def read_labels(body: JSON, labels: Labels) -> Labels:
    """The labels after a PATCH of a run; what it leaves out stays, and a null tag goes.

    Raises InvalidRequest.
    """
    fields = Fields.of(body)
    tags = {**labels.tags, **fields.strings("tags")}
    removed = {name for name, text in (fields.raw("tags") or {}).items() if text is None}
    return labels.model_copy(
        update={
            "display_name": fields.text("displayName", labels.display_name),
            "description": fields.text("description", labels.description),
            "tags": {name: text for name, text in tags.items() if name not in removed},
            "hidden": fields.flag("hidden") if fields.has("hidden") else labels.hidden,
        }
    )


def read_run_id(body: JSON) -> str:
    """Which run's data is asked for; raises InvalidRequest."""
    return Fields.of(body).required("runId", "the run id that a job's children show")


def read_asset_ids(body: JSON) -> list[str]:
    """Raises InvalidRequest."""
    values = Fields.of(body).raw("values")
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidRequest(
            "'values' is not a list of asset ids.",
            fix='Send {"values": ["<assetId of an output>", ...]}.',
            target="values",
        )
    return values


def run_of_asset(asset_id: str) -> str:
    """The run whose output has that id; empty if it is none."""
    match = ASSET.fullmatch(asset_id)
    return match["run"] if match else ""


def output_uri(job: Job, workspace_uri: str) -> str:
    """Where to download a job's output from: its folder, or the one file that is the job's.

    A folder that the client chose may hold others' files; there only a script's job, which may
    have written more than the predictions, has the folder.
    """
    spec = job.spec
    output = parse_datastore_path(spec.output.uri, target="output")
    folder = output.path.rpartition("/")[0]
    has_folder = bool(folder) and (spec.child in folder or bool(spec.resolved.script))
    path = f"{folder}/" if has_folder else output.path
    return f"{workspace_uri}/datastores/{output.datastore}/paths/{path}"


def _run(job: Job, *, is_child: bool) -> dict[str, JSON]:
    spec, state = job.spec, job.state
    return {
        "runId": spec.child if is_child else spec.name,
        "parentRunId": spec.name if is_child else None,
        "rootRunId": spec.name,
        # the official client takes Paused for an end: it would not wait until the job is resumed
        "status": job.state.status if job.status is JobStatus.PAUSED else job.status,
        "startTimeUtc": utc(state.scoring_since) if state.scoring_since else None,
        "endTimeUtc": utc(state.ended_at) if state.ended_at else None,
        "error": _error(job),
        "properties": {},
    }


def _last_change(job: Job) -> dict[str, JSON]:
    """When the job or what is said of it changed last; by the last person who changed something."""
    change, state = job.last_change, job.state
    moments = (change.at, state.scoring_since, state.ended_at)
    return {
        "lastModifiedUtc": utc(max(moment for moment in moments if moment)),
        "lastModifiedBy": {"userName": change.by},
    }


def _outputs(job: Job, assets_uri: str) -> JSON:
    """The one output, once it is published."""
    if job.state.status is not JobStatus.COMPLETED:
        return {}
    asset_id = f"{assets_uri}/data/azureml_{job.spec.child}_output_data_{OUTPUT_NAME}/versions/1"
    return {OUTPUT_NAME: {"assetId": asset_id, "type": "uri_folder"}}


def _error(job: Job) -> JSON:
    if job.state.status is not JobStatus.FAILED:
        return None
    return {"error": {"code": "UserError", "message": job.state.reason[:LONGEST_REASON]}}
