"""Dry runs choose files as jobs do, and read manifests as they do."""

from typing import Any

import pytest

from tests.support.specs import CONTAINER
from tests.triggers.test_dry_runs import GOOD, URI, Made, dry_run, made, planned

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
