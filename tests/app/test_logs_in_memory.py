"""The logs of an ended job: Azure ML's names, and enough to find what failed."""

import csv
import io
from pathlib import Path

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.services import Services
from tests.support.services_in_memory import run_job, services_in_memory, upload
from tests.support.specs import a_spec

App = tuple[Services, MemoryBlobs]


@pytest.fixture
def app(tmp_path: Path) -> App:
    services, blobs, _ = services_in_memory(tmp_path)
    return services, blobs


def log(blobs: MemoryBlobs, name: str) -> str:
    return blobs.read("batch-jobs", f"job-1/logs/{name}").data.decode()


def names(blobs: MemoryBlobs) -> set[str]:
    return {name.removeprefix("job-1/") for name in blobs.list_names("batch-jobs", "job-1/")}


def test_the_report_has_a_line_for_each_minibatch_in_azures_columns(app: App) -> None:
    services, blobs = app
    upload(blobs, ["1", "bad", "boom here", "4"])

    run_job(a_spec(mini_batch_size=2), services)

    report = list(
        csv.DictReader(io.StringIO(log(blobs, "sys/job_report/processed_mini-batches.csv")))
    )
    shown = [
        (line["Mini-batch Id"], line["Total"], line["Succeeded"], line["Failed"], line["Status"])
        for line in report
    ]
    assert [("0", "2", "1", "1", "RUN_DONE"), ("1", "2", "1", "1", "RUN_EXCEPTION")] == shown
    assert ["Bad", "Boom"] == [line["Error Category"] for line in report]
    assert "boom here in words" == report[1]["Error Message"]
    assert all(line["Start Time"].startswith("20") for line in report)
    assert all("/process000" in line["Process"] for line in report)


def test_sums_by_process_and_node_add_up_to_the_job(app: App) -> None:
    services, blobs = app
    upload(blobs, ["1", "bad", "3"])

    run_job(a_spec(mini_batch_size=1), services)

    for name, noun in (("process_summary", "Process"), ("node_summary", "Node")):
        (line,) = csv.DictReader(io.StringIO(log(blobs, f"sys/job_report/{name}.csv")))
        assert line[noun]
        assert ("3", "3", "2", "1") == (
            line["Mini-batches"],
            line["Total"],
            line["Succeeded"],
            line["Failed"],
        )


def test_the_error_summary_tells_each_reason_once_and_where_to_read_on(app: App) -> None:
    services, blobs = app
    upload(blobs, ["bad", "2", "bad", "boom"])

    run_job(a_spec(mini_batch_size=1), services)

    told = log(blobs, "user/error.txt")
    assert "2 x Bad: it is bad\n" in told
    assert "1 x Boom: boom in words\n" in told
    file = told.partition("see logs/")[2].partition("\n")[0]
    assert "f0000.csv" in log(blobs, file)
    assert "boom in words" in log(blobs, file)


def test_a_failed_job_says_why_in_its_own_file_and_a_good_one_has_none(app: App) -> None:
    services, blobs = app
    upload(blobs, ["bad", "bad"])

    run_job(a_spec(), services)

    assert "None of the 2 input files succeeded" in log(blobs, "job_error.2026010100.txt")

    for item in list(blobs.list_names("batch-jobs")):
        blobs.delete("batch-jobs", item)
    upload(blobs, ["1", "2"])
    run_job(a_spec(), services)

    assert not any("error" in name for name in names(blobs) - {"errors.jsonl"})


def test_the_overview_grows_by_a_line_for_each_shard(app: App) -> None:
    services, blobs = app
    upload(blobs, ["1"] * 401)

    run_job(a_spec(mini_batch_size=1, max_concurrency_per_instance=4), services)

    lines = log(blobs, "job_progress_overview.2026010100.txt").splitlines()
    assert "Scheduled 401 mini batches. There are 401 tasks with 401 items." in lines[0]
    assert [200, 400, 401] == [int(line.split("Processed ")[1].split()[0]) for line in lines[1:]]


def test_a_model_that_does_not_load_leaves_its_traceback(app: App) -> None:
    services, blobs = app
    upload(blobs, ["no-init"])

    run_job(a_spec(), services)

    (file,) = [name for name in names(blobs) if name.startswith("logs/user/error/")]
    assert "no model" in log(blobs, file.removeprefix("logs/"))


def test_the_readme_names_what_is_there(app: App) -> None:
    services, blobs = app
    upload(blobs, ["1", "boom"])

    run_job(a_spec(mini_batch_size=1), services)

    readme = log(blobs, "readme.txt")
    for name in names(blobs):
        if name.startswith(("logs/", "user_logs/")) and name != "logs/readme.txt":
            stem = name.rpartition("/")[2].partition(".")[0]
            assert stem.rstrip("0123456789") in readme, name


def test_a_failed_job_names_its_first_failure_at_once(app: App) -> None:
    """Nobody must dig for the cause; the receipt stays what the input determines."""
    services, blobs = app
    upload(blobs, ["1", "boom here", "bad"])

    ending = run_job(a_spec(mini_batch_size=1, error_threshold=1), services)

    first = "The first failure, in mini-batch 1 of 'f0001.csv': Boom: boom here in words"
    assert first in ending["reason"]
    assert first in services.jobs.get("job-1").state.reason
    assert first in log(blobs, "job_result.txt")
    assert "boom" not in blobs.read("batch-jobs", "job-1/receipt.json").data.decode()
