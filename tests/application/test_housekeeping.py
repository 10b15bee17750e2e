"""Housekeeping: what goes, what stays, and what readers are told of it."""

from pathlib import Path
from typing import Any

import pytest

from shared.domain.caller import Author
from shared.domain.cleared import JobRemains, check_parts_kept
from shared.domain.errors import Conflict, NotFound, Removed
from shared.domain.housekeeping import HousekeepingRule
from shared.domain.job import JobStatus
from shared.stores.announcements import Announcement
from shared.stores.jobs import Submission
from tests.support.asking import Asked
from tests.support.house import DAY, REMOVED, House
from tests.support.specs import CONTAINER, a_spec
from triggers import insights, job_logs, minibatches

RULE = HousekeepingRule


def ask(house: House, handler: Any, path: Any = None, **query: str) -> Any:
    return Asked(house.services, house.hub).read(handler, path, **query)


def kinds(house: House, job: str) -> set[str]:
    return {name.split("/")[1] for name in house.names(f"{job}/")}


@pytest.fixture
def parts(tmp_path: Path) -> House:
    return House(tmp_path, part_days=30)


def test_intermediate_files_go_after_their_days_and_what_they_proved_stays(parts: House) -> None:
    parts.job("job-1")
    before = kinds(parts, "job-1")
    assert {"parts", "outcomes"} <= before
    parts.late += 29 * DAY
    assert [] == parts.walk()

    parts.late += 2 * DAY
    (found,) = parts.walk()

    assert (RULE.PARTS, "job-1") == (found.rule, found.name)
    assert found.count >= 3
    assert found.bytes
    assert before - {"parts", "outcomes"} == kinds(parts, "job-1")
    assert {"job.json", "receipt.json", "errors.jsonl", "plan", "sheets", "logs"} <= before
    assert parts.blobs.exists(CONTAINER, "out/job-1/score.csv")
    assert [] == parts.walk(), "it is done"


def test_readers_of_a_job_without_its_parts_are_told_when_they_went(parts: House) -> None:
    parts.blobs.write(CONTAINER, "in/f0003.csv", b"bad")
    parts.job("job-1")
    (cause,) = ask(parts, insights.list_error_groups)["groups"]
    parts.late += 31 * DAY
    parts.walk()

    shard = ask(parts, minibatches.list_minibatches)["shards"][0]
    one = ask(parts, minibatches.get_minibatch, {"number": "0"})
    (again,) = ask(parts, insights.list_error_groups)["groups"]
    gone = rf"were removed by housekeeping on {parts.now():%Y-%m-%d}"

    assert "w" not in shard["states"]
    assert ("partly failed", None) == (one["state"], one["report"])
    assert one["note"].startswith("Tries and errors were removed by housekeeping on ")
    assert cause["id"] == again["id"]
    assert ask(parts, insights.get_timeline)["total_spans"]
    with pytest.raises(Removed, match=gone):
        ask(parts, insights.list_files_of_group, {"cause": cause["id"]})
    job = parts.services.jobs.get("job-1")
    with pytest.raises(Removed, match=gone + r"\. Invoke the endpoint again"):
        check_parts_kept("job-1", job.cleared)
    assert parts.services.find_job_files.one(job, "predictions")


def test_a_job_without_its_parts_is_labelled_and_canceled_as_ever(parts: House) -> None:
    parts.job("job-1")
    parts.late += 31 * DAY
    parts.walk()

    services, by = parts.services, Author(name="somebody")
    labels = {"hidden": True}
    services.label_job("job-1", lambda old: old.model_copy(update=labels), by)

    job = services.jobs.get("job-1")
    assert job.labels.hidden
    assert job.cleared.parts
    assert JobStatus.COMPLETED is services.follow_job.refresh(job, parts.hub).status


def test_logs_go_by_days_of_their_own_and_their_reader_is_told(tmp_path: Path) -> None:
    house = House(tmp_path, log_days=7)
    spec = house.job("job-1")
    reader = house.services.read_job_log.reader
    reader.read(house.services.jobs.get("job-1"), "user_logs/std_log.txt", house.now())
    copies = f"ExperimentRun/dcid.{spec.child}/"
    assert house.names(copies, "azureml")
    house.late += 8 * DAY

    assert {RULE.LOGS} == {found.rule for found in house.walk()}

    assert [] == house.names(copies, "azureml")
    assert not kinds(house, "job-1") & {"logs", "user_logs", "story.json"}
    job = house.services.jobs.get("job-1")
    assert "removed by housekeeping" in reader.read(job, "user_logs/std_log.txt", house.now())
    assert "story.json" not in kinds(house, "job-1"), "nothing is written anew"
    with pytest.raises(Removed, match="The logs of job 'job-1' were removed"):
        reader.read(job, "logs/job_result.txt", house.now())
    with pytest.raises(Removed, match="The logs of job 'job-1' were removed"):
        ask(house, job_logs.get_job_log, name="logs/job_result.txt")
    assert ["receipt.json", "errors.jsonl"] == [
        one["name"] for one in ask(house, job_logs.list_job_logs)["value"]
    ]


