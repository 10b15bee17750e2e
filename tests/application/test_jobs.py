"""The life of a job by its use cases, over a store and a task hub in memory."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.application.submit_job import JobRequest
from shared.domain.caller import Author
from shared.domain.errors import Conflict, Forbidden, NotFound, ServiceUnavailable
from shared.domain.job import Job, JobStatus
from shared.schemas.invocation import read_invocation
from tests.support.specs import CONTAINER
from tests.triggers.faulty import FaultyBlobs
from tests.triggers.resources import Desk

ADA = Author(name="Ada")
BODY: Any = {
    "properties": {
        "name": "job-1",
        "inputData": {
            "input": {
                "jobInputType": "UriFolder",
                "uri": "azureml://datastores/workspaceblobstore/paths/in",
            }
        },
    }
}


@pytest.fixture
def desk(make_desk: Callable[[], tuple[Desk, FaultyBlobs]]) -> Desk:
    """The hub keeps what is started; one input file lies there."""
    desk, blobs = make_desk()
    blobs.write(CONTAINER, "in/a.csv", b"1")
    desk.orchestrations.is_idle = True
    return desk


def a_request(**changes: Any) -> JobRequest:
    request = JobRequest(
        endpoint="wine",
        deployment="",
        request_id="",
        content=b"{}",
        by=ADA,
        read=lambda settings: read_invocation(BODY, settings),
    )
    return replace(request, **changes)


def submit(desk: Desk, **changes: Any) -> Job:
    return desk.services.submit_job(a_request(**changes), desk.client)


def test_a_submitted_job_has_a_document_and_an_orchestration_under_its_name(desk: Desk) -> None:
    job = submit(desk, deployment="other")

    assert ("wine", "other", "Ada") == (
        job.spec.endpoint,
        job.spec.deployment,
        job.spec.created_by,
    )
    assert job == desk.services.jobs.get("job-1")
    assert "score_job" == desk.orchestrations.waiting["job-1"][0]


def test_a_request_sent_again_is_the_same_job_and_another_one_is_refused(desk: Desk) -> None:
    first = submit(desk, request_id="r")

    assert first == submit(desk, request_id="r")
    with pytest.raises(Conflict, match="'r' was used for a different request, job 'job-1'"):
        submit(desk, request_id="r", content=b"other")


def test_a_request_is_told_by_its_deployment_and_its_bytes() -> None:
    """Digests lie in stores: they stay what they were."""
    expected = hashlib.sha256(b"main\n{}").hexdigest()

    assert expected == a_request(deployment="main").digest


def test_a_hub_that_does_not_answer_leaves_a_job_that_the_next_try_starts(desk: Desk) -> None:
    hub: Any = desk.orchestrations
    start = hub.start

    def fail(*_: Any) -> None:
        raise ServiceUnavailable("The hub rests.", fix="Wait.")

    hub.start = fail
    with pytest.raises(ServiceUnavailable):
        submit(desk, request_id="r")
    hub.start = start

    assert "job-1" not in desk.orchestrations.waiting
    submit(desk, request_id="r")
    assert "job-1" in desk.orchestrations.waiting


@pytest.mark.parametrize(
    ("how", "status", "reason"),
    [
        ("Terminated", JobStatus.CANCELED, "terminated by the Durable API"),
        ("Failed", JobStatus.FAILED, "orchestration failed: no message"),
    ],
)
def test_a_look_at_a_job_whose_orchestration_was_ended_repairs_its_document(
    desk: Desk, how: str, status: JobStatus, reason: str
) -> None:
    job = submit(desk)
    desk.orchestrations.end("job-1", how)

    current = desk.services.follow_job.refresh(job, desk.client)

    assert status is current.state.status
    assert reason in current.state.reason
    assert current.state == desk.services.jobs.get("job-1").state
    assert desk.services.signals.is_stopped("job-1")


def test_a_job_that_ended_meanwhile_keeps_its_end(desk: Desk) -> None:
    before = submit(desk)
    ended = before.state.model_copy(update={"status": JobStatus.COMPLETED})
    desk.services.jobs.advance(before.spec, ended)
    desk.orchestrations.end("job-1", "Terminated")

    assert JobStatus.COMPLETED is desk.services.follow_job.refresh(before, desk.client).state.status


def test_a_cancel_that_nobody_asked_for_is_not_found(desk: Desk) -> None:
    submit(desk)

    with pytest.raises(NotFound, match="Nobody has canceled job 'job-1'"):
        desk.services.cancel_job.check_asked("job-1", desk.client)


def test_an_ended_job_is_not_canceled_and_a_canceled_one_stays_so(desk: Desk) -> None:
    job = submit(desk)
    desk.orchestrations.end("job-1", "Terminated")

    canceled = desk.services.cancel_job(job.spec.name, ADA, desk.client)

    assert JobStatus.CANCELED is canceled.state.status

    other = desk.services.jobs.create(job.spec.model_copy(update={"name": "job-2"}))
    ended = other.state.model_copy(update={"status": JobStatus.COMPLETED})
    desk.services.jobs.advance(other.spec, ended)
    with pytest.raises(Conflict, match="Job 'job-2' is Completed already"):
        desk.services.cancel_job("job-2", ADA, desk.client)


def test_a_job_is_labeled_by_whoever_asks_and_its_scoring_step_is_not(desk: Desk) -> None:
    job = submit(desk)

    labeled = desk.services.label_job(
        "job-1", lambda old: old.model_copy(update={"tags": {"a": "b"}}), ADA
    )

    assert {"a": "b"} == labeled.labels.tags
    assert labeled == desk.services.jobs.get("job-1")
    with pytest.raises(Conflict, match="is the scoring step of job 'job-1'"):
        desk.services.label_job(job.spec.child, lambda old: old, ADA)


def test_a_log_is_read_by_the_link_that_was_given_and_by_no_other(desk: Desk) -> None:
    submit(desk)
    read = desk.services.read_job_log

    links = read.link_all(desk.services.jobs.get("job-1"))

    query = dict(part.split("=", 1) for part in links["user_logs/std_log.txt"].split("&"))
    assert "user_logs%2Fstd_log.txt" == query["name"]
    name, expires, signature = "user_logs/std_log.txt", query["expires"], query["sig"]
    assert "job-1" in read("job-1", name, expires, signature, desk.client)
    with pytest.raises(Forbidden):
        read("job-1", "receipt.json", expires, signature, desk.client)
