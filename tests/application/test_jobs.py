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
from tests.support.client import Client
from tests.support.faulty_blobs import FaultyBlobs
from tests.support.specs import CONTAINER

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
def client(make_client: Callable[[], tuple[Client, FaultyBlobs]]) -> Client:
    """The hub keeps what is started; one input file lies there."""
    client, blobs = make_client()
    blobs.write(CONTAINER, "in/a.csv", b"1")
    client.orchestrations.is_idle = True
    return client


def a_request(**changes: Any) -> JobRequest:
    request = JobRequest(
        endpoint="wine",
        deployment="",
        request_id="",
        content=b"{}",
        by=ADA,
        body=BODY,
    )
    return replace(request, **changes)


def submit(client: Client, **changes: Any) -> Job:
    return client.services.submit_job(a_request(**changes), client.durable)


def test_a_submitted_job_has_a_document_and_an_orchestration_under_its_name(client: Client) -> None:
    job = submit(client, deployment="other")

    assert ("wine", "other", "Ada") == (
        job.spec.endpoint,
        job.spec.deployment,
        job.spec.created_by,
    )
    assert job == client.services.jobs.get("job-1")
    assert "score_job" == client.orchestrations.waiting["job-1"][0]


def test_a_request_sent_again_is_the_same_job_and_another_one_is_refused(client: Client) -> None:
    first = submit(client, request_id="r")

    assert first == submit(client, request_id="r")
    with pytest.raises(Conflict, match="'r' was used for a different request, job 'job-1'"):
        submit(client, request_id="r", content=b"other")


def test_a_request_is_recognised_by_its_deployment_and_its_bytes() -> None:
    """Digests lie in stores: they stay what they were."""
    expected = hashlib.sha256(b"main\n{}").hexdigest()

    assert expected == a_request(deployment="main").digest


def test_a_hub_that_does_not_answer_leaves_a_job_that_the_next_try_starts(client: Client) -> None:
    hub: Any = client.orchestrations
    start = hub.start

    def fail(*_: Any) -> None:
        raise ServiceUnavailable("The hub rests.", fix="Wait.")

    hub.start = fail
    with pytest.raises(ServiceUnavailable):
        submit(client, request_id="r")
    hub.start = start

    assert "job-1" not in client.orchestrations.waiting
    submit(client, request_id="r")
    assert "job-1" in client.orchestrations.waiting


@pytest.mark.parametrize(
    ("how", "status", "reason"),
    [
        ("Terminated", JobStatus.CANCELED, "terminated by the Durable API"),
        ("Failed", JobStatus.FAILED, "orchestration failed: no message"),
    ],
)
def test_a_look_at_a_job_whose_orchestration_was_ended_repairs_its_document(
    client: Client, how: str, status: JobStatus, reason: str
) -> None:
    job = submit(client)
    client.orchestrations.end("job-1", how)

    current = client.services.follow_job.refresh(job, client.durable)

    assert status is current.state.status
    assert reason in current.state.reason
    assert current.state == client.services.jobs.get("job-1").state
    assert client.services.signals.is_stopped("job-1")


def test_a_job_that_ended_meanwhile_keeps_its_end(client: Client) -> None:
    before = submit(client)
    ended = before.state.model_copy(update={"status": JobStatus.COMPLETED})
    client.services.jobs.advance(before.spec, ended)
    client.orchestrations.end("job-1", "Terminated")

    assert (
        JobStatus.COMPLETED
        is client.services.follow_job.refresh(before, client.durable).state.status
    )


def test_a_cancel_that_nobody_asked_for_is_not_found(client: Client) -> None:
    submit(client)

    with pytest.raises(NotFound, match="Nobody has canceled job 'job-1'"):
        client.services.cancel_job.check_requested("job-1", client.durable)


def test_an_ended_job_is_not_canceled_and_a_canceled_one_stays_so(client: Client) -> None:
    job = submit(client)
    client.orchestrations.end("job-1", "Terminated")

    canceled = client.services.cancel_job(job.spec.name, ADA, client.durable)

    assert JobStatus.CANCELED is canceled.state.status

    other = client.services.jobs.create(job.spec.model_copy(update={"name": "job-2"}))
    ended = other.state.model_copy(update={"status": JobStatus.COMPLETED})
    client.services.jobs.advance(other.spec, ended)
    with pytest.raises(Conflict, match="Job 'job-2' is Completed already"):
        client.services.cancel_job("job-2", ADA, client.durable)


def test_a_job_is_labeled_by_whoever_asks_and_its_scoring_step_is_not(client: Client) -> None:
    job = submit(client)

    labeled = client.services.label_job(
        "job-1", lambda old: old.model_copy(update={"tags": {"a": "b"}}), ADA
    )

    assert {"a": "b"} == labeled.labels.tags
    assert labeled == client.services.jobs.get("job-1")
    with pytest.raises(Conflict, match="is the scoring step of job 'job-1'"):
        client.services.label_job(job.spec.child, lambda old: old, ADA)


def test_a_log_is_read_by_the_link_that_was_given_and_by_no_other(client: Client) -> None:
    submit(client)
    read = client.services.read_job_log

    links = read.link_all(client.services.jobs.get("job-1"))

    query = dict(part.split("=", 1) for part in links["user_logs/std_log.txt"].split("&"))
    assert "user_logs%2Fstd_log.txt" == query["name"]
    name, expires, signature = "user_logs/std_log.txt", query["expires"], query["sig"]
    assert "job-1" in read("job-1", name, expires, signature, client.durable)
    with pytest.raises(Forbidden):
        read("job-1", "receipt.json", expires, signature, client.durable)
