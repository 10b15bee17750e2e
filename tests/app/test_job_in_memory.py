"""Whole jobs over memory: exactness, order, threshold, and what a store may lose."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.memory import MemoryBlobs
from shared.domain.job import JobStatus
from shared.domain.message import JSON
from shared.services import Services
from tests.app.in_memory import ScriptedScorer, rehearse, run_job, services_in_memory, upload
from tests.support.specs import CONTAINER, a_spec

type App = tuple[Services, MemoryBlobs, ScriptedScorer]


@pytest.fixture
def app(tmp_path: Path) -> App:
    return services_in_memory(tmp_path)


def predictions(blobs: MemoryBlobs, name: str = "job-1") -> list[str]:
    return blobs.read(CONTAINER, f"out/{name}.csv").data.decode().splitlines()


def receipt(blobs: MemoryBlobs, name: str = "job-1") -> Any:
    return json.loads(blobs.read("batch-jobs", f"{name}/receipt.json").data)


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


LOSSES = ["plan", "outcomes", "parts", "job.json"]


@pytest.mark.parametrize("lost", LOSSES)
@pytest.mark.parametrize("step", ["score_minibatch", "close_shard", "end_job"])
def test_what_the_store_lost_is_done_again(tmp_path: Path, lost: str, step: str) -> None:
    """Whatever kind of document vanishes, once, before whichever step: the same bytes."""
    services, blobs, _ = services_in_memory(tmp_path)
    upload(blobs, [str(index) for index in range(30)])
    rehearsal = rehearse(services)
    original, losses = rehearsal.activities[step], [lost]

    def lose_first(given: Any) -> Any:
        if losses:
            losses.pop()
            for name in list(blobs.list_names("batch-jobs", f"job-1/{lost}")):
                blobs.delete("batch-jobs", name)
            services.plans.forget()
        return original(given)

    rehearsal.activities = {**rehearsal.activities, step: lose_first}
    ending = run_job(a_spec(mini_batch_size=2, max_concurrency_per_instance=2), services, rehearsal)

    assert "Completed" == ending["status"]
    assert [f"0,{i},f{i:04d}.csv" for i in range(30)] == predictions(blobs)
    assert JobStatus.COMPLETED is services.jobs.get("job-1").state.status
    assert "proven" == receipt(blobs)["verdict"]


@pytest.mark.parametrize("step", ["plan_job", "score_minibatch", "close_shard", "end_job"])
def test_every_step_may_run_twice(tmp_path: Path, step: str) -> None:
    """Each call of the step is made twice, and the first one's answer is thrown away."""
    services, blobs, _ = services_in_memory(tmp_path)
    upload(blobs, ["1", "bad", "2", "3", "4"])
    rehearsal = rehearse(services)
    original = rehearsal.activities[step]

    def twice(given: Any) -> Any:
        original(given)
        return original(given)

    rehearsal.activities = {**rehearsal.activities, step: twice}
    ending = run_job(a_spec(mini_batch_size=2), services, rehearsal)

    assert "Completed" == ending["status"]
    assert 4 == len(predictions(blobs))
    assert 1 == receipt(blobs)["files"]["failed"]


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


def test_a_late_twin_of_the_end_changes_nothing(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1", "2"])
    rehearsal = rehearse(services)
    run_job(a_spec(), services, rehearsal)
    before = {name: blobs.read("batch-jobs", name).data for name in blobs.list_names("batch-jobs")}

    for call in rehearsal.calls:
        if call.name in rehearsal.activities:
            rehearsal.activities[call.name](call.given)

    after = {name: blobs.read("batch-jobs", name).data for name in before}
    assert before == after
    assert 2 == len(predictions(blobs))


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
