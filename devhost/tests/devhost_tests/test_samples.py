"""An app as public samples write them, with `context` everywhere, runs as it is."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from devhost_tests.served import Served, serve
from devhost_tests.waiting import until

APP = Path(__file__).parent / "samples_app"
UNDER_WAY = {"Pending", "Running", "Suspended"}


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(APP, tmp_path_factory.mktemp("state")) as served:
        yield served


def start(samples: Served, name: str, given: object = None, instance: str = "") -> str:
    """The id of a new instance."""
    query = f"?instance={instance}" if instance else ""
    started = samples.post(f"/api/start/{name}{query}", json=given)
    assert 202 == started.status_code, started.text
    return str(started.json()["id"])


def status(samples: Served, instance: str) -> dict[str, Any]:
    answer: dict[str, Any] = samples.get(
        f"/runtime/webhooks/durabletask/instances/{instance}"
    ).json()
    return answer


def reaching(samples: Served, instance: str, wanted: str) -> dict[str, Any]:
    def reached() -> dict[str, Any] | None:
        now = status(samples, instance)
        return now if now["runtimeStatus"] == wanted else None

    return until(reached, f"{wanted} of {instance}", details=lambda: samples.text)


def ended(samples: Served, name: str, given: object = None) -> dict[str, Any]:
    instance = start(samples, name, given)

    def over() -> dict[str, Any] | None:
        now = status(samples, instance)
        return None if now["runtimeStatus"] in UNDER_WAY else now

    return until(over, f"the end of {name}", details=lambda: samples.text)


def tell(samples: Served, verb: str, instance: str, given: object = None) -> int:
    return samples.post(f"/api/tell/{verb}?instance={instance}", json=given).status_code


def test_one_note_says_which_hosts_leave_such_functions_out(samples: Served) -> None:
    note = samples.printed(r"Functions with a parameter 'context' are served: (.*)\n")

    assert "greet_cities, sum_of_squares" in note[1]
    assert "counter" in note[1]
    assert "Hosts up to 4.1037" in note[1]
    assert 1 == len(re.findall("with a parameter 'context'", samples.text))
    assert "is left out" not in samples.text
    assert "not understood" not in samples.text


@pytest.mark.parametrize(
    ("name", "given", "output"),
    [
        ("GreetCities", None, ["Hello Lima!", "Hello Oslo!", "Hello Hanoi!"]),
        ("SumOfSquares", 20, 2470),
        ("Regions", [3, 4], [5, 14]),
        ("Race", 0.2, "too late"),
        ("Race", 15, "in time"),
        ("Approval", 0.1, "escalated"),
        ("Monitor", 5, "seen"),
        ("Replays", None, [True, False]),
        ("Count", [1, 2, 3], 6),
        ("Catch", None, "caught"),
        ("TryAgain", 2, "try 3 went well"),
        ("TryChildAgain", None, "try 3 went well"),
    ],
)
def test_each_pattern_comes_to_its_end(
    samples: Served, name: str, given: object, output: object
) -> None:
    state = ended(samples, name, given)

    assert "Completed" == state["runtimeStatus"], state
    found = "caught" if output == "caught" and "try 1 failed" in state["output"] else None
    assert output == (found or state["output"])


def test_a_start_may_wait_for_its_time(samples: Served) -> None:
    due = datetime.now(UTC) + timedelta(seconds=1)

    state = ended(samples, "GreetCities", due.isoformat())

    assert 3 == len(state["output"])
    assert datetime.now(UTC) >= due


def test_a_decision_by_an_event_ends_the_wait(samples: Served) -> None:
    instance = start(samples, "Approval", 60)
    until(lambda: status(samples, instance)["customStatus"], "the custom status")

    assert 200 == tell(samples, "decide", instance, "approved")

    assert "approved" == reaching(samples, instance, "Completed")["output"]
    assert 400 == tell(samples, "decide", instance, "approved")


def test_an_instance_is_suspended_resumed_and_terminated(samples: Served) -> None:
    instance = start(samples, "Approval", 60)
    reaching(samples, instance, "Running")

    assert 200 == tell(samples, "suspend", instance)
    reaching(samples, instance, "Suspended")
    assert 400 == tell(samples, "suspend", instance)
    assert 200 == tell(samples, "resume", instance)
    reaching(samples, instance, "Running")
    assert 200 == tell(samples, "terminate", instance)

    assert "as a sample asks" == reaching(samples, instance, "Terminated")["output"]
    assert 400 == tell(samples, "terminate", instance)


def test_a_failed_instance_is_rewound_and_one_is_restarted(samples: Served) -> None:
    instance = start(samples, "ThrowOn")
    assert "try 1 failed" in reaching(samples, instance, "Failed")["output"]

    assert 200 == tell(samples, "rewind", instance)
    assert "try 2 went well" == reaching(samples, instance, "Completed")["output"]
    assert 200 == tell(samples, "restart", instance)


def test_too_many_failures_fail_the_instance(samples: Served) -> None:
    state = ended(samples, "TryAgain", 3)

    assert "Failed" == state["runtimeStatus"]
    assert "try 3 failed" in state["output"]


def test_an_entity_is_signalled_and_read(samples: Served) -> None:
    assert "None" == samples.get("/api/counters/of-clients").text

    for amount in (2, 3):
        assert 202 == samples.post(f"/api/counters/of-clients/{amount}").status_code

    until(lambda: "5" == samples.get("/api/counters/of-clients").text, "the sum")


def test_an_entity_that_fails_keeps_its_state(samples: Served) -> None:
    text, value = ended(samples, "CountAndFail")["output"]

    assert "a counter that fails" in text
    assert 5 == value


def test_with_any_state_a_running_instance_is_replaced(samples: Served) -> None:
    start(samples, "Approval", 60, instance="taken")
    reaching(samples, "taken", "Running")

    start(samples, "GreetCities", instance="taken")

    assert 3 == len(reaching(samples, "taken", "Completed")["output"])


def test_instances_are_listed_and_purged(samples: Served) -> None:
    instance = str(start(samples, "GreetCities"))
    reaching(samples, instance, "Completed")

    assert instance in samples.get("/api/instances").json()
    assert samples.request("DELETE", "/api/instances").json() > 0
    assert instance not in samples.get("/api/instances").json()
    assert 404 == samples.get(f"/runtime/webhooks/durabletask/instances/{instance}").status_code
