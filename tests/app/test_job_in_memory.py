"""Whole jobs over memory: exactness, order, outputs and warnings."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.job_results import predictions, receipt
from tests.support.services_in_memory import (
    App,
    rehearse,
    run_job,
    services_in_memory,
    upload,
)
from tests.support.specs import CONTAINER, a_spec


def test_every_row_arrives_once_and_in_input_order(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, [str(index) for index in range(25)])

    ending = run_job(a_spec(mini_batch_size=3, max_concurrency_per_instance=4), services)

    assert "Completed" == ending["status"]
    assert [f"0,{i},f{i:04d}.csv" for i in range(25)] == predictions(blobs)
    proof = receipt(blobs)
    assert "proven" == proof["verdict"]
    content = blobs.read(CONTAINER, "out/job-1.csv").data
    assert hashlib.sha256(content).hexdigest() == proof["output"]["sha256"]
    assert {"planned": 25, "scored": 25, "failed": 0, "untried": 0, "skipped": 0} == proof["files"]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    contents=st.lists(st.sampled_from(["1", "2", "bad", "once"]), min_size=1, max_size=40),
    size=st.integers(1, 7),
    width=st.integers(1, 5),
    seed=st.integers(0, 1000),
)
def test_any_order_of_completion_gives_the_same_bytes(
    tmp_path: Path, contents: list[str], size: int, width: int, seed: int
) -> None:
    """Files that fail leave out their rows, and nobody else's."""
    services, blobs, _ = services_in_memory(tmp_path)
    upload(blobs, contents)
    spec = a_spec(
        mini_batch_size=size, max_concurrency_per_instance=width, max_retries=len(contents) + 1
    )

    run_job(spec, services, rehearse(services, seed))

    expected = [f"0,{c},f{i:04d}.csv" for i, c in enumerate(contents) if c != "bad"]
    proof = receipt(blobs)
    assert contents.count("bad") == proof["files"]["failed"]
    if expected:
        assert expected == predictions(blobs)
    else:
        assert "Failed" == proof["status"]


def test_the_window_is_as_wide_as_the_parallelism_and_no_wider(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1"] * 40)
    rehearsal = rehearse(services)

    spec = a_spec(mini_batch_size=1, instance_count=2, max_concurrency_per_instance=3)
    run_job(spec, services, rehearsal)

    assert 6 == rehearsal.most_in_flight


def test_an_output_that_appeared_meanwhile_is_not_touched(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1"])
    blobs.write(CONTAINER, "out/job-1.csv", b"somebody else's")

    ending = run_job(a_spec(), services)

    assert "Failed" == ending["status"]
    assert b"somebody else's" == blobs.read(CONTAINER, "out/job-1.csv").data


def test_an_output_that_the_store_cannot_take_fails_the_job_at_once(app: App) -> None:
    """Trying again would not help: the orchestration is told how it ended, once."""
    services, blobs, _ = app
    upload(blobs, ["a"])
    spec = a_spec()
    place = spec.output.location.model_copy(update={"path": "out/odd\t.csv"})
    spec = spec.model_copy(update={"output": spec.output.model_copy(update={"location": place})})

    ended = run_job(spec, services, rehearsal := rehearse(services))

    assert "Failed" == ended["status"]
    assert "is not a blob's name: it holds a control character" in ended["reason"]
    assert 1 == len(rehearsal.payloads("end_job"))


def test_a_stop_cancels_the_job_and_keeps_what_is_done(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1"] * 10)
    rehearsal = rehearse(services)
    original = rehearsal.activities["score_minibatch"]

    def stop_after(given: Any) -> Any:
        outcome = original(given)
        services.signals.stop("job-1")
        return outcome

    rehearsal.activities = {**rehearsal.activities, "score_minibatch": stop_after}
    ending = run_job(a_spec(mini_batch_size=1), services, rehearsal)

    assert "Canceled" == ending["status"]
    assert 1 == receipt(blobs)["files"]["scored"]
    assert 9 == receipt(blobs)["files"]["untried"]


@pytest.mark.parametrize("name", ["\u540d" * 100 + ".csv", "a b%#+?.csv", "x" * 250 + ".csv"])
def test_an_odd_name_is_scored_like_any_other(app: App, name: str) -> None:
    services, blobs, _ = app
    blobs.write(CONTAINER, f"in/{name}", b"1")

    ending = run_job(a_spec(), services)

    assert "Completed" == ending["status"]
    assert [f"0,1,{name}"] == predictions(blobs)


def test_many_shards_continue_as_new_and_stay_in_order(app: App) -> None:
    """450 mini-batches: three shards; the counts are the sums."""
    services, blobs, _ = app
    upload(blobs, [str(index % 7) for index in range(450)])
    rehearsal = rehearse(services)

    run_job(a_spec(mini_batch_size=1, max_concurrency_per_instance=4), services, rehearsal)

    assert 3 == len(rehearsal.payloads("score_shard"))
    assert [f"0,{i % 7},f{i:04d}.csv" for i in range(450)] == predictions(blobs)


def test_no_history_holds_rows_or_file_names(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, [f"row-{index}" for index in range(30)])
    rehearsal = rehearse(services)

    run_job(a_spec(mini_batch_size=2), services, rehearsal)

    crossed = json.dumps([call.given for call in rehearsal.calls] + rehearsal.statuses)
    assert "row-" not in crossed
    assert "f0001.csv" not in crossed


def test_a_completed_job_says_what_it_hides(app: App) -> None:
    """6 of 7 files failed, one at its first try only; a marker was left out of the input."""
    services, blobs, _ = app
    upload(blobs, ["bad"] * 6 + ["once"])
    blobs.write(CONTAINER, "in/_SUCCESS", b"")

    ending = run_job(a_spec(mini_batch_size=1, max_retries=2), services)

    assert "Completed" == ending["status"]
    warnings = services.jobs.get("job-1").state.warnings
    failed, left_out, retried = warnings
    assert failed.startswith("6 of 7 input files failed, as error_threshold -1 allows")
    assert left_out.startswith("1 blobs of the input folder were left out: 1 marks of Spark")
    assert retried.startswith("Mini-batches were tried again 1 times")
    log = blobs.read("batch-jobs", "job-1/user_logs/std_log_0.txt").data.decode().splitlines()
    assert warnings == [
        line.removeprefix("Warning: ") for line in log if line.startswith("Warning: ")
    ]
    assert [failed, left_out] == receipt(blobs)["warnings"]  # retries may differ each time


def test_a_job_without_trouble_has_no_warnings_and_one_file(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1"])

    run_job(a_spec(), services)

    assert [] == services.jobs.get("job-1").state.warnings
    proof = receipt(blobs)
    assert [] == proof["warnings"]
    output = proof["output"]
    only = {"path": "job-1.csv", "bytes": output["bytes"], "sha256": output["sha256"]}
    assert (1, [only], None) == (output["file_count"], output["files"], output["file_list"])
