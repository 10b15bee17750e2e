"""Jobs call back on the local host: real receivers, a host that is killed, and no secret leaked."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from standardwebhooks import Webhook

from shared.domain.webhook import new_secret
from tests.service.conftest import deploy_on
from tests.service.models import csv_of
from tests.support.receiver import Answer, Receiver, receiving
from tests.support.stack import WORKSPACE, Stack, served
from tests.support.waiting import wait_until

TOPIC_KEY = "t0p1c-k3y-of-this-test"
ENDPOINT = f"{WORKSPACE}/batchEndpoints/calling"
BOTH = ["job.started", "job.ended"]


@pytest.fixture(scope="module")
def topic() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, topic: Receiver) -> Iterator[Stack]:
    """A service that may be killed, and whose retries follow each other within seconds."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("WEBHOOK_RETRY_S", ",".join(["2"] * 30))
        environment.setenv("WEBHOOK_TIMEOUT_S", "2")
        environment.setenv("SWEEP_SCHEDULE", "*/5 * * * * *")
        environment.setenv("EVENT_GRID_TOPIC_ENDPOINT", topic.url)
        environment.setenv("EVENT_GRID_TOPIC_KEY", TOPIC_KEY)
        with served(tmp_path_factory.mktemp("webhooks") / "state") as running:
            variables = {"environmentVariables": {"SLEEP_S": "0.4"}}
            deploy_on(running, "calling", miniBatchSize=1, **variables)
            running.upload("calling", {f"{name}.csv": csv_of((1, 1)) for name in "abcdefgh"})
            yield running


def put(stack: Stack, name: str, receiver: Receiver, **properties: Any) -> Any:
    body = {"properties": {"url": receiver.url, **properties}}
    return stack.put(f"/batchEndpoints/calling/webhooks/{name}", body)["properties"]


def invoke(stack: Stack, **more: Any) -> Any:
    return stack.invoke("calling", "azureml://datastores/workspaceblobstore/paths/calling", **more)


def events_of(receiver: Receiver, job: Any) -> dict[str, list[str]]:
    """The ids of the events that came of a job, each as often as it came."""
    found = dict[str, list[str]]()
    for post in receiver.posts:
        if post.event["subject"] == job["name"]:
            kind = post.event["type"].removeprefix("dev.batchendpoints.")
            found.setdefault(kind, []).append(post.id if "webhook-id" in post.headers else "")
    return found


def hears(receiver: Receiver, job: Any, *kinds: str) -> None:
    wait_until(lambda: set(kinds) <= set(events_of(receiver, job)), str(kinds), limit_s=60)


def everything(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """All that the service has written: blobs, what it printed, its histories."""
    for container in stack.blobs.list_containers():
        client = stack.blobs.get_container_client(container.name)
        for blob in client.list_blob_names():
            yield f"{container.name}/{blob}", client.download_blob(blob).readall()
    for path in (stack.log, *(stack.state / "host").rglob("*")):
        if path.is_file():
            yield str(path), path.read_bytes()


def test_a_job_calls_its_endpoints_webhook_its_own_and_the_topic(
    own: Stack, topic: Receiver
) -> None:
    theirs = new_secret()
    with receiving(Answer(500), Answer(200)) as receiver, receiving() as private:
        made = put(own, "cellar", receiver, events=BOTH)["secret"]
        job = invoke(own, webhook={"url": private.url, "secret": theirs})
        own.ended(job)
        for one, kinds in ((receiver, 2), (topic, 2), (private, 1)):
            hears(one, job, *("job.completed", "job.started")[:kinds])
        put(own, "cellar", receiver, state="Paused")

        for post, secret in ((receiver.posts[0], made), (private.posts[0], theirs)):
            event = Webhook(secret).verify(post.body, dict(post.headers))
            assert job["name"] == event["subject"]
    heard = events_of(receiver, job)
    assert 3 == sum(len(ids) for ids in heard.values())
    assert all(1 == len(set(ids)) for ids in heard.values())
    assert {"job.completed": 1} == {kind: len(ids) for kind, ids in events_of(private, job).items()}
    assert TOPIC_KEY == topic.posts[0].headers["aeg-sas-key"]

    end = next(post.event for post in private.posts)
    assert ("Completed", 8) == (end["data"]["status"], end["data"]["counts"]["scoredFiles"])
    receipt = own.send("GET", urlsplit(end["data"]["receiptUrl"]).path)
    assert (200, "proven") == (receipt.status, receipt.body["verdict"])
    log = own.send("GET", f"/endpoints/calling/jobs/{job['name']}/deliveries").body["value"]
    assert [("Delivered", 200)] == [
        (one["properties"]["state"], one["properties"]["lastAttempt"]["statusCode"]) for one in log
    ]


def test_a_host_that_is_killed_between_attempts_goes_on_under_the_same_id(own: Stack) -> None:
    with receiving(Answer(503)) as receiver:
        put(own, "killed", receiver)
        job = invoke(own)
        hears(receiver, job, "job.completed")
        own.back_after("host", own.kill("host"))
        wait_until(lambda: len(receiver.posts) > 1, limit_s=60)
        receiver.answers[:] = [Answer(200)]

        def delivered() -> bool:
            path = f"{ENDPOINT}/webhooks/killed/deliveries"
            found = own.send("GET", path).body["value"]
            return ["Delivered"] == [one["properties"]["state"] for one in found]

        wait_until(delivered, limit_s=60, every_s=0.2)
        own.send("DELETE", f"{ENDPOINT}/webhooks/killed")
    assert 1 == len(set(events_of(receiver, job)["job.completed"]))


@pytest.mark.parametrize("how", ["canceled", "terminated"])
def test_an_end_from_outside_is_told_though_nobody_reads_the_job(own: Stack, how: str) -> None:
    with receiving() as receiver:
        put(own, how, receiver, events=["job.canceled"])
        job = invoke(own)
        uri = f"{WORKSPACE}/jobs/{job['name']}/cancel"
        if how == "terminated":
            parts = urlsplit(job["terminatePostUri"].replace("{text}", "x"))
            uri = f"{parts.path}?{parts.query}"
        own.send("POST", uri)
        hears(receiver, job, "job.canceled")
        own.send("DELETE", f"{ENDPOINT}/webhooks/{how}")


def test_no_secret_is_anywhere_but_in_its_own_document(own: Stack) -> None:
    """One that was made for a job is shown to who invoked, and to nobody who reads."""
    with receiving() as receiver:
        job = invoke(own, webhook={"url": f"{receiver.url}?code=qu3ry-k3y-of-a-hook"})
        secret = job["properties"]["webhook"]["secret"]
        own.ended(job)
        hears(receiver, job, "job.completed")
        post = receiver.posts[0]
    assert post.is_signed_by(secret)
    assert "/hook?code=qu3ry-k3y-of-a-hook" == post.path

    for text in (secret, "qu3ry-k3y-of-a-hook"):
        where = [name for name, content in everything(own) if text.encode() in content]
        assert 1 == len([name for name in where if "batch-registry/receivers/job/" in name]), where
        assert 1 == len(where), where
    shown = own.send("GET", f"/endpoints/calling/jobs/{job['name']}").body
    assert secret not in json.dumps(shown)
    assert [] == [name for name, content in everything(own) if TOPIC_KEY.encode() in content]
