"""Whole jobs over memory that choose their files: what is scored, and what receipts say of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from activities.plan_job import plan
from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.job import JobSpec
from shared.domain.plan import Plan
from shared.domain.selection import Selection
from shared.domain.task import PlanTask
from tests.app.job_results import predictions, receipt
from tests.support.services_in_memory import App, run_job, services_in_memory
from tests.support.specs import CONTAINER, a_spec

TREE = ("a.csv", "b.json", "sub/c.csv", "sub/d.txt", "drafts/e.csv", "_SUCCESS", ".f.csv", "g.csv")


def put(blobs: MemoryBlobs, *paths: str, content: str = "1") -> None:
    for path in paths:
        blobs.write(CONTAINER, f"in/{path}", content.encode())


def choosing(name: str = "job-1", **selection: Any) -> JobSpec:
    return a_spec(name, selection=Selection(**selection))


def names(blobs: MemoryBlobs, job: str = "job-1") -> list[str]:
    return [row.split(",")[2] for row in predictions(blobs, job)]


def test_included_files_are_scored_in_name_order_and_the_rest_is_told(app: App) -> None:
    services, blobs, _ = app
    put(blobs, *TREE)

    ending = run_job(choosing(include=("**/*.csv",), exclude=("drafts/**",)), services)

    assert "Completed" == ending["status"]
    assert ["a.csv", "g.csv", "c.csv"] == names(blobs)
    proof = receipt(blobs)
    assert "proven" == proof["verdict"]
    assert {"planned": 3, "scored": 3, "failed": 0, "untried": 0, "skipped": 5} == proof["files"]
    assert {"hidden": 1, "sparkMark": 1, "notIncluded": 2, "excluded": 1} == proof["left_out"][
        "counts"
    ]
    assert {"path": "drafts/e.csv", "reason": "excluded"} in proof["left_out"]["files"]
    assert 5 == len(proof["left_out"]["files"])
    assert ["**/*.csv"] == proof["selection"]["include"]
    assert [] == proof["warnings"]  # it was asked for


def test_files_of_one_name_in_two_folders_are_two_files(app: App) -> None:
    """In one mini-batch, too; and one that fails takes only itself along."""
    services, blobs, _ = app
    put(blobs, "a.csv", content="bad")
    put(blobs, "x/a.csv", content="2")
    put(blobs, "y/a.csv", content="3")

    run_job(choosing(include=("**",)), services)

    assert ["0,2,a.csv", "0,3,a.csv"] == predictions(blobs)
    assert (2, 1) == (receipt(blobs)["files"]["scored"], receipt(blobs)["files"]["failed"])


def test_a_job_that_chooses_nothing_tells_what_it_left_out_too(app: App) -> None:
    services, blobs, _ = app
    put(blobs, *TREE)

    run_job(a_spec(), services)

    proof = receipt(blobs)
    assert ["a.csv", "b.json", "g.csv"] == names(blobs)
    assert {"nested": 3, "hidden": 1, "sparkMark": 1} == proof["left_out"]["counts"]
    assert "selection" not in proof
    assert ["5 blobs of the input folder"] == [one[:27] for one in proof["warnings"]]


def test_what_left_nothing_out_has_the_receipt_that_it_had(app: App) -> None:
    services, blobs, _ = app
    put(blobs, "a.csv")

    run_job(a_spec(), services)

    assert not {"selection", "left_out"} & set(receipt(blobs))
    documents = [one.name for one in blobs.list_blobs("batch-jobs", "job-1/")]
    assert not [name for name in documents if "left_out" in name]
    job = json.loads(blobs.read("batch-jobs", "job-1/job.json").data)
    assert "left_out_by" not in job["state"]["plan"]
    assert "selection" not in job["spec"]["settings"]


def test_planning_again_keeps_the_choice(app: App) -> None:
    """As a job does whose plan was lost, or that is tried again."""
    services, blobs, _ = app
    put(blobs, *TREE)
    spec = choosing(include=("**",), newest=2)
    services.jobs.create(spec)

    first = plan(PlanTask(job=spec.name), services).plan
    again = plan(PlanTask(job=spec.name, is_again=True), services).plan

    assert 2 == first.files == again.files
    assert (first.digest, first.left_out_by) == (again.digest, again.left_out_by)


def test_only_what_changed_since_a_job_and_those_before_it_is_scored(app: App) -> None:
    """The second job scored the change only: what it left out for that is not new to the third."""
    services, blobs, _ = app
    put(blobs, "a.csv", "b.csv", "c.csv")
    run_job(a_spec(), services)
    put(blobs, "b.csv", "d.csv", content="2")

    run_job(choosing("job-2", changed_since="job-1"), services)
    put(blobs, "e.csv", content="3")
    run_job(choosing("job-3", changed_since="job-2"), services)
    last = run_job(choosing("job-4", changed_since="job-3"), services)

    assert ["0,2,b.csv", "0,2,d.csv"] == predictions(blobs, "job-2")
    assert ["e.csv"] == names(blobs, "job-3")
    assert {"unchanged": 4} == receipt(blobs, "job-3")["left_out"]["counts"]
    assert "Failed" == last["status"]
    assert "is chosen (5 unchanged since then)" in last["reason"]


def test_what_an_unfinished_job_left_is_never_left_out(app: App) -> None:
    services, blobs, _ = app
    put(blobs, "a.csv", content="bad")
    run_job(a_spec(), services)

    failed = run_job(choosing("job-2", changed_since="job-1"), services)["reason"]
    missing = run_job(choosing("job-3", changed_since="nobody"), services)["reason"]

    assert "changedSince is 'job-1', and that job is Failed" in failed
    assert "there is no job of that name" in missing


def listed(name: str = "job-1", path: str = "in/list.txt", **settings: Any) -> JobSpec:
    """A job over a manifest."""
    spec = a_spec(name, path, selection=Selection(manifest=True), **settings)
    return JobSpec.from_wire(
        spec.to_wire() | {"input": spec.input.to_wire() | {"type": "uri_file"}}
    )


def test_a_manifest_is_scored_in_its_own_order_from_several_containers(app: App) -> None:
    services, blobs, _ = app
    put(blobs, "b.csv", "sub/a.csv", "never.csv")
    blobs.write("azureml", "ExperimentRun/x.csv", b"7")
    put(
        blobs,
        "list.txt",
        content="sub/a.csv\nazureml://datastores/workspaceartifactstore/paths/"
        "ExperimentRun/x.csv\nb.csv\n",
    )

    ending = run_job(listed(mini_batch_size=2), services)

    assert "Completed" == ending["status"], ending
    assert ["0,1,a.csv", "0,7,x.csv", "0,1,b.csv"] == predictions(blobs)
    proof = receipt(blobs)
    assert ("proven", 3, 0) == (
        proof["verdict"], proof["files"]["scored"], proof["files"]["skipped"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("b.csv\ngone.csv\n", "Line 2 of the manifest ('gone.csv') cannot be read."),
        ("b.csv\nb.csv", "'in/b.csv' is on line 1 already."),
        ("# nothing yet\n\n", "lists no files"),
    ],
)
def test_a_manifest_that_cannot_be_planned_fails_its_job_in_words(
    app: App, text: str, words: str
) -> None:
    services, blobs, _ = app
    put(blobs, "b.csv")
    put(blobs, "list.txt", content=text)

    ending = run_job(listed(), services)

    assert "Failed" == ending["status"]
    assert words in ending["reason"]


class Edited(MemoryBlobs):
    """The manifest is written again once it was read."""

    def chunks(self, container: str, name: str, *, size: int = 8 << 20) -> Any:
        yield from super().chunks(container, name, size=size)
        if name.endswith("list.txt"):
            self.write(container, name, b"other.csv")


def test_a_manifest_that_changes_while_it_is_read_proves_nothing(tmp_path: Path) -> None:
    services, blobs, _ = services_in_memory(tmp_path, Edited())
    put(blobs, "b.csv")
    put(blobs, "list.txt", content="b.csv")

    run_job(listed(), services)

    assert ["b.csv"] == names(blobs)
    assert "incomplete" == receipt(blobs)["verdict"]


def test_files_that_change_or_go_after_planning_fail_alone_with_the_reason(app: App) -> None:
    """They are listed in the container of their own."""
    services, blobs, _ = app
    blobs.write("azureml", "ExperimentRun/x.csv", b"7")
    place = "azureml://datastores/workspaceartifactstore/paths/ExperimentRun/x.csv"
    put(blobs, "a.csv", "b.csv")
    put(blobs, "list.txt", content=f"a.csv\n{place}\nb.csv")
    spec = listed()
    services.jobs.create(spec)
    planned = plan(PlanTask(job=spec.name), services).plan

    blobs.write("azureml", "ExperimentRun/x.csv", b"8")
    blobs.delete(CONTAINER, "in/a.csv")
    told = told_of(services, spec, planned)

    assert told["a.csv"].startswith("The file was deleted since the job started. ")
    assert "changed since the job started" in told["x.csv"]
    assert {"a.csv", "x.csv"} == set(told)


def told_of(services: Any, spec: JobSpec, planned: Plan) -> dict[str, str]:
    """What downloading the planned files says of those that cannot be read."""
    files = list(services.plans.files(spec.name, planned))
    folder = services.settings.scratch_folder / "fetched"
    _, failures = services.downloads.start(spec.input.location.container, files, folder).wait()
    return {failure.name: failure.message for failure in failures}
