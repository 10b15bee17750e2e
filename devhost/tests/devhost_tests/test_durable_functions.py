"""Orchestrators and activities of an app, started by HTTP as its users start them."""

from typing import Any

import pytest

from devhost_tests.served import Served
from devhost_tests.waiting import until

INVOCATION_FAILED = "Microsoft.Azure.WebJobs.Host.FunctionInvocationException"


def finished(host: Served, orchestrator: str, argument: object) -> dict[str, Any]:
    """Start an orchestrator and wait for its end; its status."""
    started = host.post(f"/start/{orchestrator}", json=argument)
    assert 202 == started.status_code
    status_url = started.json()["statusQueryGetUri"].replace("localhost", "127.0.0.1")
    path = status_url.removeprefix(host.url)

    def ended() -> dict[str, Any] | None:
        status: dict[str, Any] = host.get(path).json()
        return None if status["runtimeStatus"] in {"Pending", "Running"} else status

    status = until(ended, f"the end of {orchestrator}")
    assert status is not None
    return status


def test_sync_and_async_activities_run_in_a_chain(host: Served) -> None:
    status = finished(host, "chain", 5)

    assert ("Completed", 20) == (status["runtimeStatus"], status["output"])


def test_activities_fan_out(host: Served) -> None:
    assert 2 * sum(range(50)) == finished(host, "fan_out", 50)["output"]


@pytest.mark.parametrize(
    ("kind", "error_type", "message"),
    [
        ("lines", "ValueError", "first line"),
        ("exit", INVOCATION_FAILED, "Exception while executing function: Functions.fails"),
        ("stop", "StopIteration", "spent"),
    ],
)
def test_a_failed_activity_is_reported_by_its_bare_type_and_first_line(
    host: Served, kind: str, error_type: str, message: str
) -> None:
    words = finished(host, "tells_failure", ["fails", kind])["output"]

    assert (error_type, message) == (words["type"], words["message"])
    assert words["text"].endswith(f"Activity task #1 failed: {message}")


def test_a_result_that_is_not_json_is_a_failure(host: Served) -> None:
    words = finished(host, "tells_failure", ["fails", "object"])["output"]

    assert "ValueError" == words["type"]
    assert words["message"].startswith("activity trigger output must be json serializable (")


def test_durable_clients_close_their_channels(host: Served) -> None:
    """Each invocation gets a client of its own; a hundred of them leave nothing open."""
    finished(host, "chain", 0)
    before = host.get("/channels").json()

    for _ in range(100):
        assert 202 == host.post("/start/chain", json=1).status_code

    until(lambda: host.get("/channels").json() <= before + 2, "the channels closed")


def test_the_sdks_own_http_activity_is_there(host: Served) -> None:
    """call_http runs a built-in activity that no app declares."""
    answer = finished(host, "calls_http", f"{host.url}/replies/plain")["output"]

    assert [200, "plain"] == answer


def test_orchestrators_are_found_whatever_the_case(host: Served) -> None:
    assert 4 == finished(host, "CHAIN", 1)["output"]
