import asyncio
import json
import re
from typing import Any

from devhost_tests.durable.conftest import Http
from devhost_tests.durable.http_calls import API, ended, has_status, started


async def test_history_folds_work_into_its_end(http: Http) -> None:
    await ended(http, await started(http, "retrying", "key", instance_id="r"))
    await ended(http, await started(http, "nested", instance_id="n"))

    plain = await (await http.get(f"{API}/instances/r?showHistory=true")).json()
    nested = await http.get(f"{API}/instances/n?showHistory=true&showHistoryOutput=true")

    events = plain["historyEvents"]
    assert [
        "ExecutionStarted",
        "TaskFailed",
        "TimerCreated",
        "TimerFired",
        "TaskCompleted",
        "ExecutionCompleted",
    ] == [event["EventType"] for event in events]
    failed, completed = events[1], events[4]
    assert "explode_once" == failed["FunctionName"] == completed["FunctionName"]
    assert "Result" not in completed
    assert {"ErrorType": "ValueError", "ErrorMessage": "first time"}.items() <= failed[
        "FailureDetails"
    ].items()
    assert failed["ScheduledTime"] < failed["Timestamp"] < completed["ScheduledTime"]
    for event in events:
        assert re.fullmatch(r"20\d\d-.*T.*\.\d{7}Z", event["Timestamp"])
    child = (await nested.json())["historyEvents"][1]
    assert ("SubOrchestrationInstanceCompleted", "abc", "chain") == (
        child["EventType"],
        child["Result"],
        child["FunctionName"],
    )


async def test_history_shows_every_kind_of_event(http: Http) -> None:
    """Nothing that an instance can meet is missing or breaks the projection."""
    await ended(http, await started(http, "counting", "k", instance_id="e"))
    await ended(http, await started(http, "transfer", instance_id="l"))
    await started(http, "waiter", instance_id="w")
    await http.post(f"{API}/instances/w/suspend?reason=s")
    await has_status(http, "w", "Suspended")
    await http.post(f"{API}/instances/w/resume?reason=r")
    await has_status(http, "w", "Running")
    await ended(http, await started(http, "teller", "w", instance_id="t"))
    await ended(http, "w")

    seen: dict[str, dict[str, Any]] = {}
    for instance_id in ("e", "l", "w", "t"):
        query = f"{API}/instances/{instance_id}?showHistory=true&showHistoryOutput=true"
        for event in (await (await http.get(query)).json())["historyEvents"]:
            seen[event["EventType"]] = event

    assert {
        "ExecutionStarted",
        "EventSent",
        "EventRaised",
        "TaskCompleted",
        "ExecutionSuspended",
        "ExecutionResumed",
        "ExecutionCompleted",
    } == set(seen)
    assert ("s", "r") == (seen["ExecutionSuspended"]["Reason"], seen["ExecutionResumed"]["Reason"])
    assert "Completed" == seen["ExecutionCompleted"]["OrchestrationStatus"]
    assert {
        "Input",
        "Correlation",
        "ParentTraceContext",
        "ScheduledStartTime",
        "Generation",
        "GenerateNewTrace",
        "FunctionName",
    } <= set(seen["ExecutionStarted"])


async def test_inputs_and_outputs_of_a_history_may_be_left_out(http: Http) -> None:
    await ended(http, await started(http, "chain", {"given": 1}, instance_id="c"))
    url = f"{API}/instances/c?showHistory=true"

    def with_name(body: dict[str, Any], name: str) -> list[str]:
        return [event["EventType"] for event in body["historyEvents"] if name in event]

    plain = await (await http.get(url)).json()
    full = await (await http.get(f"{url}&showHistoryOutput=true")).json()
    bare = await (await http.get(f"{url}&showHistoryOutput=true&showInput=false")).json()

    assert [] == with_name(plain, "Result")
    assert ["TaskCompleted", "TaskCompleted", "ExecutionCompleted"] == with_name(full, "Result")
    assert "abc" == full["historyEvents"][-1]["Result"]
    assert "ExecutionStarted" in with_name(full, "Input")
    assert [] == with_name(bare, "Input")
    assert with_name(full, "Result") == with_name(bare, "Result")


async def test_a_history_of_ten_thousand_events_is_shown(http: Http) -> None:
    await ended(http, await started(http, "noops", 5000, instance_id="long"))

    async with asyncio.timeout(10):
        response = await http.get(f"{API}/instances/long?showHistory=true")
        body = json.loads(await response.text())

    assert 5002 == len(body["historyEvents"])
