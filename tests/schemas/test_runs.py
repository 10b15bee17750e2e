"""Run history's JSON: labels are kept unless they are changed, outputs told once they are there."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.caller import Author
from shared.domain.errors import InvalidRequest
from shared.domain.job import Change, Job, JobState, JobStatus, Labels, utc
from shared.schemas.runs import output_uri, read_asset_ids, read_labels, run_of_asset, write_run
from tests.support.specs import a_spec

ASSETS = "azureml://locations/local/workspaces/local"
WORKSPACE = "azureml://subscriptions/s/resourcegroups/g/workspaces/w"


def a_job(status: JobStatus, output: str = "x/p.csv", script: str = "") -> Job:
    spec = a_spec()
    place = spec.output.model_copy(update={"uri": f"azureml://datastores/mine/paths/{output}"})
    resolved = spec.resolved.model_copy(update={"script": script})
    changed = spec.model_copy(update={"output": place, "resolved": resolved})
    return Job(spec=changed, state=JobState(status=status, reason="why"))


def test_the_output_is_reported_once_it_is_published() -> None:
    running = write_run(a_job(JobStatus.RUNNING), assets_uri=ASSETS, is_child=True)
    completed = write_run(a_job(JobStatus.COMPLETED), assets_uri=ASSETS, is_child=True)

    assert {} == running["outputs"]
    assert a_spec().child == run_of_asset(completed["outputs"]["score"]["assetId"])
    assert "outputs" not in write_run(a_job(JobStatus.COMPLETED), assets_uri=ASSETS, is_child=False)


def test_only_a_failed_run_has_an_error() -> None:
    runs = {
        status: write_run(a_job(status), assets_uri=ASSETS, is_child=False)["error"]
        for status in (JobStatus.FAILED, JobStatus.CANCELED, JobStatus.COMPLETED)
    }

    assert {"error": {"code": "UserError", "message": "why"}} == runs[JobStatus.FAILED]
    assert runs[JobStatus.CANCELED] is runs[JobStatus.COMPLETED] is None


def test_a_run_tells_who_changed_it_and_when_it_moved_last() -> None:
    """Notebooks reckon how long a job took from `lastModifiedUtc`."""
    spec = a_spec()
    ended = spec.created_at + timedelta(seconds=90)
    running = Job(spec=spec, state=JobState(status=JobStatus.RUNNING))
    done = Job(spec=spec, state=JobState(status=JobStatus.COMPLETED, ended_at=ended))
    ada = Change.of(Author(name="Ada"), ended + timedelta(days=1))
    labelled = done.model_copy(update={"labels": Labels().signed(ada)})

    runs = [write_run(job, assets_uri=ASSETS, is_child=False) for job in (running, done, labelled)]

    moments = [utc(spec.created_at), utc(ended), utc(ada.at)]
    assert moments == [run["lastModifiedUtc"] for run in runs]
    names = [spec.created_by, spec.created_by, "Ada"]
    assert names == [run["lastModifiedBy"]["userName"] for run in runs]


@pytest.mark.parametrize(
    ("output", "script", "path"),
    [
        (f"azureml/{a_spec().child}/score/predictions.csv", "", f"azureml/{a_spec().child}/score/"),
        ("others/p.csv", "", "others/p.csv"),
        ("others/p.csv", "score.py", "others/"),
        ("p.csv", "score.py", "p.csv"),
    ],
)
def test_an_output_is_its_folder_only_where_nobody_elses_files_lie(
    output: str, script: str, path: str
) -> None:
    uri = output_uri(a_job(JobStatus.COMPLETED, output, script), WORKSPACE)

    assert f"{WORKSPACE}/datastores/mine/paths/{path}" == uri


def test_a_patch_changes_what_it_names() -> None:
    labels = Labels(display_name="n", description="d", tags={"a": "1", "b": "2"}, hidden=True)

    assert labels == read_labels({}, labels)
    assert labels == read_labels({"hidden": None, "tags": None, "status": "Running"}, labels)
    changed = read_labels({"tags": {"a": None, "c": 3}, "hidden": False}, labels)
    assert ({"b": "2", "c": "3"}, False, "n") == (
        changed.tags,
        changed.hidden,
        changed.display_name,
    )


@pytest.mark.parametrize(
    "body", [[], {"hidden": "yes"}, {"tags": []}, {"tags": {"a": {}}}, {"displayName": 1}]
)
def test_a_patch_of_the_wrong_kind_is_refused(body: Any) -> None:
    with pytest.raises(InvalidRequest):
        read_labels(body, Labels())


@pytest.mark.parametrize("body", [{}, {"values": "x"}, {"values": [1]}, {"values": None}])
def test_asset_ids_are_a_list_of_texts(body: Any) -> None:
    with pytest.raises(InvalidRequest):
        read_asset_ids(body)
