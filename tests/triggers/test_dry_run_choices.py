"""Dry runs choose files as jobs do, and read manifests as they do."""

import gzip
import os
from datetime import UTC, datetime
from typing import Any

import pytest

from activities.plan_job import plan
from shared.domain.errors import PreflightFailed
from shared.domain.job import JobState, JobStatus
from shared.domain.task import PlanTask
from tests.support.client import Client
from tests.support.specs import CONTAINER
from tests.triggers.test_dry_runs import (
    GOOD,
    URI,
    Made,
    body_of,
    codes,
    dry_run,
    made,
    planned,
    post,
)

__all__ = ["made"]

CHOICES: list[dict[str, Any]] = [
    {"include": ["**/*.csv"]},
    {"include": ["**"], "exclude": ["b/**"]},
    {"exclude": ["a*"], "newest": 2},
]


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("sample", [{}, {"sample": 2}])
def test_a_dry_run_chooses_as_the_job_does(
    made: Made, choice: dict[str, Any], sample: dict[str, Any]
) -> None:
    client, blobs = made
    client.orchestrations.is_idle = True
    for name in ("a.csv", "a1.csv", "b/c.csv", "b/d.csv", "e.csv", "f.csv", "b/.g.csv"):
        blobs.write(CONTAINER, f"in/{name}", GOOD)
    given = {"input": {"jobInputType": "UriFolder", "uri": URI, **choice}}

    files = dry_run(client, inputData=given, **sample)["files"]
    job = planned(client, inputData=given, **sample)

    assert 0 < job.files < 7
    assert (job.files, job.bytes, job.skipped) == (files["total"], files["bytes"], files["skipped"])
    reasons = (f"{one['count']} {one['reason']}" for one in files["skipped_by_reason"])
    assert job.left_out == ", ".join(reasons)


@pytest.mark.parametrize("sample", [{}, {"sample": 2}])
def test_a_dry_run_reads_a_manifest_as_the_job_does(made: Made, sample: dict[str, Any]) -> None:
    client, blobs = made
    client.orchestrations.is_idle = True
    for name in ("z.csv", "y/a.csv", "x.csv"):
        blobs.write(CONTAINER, f"in/{name}", GOOD)
    blobs.write(CONTAINER, "in/list.txt", b"z.csv\ny/a.csv\n\n# no more\nx.csv\n")
    listed = {"jobInputType": "UriFile", "uri": f"{URI}/list.txt", "manifest": True}

    properties = dry_run(client, inputData={"input": listed}, **sample)
    job = planned(client, inputData={"input": listed}, **sample)

    assert [] == properties["problems"]
    files = properties["files"]
    assert (2 if sample else 3) == job.files == files["total"]
    assert job.bytes == files["bytes"]


@pytest.mark.parametrize("more", [{}, {"sample": 2}])
def test_a_choice_of_nothing_is_a_problem(made: Made, more: dict[str, Any]) -> None:
    """A manifest without a line, and a folder in which nothing changed since a job."""
    client, blobs = made
    client.orchestrations.is_idle = True
    blobs.write(CONTAINER, "in/a.csv", GOOD)
    blobs.write(CONTAINER, "empty.txt", b"# nothing\n\n")
    earlier = post(client, body_of()).body["name"]
    complete(client, earlier)
    uri = URI.removesuffix("in")
    empty = {"jobInputType": "UriFile", "uri": f"{uri}empty.txt", "manifest": True}
    unchanged = {"jobInputType": "UriFolder", "uri": URI, "changedSince": earlier}

    for one, words in ((empty, "lists no files"), (unchanged, "(1 unchanged since then)")):
        found = dry_run(client, inputData={"input": one}, **more)
        assert ["InputMissing"] == codes(found), found
        assert words in found["problems"][0]["message"]
        with pytest.raises(PreflightFailed, match="The preflight found 1 problem"):
            post(client, body_of(inputData={"input": one}, preflight=True, **more))


def complete(client: Client, name: str) -> None:
    """The job, planned and scored."""
    job = client.services.jobs.get(name)
    planned = plan(PlanTask(job=name), client.services).plan
    state = JobState(status=JobStatus.COMPLETED, plan=planned, ended_at=datetime.now(UTC))
    client.services.jobs.advance(job.spec, state)


def test_what_is_wrong_with_a_choice_is_a_problem_of_the_input(made: Made) -> None:
    client, blobs = made
    blobs.write(CONTAINER, "in/list.txt", b"gone.csv\n")
    listed = {"jobInputType": "UriFile", "uri": f"{URI}/list.txt", "manifest": True}
    chosen = {"jobInputType": "UriFolder", "uri": URI, "include": ["*.csv"]}
    single = {"jobInputType": "UriFile", "uri": f"{URI}/list.txt", "include": ["*.csv"]}

    for one, words in (
        (listed, "Line 1 of the manifest ('gone.csv')"),
        (chosen, "There are no input files in the folder"),
        (single, "is a single file"),
    ):
        problem = dry_run(client, inputData={"input": one})["problems"][0]
        assert "InputMissing" == problem["code"]
        assert words in problem["message"]


def test_a_split_counts_pieces_by_size_and_says_what_cannot_be_split(made: Made) -> None:
    client, blobs = made
    blobs.write(CONTAINER, "large/a.csv", b"x\n" + b"1\n" * 1_249)
    blobs.write(CONTAINER, "large/b.csv.gz", gzip.compress(os.urandom(1_500)))
    blobs.write(CONTAINER, "large/c.csv", b"x\n1\n")
    uri = "azureml://datastores/workspaceblobstore/paths/large"
    given = {"jobInputType": "UriFolder", "uri": uri, "split": "size=1KB"}

    found = dry_run(client, inputData={"input": given})

    assert (3, 6) == (found["files"]["total"], found["files"]["mini_batches"])
    assert 5 == found["files"]["pieces"]
    refused = [one for one in found["problems"] if one["code"] == "NotSplittable"]
    assert ["b.csv.gz"] == [one["file"] for one in refused]
    assert "it is compressed" in refused[0]["message"]


def test_more_pieces_than_a_job_has_are_a_problem(made: Made) -> None:
    client, blobs = made
    blobs.write(CONTAINER, "large/a.csv", b"x\n" + b"1\n" * 300_000)
    uri = "azureml://datastores/workspaceblobstore/paths/large"
    given = {"jobInputType": "UriFolder", "uri": uri, "split": "size=5"}

    found = dry_run(client, inputData={"input": given})

    problem = next(one for one in found["problems"] if one["code"] == "TooManyPieces")
    assert "'a.csv': It would make 120001 pieces" in problem["message"]
    assert "scored as one beyond 100000" in problem["message"]
