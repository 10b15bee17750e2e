"""Canceling: while running, preparing, after the end, twice, and with the host killed meanwhile."""

from collections.abc import Iterator
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.service.conftest import Deploy, deploy_on
from tests.service.models import csv_of, rows_of
from tests.support.stack import WORKSPACE, Answer, Stack, served
from tests.support.waiting import wait_until

JOBS = f"{WORKSPACE}/jobs"
FILES = {f"f{i:03d}.csv": csv_of((i, 1)) for i in range(250)}
SLOW: dict[str, Any] = {"miniBatchSize": 1, "environmentVariables": {"SLEEP_S": "0.1"}}
STUCK: dict[str, Any] = {
    "environmentVariables": {"SLEEP_S": "600"},
    "retrySettings": {"timeout": "PT1H", "maxRetries": 1},
}


def cancel(stack: Stack, started: Any) -> Answer:
    return stack.send("POST", f"{JOBS}/{started['name']}/cancel")


def over(stack: Stack, answer: Answer) -> None:
    """Follow a cancel that takes longer to its end."""
    assert answer.status in {200, 202}, answer.body
    if answer.status == 202:
        assert answer.headers["retry-after"]
        path = urlsplit(answer.headers["location"]).path
        wait_until(lambda: stack.send("GET", path).status == 200)


def is_running(stack: Stack, started: Any, minibatches: int = 0) -> bool:
    job = stack.job(started)
    done = job["progress"]["mini_batches"]["done"] if job.get("progress") else -1
    return job["status"] == "Running" and done >= minibatches


def test_a_running_job_keeps_what_it_finished(stack: Stack, deploy: Deploy) -> None:
    started = stack.invoke(deploy("canceled", **SLOW), stack.upload("canceled", FILES))
    wait_until(lambda: is_running(stack, started, 5))

    over(stack, cancel(stack, started))

    properties = stack.ended(started, limit_s=1)
    assert "Canceled" == properties["status"]
    assert properties["outputs"]["predictions"] is None
    files = stack.receipt(started)["files"]
    assert 250 == files["planned"] == files["scored"] + files["untried"]
    assert 5 <= files["scored"] < 250
    part = stack.download(f"{started['name']}/parts/000000", "batch-jobs").decode()
    rows = [row for i in range(250) for row in rows_of(f"f{i:03d}.csv", (i, 1))]
    assert rows[: files["scored"]] == part.splitlines()
    assert b"Canceled" in stack.report(started, "logs/job_result.txt")
    assert b"" == stack.report(started, "errors.jsonl")
    assert 200 == cancel(stack, started).status


def test_a_run_that_sleeps_is_ended_at_once(stack: Stack, deploy: Deploy) -> None:
    """Its timeout is an hour; and the next job has a process again."""
    endpoint = deploy("stuck", **STUCK)
    started = stack.invoke(endpoint, stack.upload("stuck", {"a.csv": csv_of((1, 1))}))
    wait_until(lambda: is_running(stack, started))

    over(stack, cancel(stack, started))

    assert "Canceled" == stack.ended(started, limit_s=5)["status"]
    assert {"planned": 1, "scored": 0, "failed": 0, "untried": 1, "skipped": 0} == stack.receipt(
        started
    )["files"]


def test_a_job_canceled_as_it_is_invoked_ends(stack: Stack, deploy: Deploy) -> None:
    """Before, while or after it is planned: whatever the moment, it is over soon."""
    endpoint = deploy("early", **SLOW)
    uri = stack.upload("early", FILES)
    for _ in range(4):
        started = stack.invoke(endpoint, uri)
        over(stack, cancel(stack, started))

        assert "Canceled" == stack.ended(started, limit_s=5)["status"]
        assert "Canceled" == stack.receipt(started)["status"]


def test_a_cancel_shows_until_the_job_has_ended(stack: Stack, deploy: Deploy) -> None:
    started = stack.invoke(deploy("shown", **SLOW), stack.upload("shown", FILES))
    wait_until(lambda: is_running(stack, started))
    cancel(stack, started)
    stack.ended(started)

    details = stack.send("GET", f"/history/v1.0{WORKSPACE}/runs/{started['name']}/details").body

    assert ("Canceled", None) == (details["status"], details["error"])
    listed = stack.send("GET", f"{WORKSPACE}/batchEndpoints/shown/jobs").body["value"]
    assert ["Canceled"] == [job["properties"]["status"] for job in listed]


def test_what_has_ended_cannot_be_canceled(stack: Stack, deploy: Deploy) -> None:
    started = stack.invoke(deploy("ended"), stack.upload("ended", {"a.csv": csv_of((1, 1))}))
    stack.ended(started)

    answer = cancel(stack, started)

    assert (409, "Conflict") == (answer.status, answer.body["error"]["code"])
    assert "is Completed already" in answer.body["error"]["message"]
    assert 404 == stack.send("POST", f"{JOBS}/nothing/cancel").status
    assert (
        403
        == stack.send(
            "POST", f"{JOBS}/{started['name']}/cancel", token=stack.token("reader")
        ).status
    )


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A service that these tests may kill parts of."""
    with served(tmp_path_factory.mktemp("cancel") / "state") as running:
        deploy_on(running, "killed", **SLOW)
        deploy_on(running, "stuck", **STUCK)
        running.upload("canceled", FILES)
        yield running


@pytest.mark.parametrize("endpoint", ["killed", "stuck"])
def test_a_cancel_survives_a_killed_host(own: Stack, endpoint: str) -> None:
    """The document and the sign are in the store; what comes back carries the cancel out."""
    started = own.invoke(endpoint, "azureml://datastores/workspaceblobstore/paths/canceled")
    wait_until(lambda: is_running(own, started))
    sign = own.blobs.get_blob_client("batch-jobs", f"{started['name']}/stop")
    sign.upload_blob(b"")

    own.back_after("host", own.kill("host"))

    properties = own.ended(started)
    assert "Canceled" == properties["status"], properties
    assert "Canceled" == own.receipt(started)["status"]


def test_a_host_killed_while_it_answers_a_cancel_carries_it_out(own: Stack) -> None:
    started = own.invoke("stuck", "azureml://datastores/workspaceblobstore/paths/canceled")
    wait_until(lambda: is_running(own, started))
    sign = own.blobs.get_blob_client("batch-jobs", f"{started['name']}/stop")

    def ask() -> None:
        try:
            cancel(own, started)
        except OSError:
            return  # it was killed before it answered

    asking = Thread(target=ask)
    asking.start()
    wait_until(sign.exists, every_s=0.005)
    killed = own.kill("host")
    asking.join()
    own.back_after("host", killed)

    assert "Canceled" == own.ended(started)["status"]
