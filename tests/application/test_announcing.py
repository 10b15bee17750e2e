"""Who hears of a job: what is announced, and that a kill between two writes loses nothing."""

import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.application.sweep_announcements import LOST_AFTER, SweepAnnouncements
from shared.domain.errors import ServiceUnavailable
from shared.domain.job import JobStatus
from shared.stores.announcements import Announcement
from tests.support.faulty_blobs import FaultyBlobs, Killed, die
from tests.support.webhooks import PLAN, Hooked

URL = "http://127.0.0.1:9009/hook"


@pytest.fixture
def hooked(tmp_path: Path) -> Hooked:
    return Hooked(tmp_path, FaultyBlobs())


def types(hooked: Hooked) -> list[str]:
    """Newest first, and of a job its end first."""
    return [one.event["type"].removeprefix("dev.batchendpoints.") for one in hooked.deliveries()]


def notes(hooked: Hooked) -> list[str]:
    return [one.job for one in hooked.announce.announcements.all()]


def sweep(hooked: Hooked) -> int:
    return SweepAnnouncements(hooked.announce, hooked.services.follow_job)(hooked.hub)


@pytest.mark.parametrize(
    ("events", "status", "told"),
    [
        (None, JobStatus.COMPLETED, ["job.completed"]),
        (["job.ended"], JobStatus.CANCELED, ["job.canceled"]),
        (["job.failed"], JobStatus.FAILED, ["job.failed"]),
        (["job.failed"], JobStatus.COMPLETED, []),
        (["job.started"], JobStatus.COMPLETED, ["job.started"]),
        (["job.started", "job.ended"], JobStatus.FAILED, ["job.failed", "job.started"]),
    ],
)
def test_a_webhook_hears_what_it_asked_for_in_an_order_that_is_told(
    hooked: Hooked, events: Any, status: JobStatus, told: list[str]
) -> None:
    hooked.put("cellar", URL, **({"events": events} if events else {}))
    hooked.job()
    hooked.announce.start("job-1", PLAN, hooked.hub)
    hooked.end("job-1", status)
    hooked.announce.end("job-1", hooked.hub)

    assert told == types(hooked)
    sequences = [one.event["sequence"] for one in hooked.deliveries()]
    assert sorted(sequences, reverse=True) == sequences
    assert len(told) == len(hooked.hub.starts)


def test_announcing_again_starts_nothing_twice_and_tells_the_same(hooked: Hooked) -> None:
    hooked.put("cellar", URL)
    hooked.put("other", URL)
    hooked.job("job-1", JobStatus.COMPLETED)
    for _ in range(3):
        hooked.announce.end("job-1", hooked.hub)

    assert (2, 2) == (len(hooked.deliveries()), len(hooked.hub.starts))
    assert 1 == len({one.id for one in hooked.deliveries()})
    assert [] == notes(hooked)


def test_a_job_that_nobody_wants_to_hear_of_leaves_nothing(hooked: Hooked) -> None:
    hooked.job("job-1", JobStatus.COMPLETED)
    hooked.announce.start("job-1", PLAN, hooked.hub)
    hooked.announce.end("job-1", hooked.hub)

    assert ([], [], []) == (notes(hooked), hooked.deliveries(), hooked.hub.starts)


def test_a_webhook_does_not_hear_the_start_of_jobs_from_before_it(hooked: Hooked) -> None:
    hooked.job(created_at=hooked.now() - timedelta(minutes=1))
    hooked.put("cellar", URL, events=["job.started", "job.ended"])
    hooked.announce.start("job-1", PLAN, hooked.hub)
    assert [] == types(hooked)

    hooked.end("job-1")
    hooked.announce.end("job-1", hooked.hub)
    assert ["job.completed"] == types(hooked)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_kill_while_an_end_is_announced_is_made_good_by_the_sweep(
    hooked: Hooked, at: int
) -> None:
    hooked.put("cellar", URL)
    hooked.put("other", URL)
    hooked.job("job-1", JobStatus.COMPLETED)
    faulty: Any = hooked.blobs
    faulty.before_write(at, die)
    with pytest.raises(Killed):
        hooked.announce.end("job-1", hooked.hub)
    assert ["job-1"] == notes(hooked)

    sweep(hooked)

    ended = [one for one in hooked.deliveries() if one.event["type"].endswith("completed")]
    assert (2, []) == (len(ended), notes(hooked))
    assert {one.task.instance for one in ended} <= set(hooked.hub.starts)


@pytest.mark.parametrize(
    "failure", [ServiceUnavailable("The hub is away.", fix="Wait."), RuntimeError("odd")]
)
def test_a_hub_that_does_not_answer_fails_no_job_and_the_sweep_tells_later(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    hooked.put("cellar", URL)
    hooked.job("job-1", JobStatus.COMPLETED)

    def fail(*_: object) -> None:
        raise failure

    with monkeypatch.context() as away:
        away.setattr(hooked.hub, "start", fail)
        hooked.announce.end("job-1", hooked.hub)
    assert ["job-1"] == notes(hooked)

    assert 1 == sweep(hooked)
    assert (1, []) == (len(hooked.deliveries()), notes(hooked))
    assert [hooked.deliveries()[0].task.instance] == hooked.hub.starts


def test_a_start_that_was_missed_is_told_with_the_end(hooked: Hooked) -> None:
    hooked.put("cellar", URL, events=["job.started", "job.ended"])
    hooked.job("job-1", JobStatus.COMPLETED)

    hooked.announce.end("job-1", hooked.hub)

    assert ["job.completed", "job.started"] == types(hooked)


@pytest.mark.parametrize("how", ["Terminated", "Failed"])
def test_an_end_that_the_durable_api_made_is_announced_though_nobody_reads_the_job(
    hooked: Hooked, how: str
) -> None:
    hooked.put("cellar", URL)
    hooked.job()
    hooked.hub.start("score_job", "job-1", None)
    assert 0 == sweep(hooked)

    found = hooked.hub.instances["job-1"]
    hooked.hub.instances["job-1"] = dataclasses.replace(found, ended=how)
    assert 1 == sweep(hooked)

    kind = "job.canceled" if how == "Terminated" else "job.failed"
    assert ([kind], []) == (types(hooked), notes(hooked))
    assert 0 == sweep(hooked)


def test_who_reads_a_job_that_was_terminated_has_its_end_announced(hooked: Hooked) -> None:
    hooked.put("cellar", URL)
    job = hooked.job()
    hooked.hub.start("score_job", "job-1", None)
    hooked.hub.instances["job-1"] = dataclasses.replace(
        hooked.hub.instances["job-1"], ended="Terminated"
    )

    hooked.services.follow_job.refresh(job, hooked.hub)

    assert ["job.canceled"] == types(hooked)


def test_the_note_of_a_job_that_never_was_goes_after_a_while(hooked: Hooked) -> None:
    for name, age in (("new", timedelta()), ("old", 2 * LOST_AFTER)):
        at = hooked.now() - age
        hooked.announce.announcements.put(Announcement(job=name, endpoint="wine", at=at))

    assert 0 == sweep(hooked)
    assert ["new"] == notes(hooked)


def test_the_topic_of_the_settings_hears_of_every_job(tmp_path: Path) -> None:
    hooked = Hooked(tmp_path, event_grid_topic_endpoint=URL)
    hooked.job()
    hooked.announce.start("job-1", PLAN, hooked.hub)
    hooked.end("job-1", JobStatus.FAILED, "password=hunter22 was wrong")
    hooked.announce.end("job-1", hooked.hub)

    assert ["job.failed", "job.started"] == types(hooked)
    assert "hunter22" not in str(hooked.deliveries())
