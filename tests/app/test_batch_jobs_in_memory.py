"""A job of a batch of uploads scores just the versions that the batch accepted."""

from pathlib import Path
from typing import Any

import pytest

from orchestrators import score_job
from shared.domain.task import JobRun
from shared.domain.watch import GatherRules
from tests.app.job_results import receipt
from tests.support.rehearsal import play, undecorated
from tests.support.services_in_memory import rehearse
from tests.support.watched import CONTAINER, Watched


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    made, rules = Watched(tmp_path), GatherRules(quiet_s=1, most_wait_s=1, most_files=3)
    place = "azureml://datastores/workspaceblobstore/paths/out/{batch}.csv"
    made.watch = made.put_watch(rules=rules, output=place)
    return made


def run(watched: Watched, number: int) -> Any:
    name = watched.watch.task.job_name(number)
    play(
        undecorated(score_job.score_job),
        rehearse(watched.services),
        JobRun(job=name).to_wire(),
        name,
    )
    return receipt(watched.blobs, name)


def rows(watched: Watched, number: int) -> list[str]:
    return watched.blobs.read(CONTAINER, f"out/{number:06d}.csv").data.decode().splitlines()


def test_each_job_scores_its_batch_and_nothing_else_of_the_folder(watched: Watched) -> None:
    for index in range(5):
        watched.upload(f"f{index}.csv", str(index).encode())
    watched.wait(60)
    while watched.gather_once().pending:
        pass
    watched.upload("late.csv", b"9")

    proofs = [run(watched, number) for number in (0, 1)]

    assert [f"0,{index},f{index}.csv" for index in range(3)] == rows(watched, 0)
    assert ["0,3,f3.csv", "0,4,f4.csv"] == rows(watched, 1)
    assert ["proven", "proven"] == [proof["verdict"] for proof in proofs]
    assert [3, 2] == [proof["files"]["scored"] for proof in proofs]
    listed = [(one["name"], one["etag"]) for proof in proofs for one in proof["batch"]["files"]]
    assert watched.versions() == listed
    manifest = proofs[1]["batch"]["manifest"]
    assert manifest.startswith("batch-registry/accepted/wine/cellar/")
    assert manifest.endswith("/batches/00000001.json")


def test_a_file_that_was_overwritten_since_fails_there_and_is_scored_by_the_next_job(
    watched: Watched,
) -> None:
    watched.upload("a.csv", b"1")
    watched.upload("b.csv", b"2")
    watched.wait(60)
    watched.gather_once()
    watched.upload("a.csv", b"3")
    watched.wait(60)
    watched.gather_once()

    first, second = run(watched, 0), run(watched, 1)

    assert ["0,2,b.csv"] == rows(watched, 0)
    assert (1, 1) == (first["files"]["scored"], first["files"]["failed"])
    assert ["0,3,a.csv"] == rows(watched, 1)
    assert 1 == second["files"]["scored"]
    assert (
        "a.csv"
        in watched.blobs.read(
            "batch-jobs", f"{watched.watch.task.job_name(0)}/errors.jsonl"
        ).data.decode()
    )