@pytest.mark.parametrize("predictions", ["kept", "removed"])
def test_a_job_goes_as_a_whole_and_its_predictions_if_that_was_asked_for(
    tmp_path: Path, predictions: str
) -> None:
    is_removed = predictions == "removed"
    more: Any = {"predictions_of_removed_jobs": REMOVED} if is_removed else {}
    house = House(tmp_path, job_days=90, **more)
    house.services.jobs.claim("endpoint", "mine", Submission(job="job-1", digest="d"))
    house.job("job-1", request_id="mine")
    house.job("job-2")
    house.blobs.write(CONTAINER, "out/job-1/somebody-elses.csv", b"1")
    house.late += 91 * DAY
    house.job("new")

    found = house.walk()

    assert ([], []) == (house.names("job-1/"), house.names("_requests/"))
    assert ["new"] == [job.spec.name for job in jobs_of(house)]
    assert not [one for one in house.names(container="batch-index") if "job-1" in one]
    assert (not is_removed) == house.blobs.exists(CONTAINER, "out/job-1/score.csv")
    assert house.blobs.exists(CONTAINER, "out/job-1/somebody-elses.csv")
    assert house.blobs.exists(CONTAINER, "in/f0000.csv")
    expected = {RULE.JOBS, RULE.PREDICTIONS} if is_removed else {RULE.JOBS}
    assert expected == {one.rule for one in found}
    with pytest.raises(NotFound, match="There is no job 'job-1'"):
        house.services.jobs.get("job-1")


def test_the_name_of_a_job_that_went_is_free_again(tmp_path: Path) -> None:
    house = House(tmp_path, job_days=90, predictions_of_removed_jobs=REMOVED)
    first = house.job("job-1")
    house.late += 91 * DAY
    house.walk()

    house.job("job-1")
    house.walk()

    (job,) = jobs_of(house)
    assert job.spec.created_at > first.created_at
    assert house.services.find_job_files.one(job, "predictions")


def test_the_newest_jobs_are_kept_by_their_number(tmp_path: Path) -> None:
    house = House(tmp_path, jobs_kept=2)
    for number in range(5):
        house.job(f"job-{number}")
        house.late += DAY / 1000
    assert [] == house.walk(), "they ended today"
    house.late += 2 * DAY

    assert {"job-0", "job-1", "job-2"} == {one.name for one in house.walk()}

    assert ["job-4", "job-3"] == [job.spec.name for job in jobs_of(house)]


def test_a_job_that_is_being_removed_is_told_of_and_its_name_is_taken(tmp_path: Path) -> None:
    house = House(tmp_path, job_days=90)
    house.job("job-1")
    house.late += 91 * DAY
    cleared = house.keep.phases[0].jobs  # type: ignore[attr-defined]
    cleared.mark("job-1", JobRemains.JOBS, house.now())

    with pytest.raises(Removed, match=r"Job 'job-1' was removed by housekeeping on \d{4}-"):
        house.services.jobs.get("job-1")
    with pytest.raises(Removed):
        house.services.label_job("job-1", lambda labels: labels, Author(name="somebody"))
    with pytest.raises(Conflict, match="A job named 'job-1' exists"):
        house.services.jobs.check_free("job-1")
    assert [] == jobs_of(house)

    house.services.settings.__dict__["job_days"] = 0
    house.walk()
    assert [] == house.names("job-1/"), "what was begun is finished"


def test_a_job_that_runs_or_is_not_told_of_yet_stays(tmp_path: Path) -> None:
    house = House(tmp_path, job_days=1, part_days=1)
    house.services.jobs.create(a_spec("runs").model_copy(update={"created_at": house.now()}))
    house.hub.is_idle = True
    house.hub.start("score_job", "runs", {})
    house.job("untold")
    note = Announcement(job="untold", endpoint="endpoint", at=house.now())
    house.services.callbacks.announcements.put(note)
    house.late += 400 * DAY

    assert {("untold", RULE.PARTS)} == {(one.name, one.rule) for one in house.walk()}

    assert {"runs", "untold"} == {job.spec.name for job in jobs_of(house)}


def jobs_of(house: House) -> list[Any]:
    found, _ = house.services.jobs.page("time", after="", size=100, is_wanted=lambda _: True)
    return found
