"""Files that fail: the error threshold, the search for the bad one, and tries."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.message import JSON
from tests.app.job_results import predictions, receipt
from tests.support.services_in_memory import (
    App,
    rehearse,
    run_job,
    services_in_memory,
    upload,
)
from tests.support.specs import CONTAINER, a_spec


@pytest.mark.parametrize(
    ("threshold", "failing", "status"),
    [
        (0, 0, "Completed"),
        (0, 1, "Failed"),
        (3, 3, "Completed"),
        (3, 4, "Failed"),
        (-1, 9, "Completed"),
        (-1, 10, "Failed"),
    ],
)
def test_the_threshold_counts_files_over_the_whole_input(
    app: App, threshold: int, failing: int, status: str
) -> None:
    """More than `threshold` fails the job; -1 never does, unless not one of ten files succeeded."""
    services, blobs, _ = app
    upload(blobs, ["bad"] * failing + ["1"] * (10 - failing))
    spec = a_spec(mini_batch_size=2, max_concurrency_per_instance=3, error_threshold=threshold)

    ending = run_job(spec, services)

    assert status == ending["status"]
    assert (status == "Completed") == blobs.exists(CONTAINER, "out/job-1.csv")


def test_no_minibatch_starts_after_the_threshold_is_passed(app: App) -> None:
    """One at a time: with threshold 1 the second failure is the last file that is scored."""
    services, blobs, scorer = app
    upload(blobs, ["1", "bad", "1", "bad", "1", "1"])

    ending = run_job(a_spec(mini_batch_size=1, error_threshold=1), services)

    assert "2 input files failed, and error_threshold allows 1" in ending["reason"]
    assert [["f0000.csv"], ["f0001.csv"], ["f0002.csv"], ["f0003.csv"]] == scorer.minibatches
    files = receipt(blobs)["files"]
    assert {"planned": 6, "scored": 2, "failed": 2, "untried": 2, "skipped": 0} == files


def errors_of(blobs: MemoryBlobs) -> list[Any]:
    lines = blobs.read("batch-jobs", "job-1/errors.jsonl").data.splitlines()
    return [json.loads(line) for line in lines]


def test_without_isolation_a_minibatch_fails_all_its_files(app: App) -> None:
    services, blobs, scorer = app
    upload(blobs, ["1", "boom", "1", "1"])

    spec = a_spec(mini_batch_size=2, max_retries=3, isolate_failures=False)
    run_job(spec, services)

    assert 3 == scorer.minibatches.count(["f0000.csv", "f0001.csv"])
    assert ["0,1,f0002.csv", "0,1,f0003.csv"] == predictions(blobs)
    errors = errors_of(blobs)
    assert ["f0000.csv", "f0001.csv"] == [error["file"] for error in errors]
    assert {("score", "Boom", 3, "inferred")} == {
        (e["stage"], e["error_type"], e["attempts"], e["certainty"]) for e in errors
    }


@pytest.mark.parametrize("bad", [{0}, {5}, {9}, {2, 7}, {0, 1, 9}])
def test_a_bad_file_is_isolated_and_the_others_keep_their_rows(app: App, bad: set[int]) -> None:
    services, blobs, _ = app
    upload(blobs, [f"boom {i}" if i in bad else str(i) for i in range(10)])

    run_job(a_spec(mini_batch_size=10, max_retries=2), services)

    assert [f"0,{i},f{i:04d}.csv" for i in range(10) if i not in bad] == predictions(blobs)
    errors = errors_of(blobs)
    assert [f"f{i:04d}.csv" for i in sorted(bad)] == [error["file"] for error in errors]
    assert {"known"} == {error["certainty"] for error in errors}


def test_two_halves_that_fail_alike_end_the_search(app: App) -> None:
    """Then it is the deployment: two more runs, not one for each file."""
    services, blobs, scorer = app
    upload(blobs, ["boom"] * 16)

    ending = run_job(a_spec(mini_batch_size=16), services)

    assert "Failed" == ending["status"]
    assert 3 == len(scorer.minibatches)
    assert {"inferred"} == {error["certainty"] for error in errors_of(blobs)}


def test_the_search_is_bounded(app: App) -> None:
    """Every other file of 64 is bad in its own way: far fewer runs than files twice."""
    services, blobs, scorer = app
    upload(blobs, [f"boom {i}" if i % 2 else str(i) for i in range(64)])

    run_job(a_spec(mini_batch_size=64), services)

    assert len(scorer.minibatches) <= 1 + 6 * 6
    failed = receipt(blobs)["files"]["failed"]
    assert 32 <= failed == len(errors_of(blobs))


def test_a_try_that_succeeds_leaves_no_failure(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["once", "1"])

    ending = run_job(a_spec(mini_batch_size=2, max_retries=2, error_threshold=0), services)

    assert "Completed" == ending["status"]
    assert 1 == services.jobs.get("job-1").state.tally.retries
    assert b"" == blobs.read("batch-jobs", "job-1/errors.jsonl").data


def test_a_model_that_does_not_load_fails_the_job_in_words(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["no-init"])

    ending = run_job(a_spec(), services)

    assert "Failed" == ending["status"]
    assert ending["reason"].startswith("The model cannot be loaded: no model. The whole traceback")


def test_a_model_that_fails_to_load_in_between_costs_no_minibatch_that_was_scored(
    app: App,
) -> None:
    """What the bundle did before is kept; the next one finds out whether it fails again."""
    services, blobs, scorer = app
    upload(blobs, ["1", "2", "no-init-once", "4"])

    ending = run_job(a_spec(mini_batch_size=1), services)

    assert "Completed" == ending["status"]
    assert ["0,1,f0000.csv", "0,2,f0001.csv", "0,no-init-once,f0002.csv", "0,4,f0003.csv"] == (
        predictions(blobs)
    )
    scored = [file for minibatch in scorer.minibatches for file in minibatch]
    assert 1 == scored.count("f0001.csv")


def test_a_file_that_changes_after_planning_is_a_failed_file(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1", "2", "3"])
    rehearsal = rehearse(services)
    plan_job = rehearsal.activities["plan_job"]

    def plan_and_change(given: Any) -> Any:
        planned = plan_job(given)
        blobs.write(CONTAINER, "in/f0001.csv", b"changed")
        blobs.delete(CONTAINER, "in/f0002.csv")
        return planned

    rehearsal.activities = {**rehearsal.activities, "plan_job": plan_and_change}
    run_job(a_spec(mini_batch_size=3), services, rehearsal)

    assert ["0,1,f0000.csv"] == predictions(blobs)
    assert 2 == receipt(blobs)["files"]["failed"]


@pytest.mark.parametrize(("threshold", "status"), [(1, "Failed"), (2, "Completed")])
@pytest.mark.parametrize("seed", range(5))
def test_the_threshold_is_exact_though_every_bundle_is_lost_once(
    tmp_path: Path, threshold: int, status: str, seed: int
) -> None:
    """What a lost bundle told the others is a hint; the verdict is of those that came in."""
    services, blobs, _ = services_in_memory(tmp_path)
    upload(blobs, ["bad" if i in {1, 4} else "1" for i in range(8)])
    rehearsal = rehearse(services, seed)
    original = rehearsal.activities["score_minibatch"]
    lost: dict[str, JSON] = {}

    def lose_once(given: Any) -> Any:
        key = json.dumps(given["span"])
        if key not in lost:
            lost[key] = original(given)
        return original(given)

    rehearsal.activities = {**rehearsal.activities, "score_minibatch": lose_once}
    spec = a_spec(mini_batch_size=1, max_concurrency_per_instance=3, error_threshold=threshold)
    ending = run_job(spec, services, rehearsal)

    assert status == ending["status"]
    assert 2 == receipt(blobs)["files"]["failed"]
