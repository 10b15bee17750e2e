"""A cancel at every step of a job, over memory: it ends Canceled, with its reports."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.domain.job import Change, JobState, JobStatus
from shared.scoring.scorer_spec import ScoringStopped
from tests.app.job_results import receipt
from tests.support.services_in_memory import (
    App,
    rehearse,
    run_job,
    upload,
)
from tests.support.specs import CONTAINER, a_spec


@pytest.mark.parametrize("step", ["plan_job", "score_minibatch", "close_shard"])
@pytest.mark.parametrize("before", [True, False])
def test_a_cancel_beside_any_step_ends_the_job(app: App, step: str, *, before: bool) -> None:
    """Beside the last one of them all the job may as well be completed."""
    services, blobs, _ = app
    upload(blobs, ["1"] * 450)
    rehearsal = rehearse(services)
    original = rehearsal.activities[step]

    def cancel_beside(given: Any) -> Any:
        if before:
            services.signals.stop("job-1")
        done = original(given)
        services.signals.stop("job-1")
        return done

    rehearsal.activities = {**rehearsal.activities, step: cancel_beside}
    ending = run_job(a_spec(mini_batch_size=1), services, rehearsal)

    assert ("Canceled", "Canceled") == (ending["status"], receipt(blobs)["status"])
    assert "canceled" in ending["reason"]
    files = receipt(blobs)["files"]
    assert files["planned"] == files["scored"] + files["failed"] + files["untried"]
    assert not blobs.exists(CONTAINER, "out/job-1.csv")
    assert blobs.exists("batch-jobs", "job-1/errors.jsonl")


def test_a_cancel_while_files_are_listed_ends_the_listing(app: App) -> None:
    services, blobs, scorer = app
    upload(blobs, ["1"] * 30)
    services.signals.stop("job-1")

    ending = run_job(a_spec(), services)

    assert "Canceled" == ending["status"]
    assert [] == scorer.minibatches
    assert 0 == receipt(blobs)["files"]["planned"]


def test_a_run_that_is_stopped_counts_neither_as_done_nor_as_failed(app: App) -> None:
    services, blobs, scorer = app
    upload(blobs, ["1"] * 5)
    original: Callable[..., Any] = scorer.score

    def stopped_at_the_third(*given: Any, **more: Any) -> Any:
        if len(scorer.minibatches) == 2:
            services.signals.stop("job-1")
            raise ScoringStopped
        return original(*given, **more)

    scripted: Any = scorer
    scripted.score = stopped_at_the_third
    run_job(a_spec(mini_batch_size=1), services)

    expected = {"planned": 5, "scored": 2, "failed": 0, "untried": 3, "skipped": 0}
    assert expected == receipt(blobs)["files"]


def test_a_cancel_during_a_repair_ends_the_job(app: App) -> None:
    """A part is lost at the end, and its shard is scored again: that stops too."""
    services, blobs, _ = app
    upload(blobs, ["1"] * 3)
    rehearsal = rehearse(services)
    original = rehearsal.activities["end_job"]

    def lose_and_cancel(given: Any) -> Any:
        if not given["is_stopped"]:
            blobs.delete("batch-jobs", "job-1/parts/000000")
            services.signals.stop("job-1")
        return original(given)

    rehearsal.activities = {**rehearsal.activities, "end_job": lose_and_cancel}
    ending = run_job(a_spec(mini_batch_size=1), services, rehearsal)

    assert "Canceled" == ending["status"]
    assert 1 == len(rehearsal.payloads("end_job")) - 1
    assert not blobs.exists(CONTAINER, "out/job-1.csv")


def test_a_cancel_that_was_asked_shows_until_the_end(app: App) -> None:
    services, _, _ = app
    spec = a_spec()
    services.jobs.create(spec)
    first = Change(at=datetime(2026, 1, 2, tzinfo=UTC), by="ann")

    services.jobs.request_cancel("job-1", first)
    services.jobs.advance(spec, JobState(status=JobStatus.RUNNING))
    job = services.jobs.request_cancel("job-1", first.model_copy(update={"by": "bob"}))

    assert (JobStatus.CANCEL_REQUESTED, first) == (job.status, job.cancel)
    services.jobs.advance(spec, JobState(status=JobStatus.COMPLETED))
    assert JobStatus.COMPLETED is services.jobs.get("job-1").status
