"""Suspending a job by its Durable URL, which passes by the service: it rests, and goes on."""

from typing import Any

from tests.service.conftest import Deploy
from tests.service.models import csv_of, rows_of
from tests.support.durable_urls import REASON, call
from tests.support.stack import WORKSPACE, Stack
from tests.support.waiting import wait_until

COUNT = 60
FILES = {f"f{i:03d}.csv": csv_of((i, 1)) for i in range(COUNT)}
SLOW: dict[str, Any] = {"miniBatchSize": 1, "environmentVariables": {"SLEEP_S": "0.2"}}


def done(job: Any) -> int:
    progress = job["progress"]
    return int(progress["mini_batches"]["done"]) if progress else 0


def begun(stack: Stack, deploy: Deploy, endpoint: str) -> Any:
    """A job that has scored some of its mini-batches, of which it has one shard."""
    started = stack.invoke(deploy(endpoint, **SLOW), stack.upload(endpoint, FILES))
    wait_until(lambda: done(stack.job(started)) >= 5)
    return started


def rests(stack: Stack, started: Any) -> Any:
    """The job once nothing of it is under way any more."""
    endpoint = stack.job(started)["endpointName"]
    shards = f"/endpoints/{endpoint}/jobs/{started['name']}/shards"

    def resting() -> Any:
        running = stack.send("GET", shards).body["running"]
        job = stack.job(started)  # after that: what ended meanwhile is counted
        return job if job["status"] == "Paused" and not running else None

    return wait_until(resting, limit_s=120)


def test_a_suspended_job_rests_says_so_and_goes_on(stack: Stack, deploy: Deploy) -> None:
    started = begun(stack, deploy, "suspended-by-url")

    assert 202 == call(stack, started, "suspendPostUri")

    job = rests(stack, started)
    before = done(job)
    assert 5 <= before < COUNT
    assert REASON == job["suspended"]["reason"]
    assert "resumePostUri" in job["suspended"]["message"]
    shown = stack.send("GET", f"{WORKSPACE}/jobs/{started['name']}").body["properties"]
    assert "Paused" == shown["status"]
    assert REASON in shown["properties"]["suspended"]
    run = stack.send("GET", status_path(started)).body
    assert "Suspended" == run["runtimeStatus"]
    assert before == done(stack.job(started))  # whoever looks moves nothing

    assert 202 == call(stack, started, "resumePostUri")

    properties = stack.ended(started)
    assert "Completed" == properties["status"], properties
    assert properties["suspended"] is None
    rows = [row for i in range(COUNT) for row in rows_of(f"f{i:03d}.csv", (i, 1))]
    assert rows == stack.output(properties).decode().splitlines()
    receipt = stack.receipt(started)
    assert ("proven", COUNT) == (receipt["verdict"], receipt["files"]["scored"])


def test_a_suspended_job_is_canceled_all_the_same(stack: Stack, deploy: Deploy) -> None:
    started = begun(stack, deploy, "suspended-canceled")
    call(stack, started, "suspendPostUri")
    job = rests(stack, started)

    answer = stack.send("POST", f"{WORKSPACE}/jobs/{started['name']}/cancel")

    assert answer.status in {200, 202}
    properties = stack.ended(started, limit_s=120)
    assert "Canceled" == properties["status"]
    files = stack.receipt(started)["files"]
    assert COUNT == files["scored"] + files["untried"]
    assert files["scored"] >= done(job)


def test_one_that_is_suspended_again_and_again_loses_nothing(stack: Stack, deploy: Deploy) -> None:
    started = begun(stack, deploy, "suspended-often")

    for _ in range(3):
        assert 202 == call(stack, started, "suspendPostUri")
        wait_until(lambda: stack.job(started)["status"] == "Paused")
        assert 202 == call(stack, started, "resumePostUri")
        wait_until(lambda: stack.job(started)["status"] != "Paused")

    properties = stack.ended(started)
    assert "Completed" == properties["status"]
    rows = [row for i in range(COUNT) for row in rows_of(f"f{i:03d}.csv", (i, 1))]
    assert rows == stack.output(properties).decode().splitlines()


def status_path(started: Any) -> str:
    """The service's own status URL of the job, which the token opens."""
    return f"/endpoints/{started['properties']['endpointName']}/jobs/{started['name']}/status"
