"""Worker processes: a death fails what runs and nothing else, and time runs out for the slow."""

import json
import os
import signal
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from devhost_tests.served import SAMPLE_APP, Served, serve
from devhost_tests.test_durable_functions import INVOCATION_FAILED, finished
from devhost_tests.waiting import until

TIMED_OUT = "Microsoft.Azure.WebJobs.Host.FunctionTimeoutException"

SLOW_APP = """
    import threading, time
    import azure.durable_functions as df
    import azure.functions as func

    app = df.DFApp()

    @app.route(route="start/{name}", methods=["POST"])
    @app.durable_client_input(client_name="client")
    async def start(req: func.HttpRequest, client):
        instance = await client.start_new(req.route_params["name"], client_input=req.get_json())
        return client.create_check_status_response(req, instance)

    @app.orchestration_trigger(context_name="ctx")
    def tells_failure(ctx):
        try:
            yield ctx.call_activity(*ctx.get_input())
        except Exception as error:
            return {"type": error.details.error_type, "message": error.details.message}

    @app.activity_trigger(input_name="x")
    def work(x: object) -> int:
        while True:
            time.sleep(0.1)

    @app.route(route="endless")
    async def endless(req: func.HttpRequest):
        while True:
            time.sleep(0.1)

    @app.route(route="quick")
    def quick(req: func.HttpRequest):
        return "quick"
"""


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    state = tmp_path_factory.mktemp("state")
    count = {"FUNCTIONS_WORKER_PROCESS_COUNT": "2"}
    with serve(SAMPLE_APP, state, "--worker-deaths", "0", env=count) as served:
        yield served


@pytest.fixture
def slow_app(tmp_path: Path) -> Path:
    host_json = {
        "version": "2.0",
        "functionTimeout": "00:00:01",
        "extensions": {"http": {"routePrefix": ""}},
    }
    (tmp_path / "host.json").write_text(json.dumps(host_json))
    (tmp_path / "function_app.py").write_text(textwrap.dedent(SLOW_APP))
    return tmp_path


def workers_of(served: Served) -> list[psutil.Process]:
    return psutil.Process(served.process.pid).children()


def is_replaced(before: set[psutil.Process], now: list[psutil.Process]) -> bool:
    return len(now) >= len(before) and before.isdisjoint(now)


def kill_all_workers(served: Served) -> None:
    for worker in workers_of(served):
        worker.kill()


def start(served: Served, orchestrator: str, argument: object) -> str:
    """The path of the status of a new instance."""
    url: str = served.post(f"/start/{orchestrator}", json=argument).json()["statusQueryGetUri"]
    return "/runtime" + url.partition("/runtime")[2]


def output(served: Served, path: str) -> Any:
    status = served.get(path).json()
    return None if status["runtimeStatus"] in {"Pending", "Running"} else status["output"]


def test_activities_and_http_functions_run_in_worker_processes(two_workers: Served) -> None:
    assert 2 == len(workers_of(two_workers))
    assert 2 * sum(range(40)) == finished(two_workers, "fan_out", 40)["output"]
    assert 20 == finished(two_workers, "chain", 5)["output"]
    assert "invocation_context" == two_workers.get("/context").json()["name"]


def test_a_worker_that_dies_fails_its_activity_and_is_replaced(
    two_workers: Served, tmp_path: Path
) -> None:
    before = set(workers_of(two_workers))
    path = start(two_workers, "tells_failure", ["outlives", str(tmp_path / "never")])
    until((tmp_path / "never.begun").exists, "the activity")

    kill_all_workers(two_workers)

    failure = until(lambda: output(two_workers, path), "the failure")
    assert INVOCATION_FAILED == failure["type"]
    assert "Exception while executing function: Functions.outlives" == failure["message"]
    until(lambda: is_replaced(before, workers_of(two_workers)), "the new workers")
    assert 4 == finished(two_workers, "chain", 1)["output"]
    two_workers.printed("ended with signal SIGKILL; a new one takes its place")


def test_a_failure_in_a_worker_is_reported_as_in_a_thread(two_workers: Served) -> None:
    failure = finished(two_workers, "tells_failure", ["fails", "lines"])["output"]

    assert ("ValueError", "first line") == (failure["type"], failure["message"])


def test_too_many_deaths_stop_the_host(tmp_path: Path) -> None:
    """The real host stops at the third death of its worker."""
    with serve(SAMPLE_APP, tmp_path, "--workers", "1") as served:
        for count in (1, 2, 3):
            [worker] = until(lambda: workers_of(served), "a worker")
            os.kill(worker.pid, signal.SIGKILL)
            served.printed(rf"(?s)(a new one takes its place.*){{{count}}}")
            if count < 3:
                assert 200 == served.get("/context").status_code

        assert 1 == served.process.wait(timeout=20)
        assert "Too many worker processes died" in served.text


@pytest.mark.parametrize("workers", ["0", "1"])
def test_an_activity_over_its_time_fails_with_the_real_hosts_words(
    slow_app: Path, tmp_path: Path, workers: str
) -> None:
    with serve(slow_app, tmp_path / "state", "--workers", workers) as served:
        path = start(served, "tells_failure", ["work", 1])

        failure = until(lambda: output(served, path), "the timeout")

        assert TIMED_OUT == failure["type"]
        assert (
            "Timeout value of 00:00:01 was exceeded by function: Functions.work"
            == failure["message"]
        )
        assert "quick" == served.get("/quick").text


def test_a_function_that_blocks_its_worker_is_ended_and_the_worker_replaced(slow_app: Path) -> None:
    with serve(slow_app, slow_app / "state", "--workers", "1") as served:
        [before] = workers_of(served)

        reply = served.get("/endless")

        assert (500, b"") == (reply.status_code, reply.content)
        assert "quick" == served.get("/quick").text
        assert before not in workers_of(served) or 2 == len(workers_of(served))
