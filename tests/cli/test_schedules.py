"""`bep schedule ...`: what is sent, and what is shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.in_process import Bep, bep_here
from tests.support.refusals import is_refused
from tests.support.stub_service import WORKSPACE, StubService, stub_service

PLACE = "azureml://datastores/workspaceblobstore/paths/in/{dd}"
ACTION = {
    "actionType": "InvokeBatchEndpoint",
    "endpointInvocationDefinition": {
        "endpointName": "wine",
        "deploymentName": "main",
        "properties": {
            "inputData": {"wines": {"jobInputType": "UriFolder", "uri": PLACE}},
            "miniBatchSize": 5,
        },
    },
}
TRIGGER = {
    "triggerType": "Recurrence",
    "frequency": "Week",
    "interval": 2,
    "startTime": "2026-03-01T02:30:00",
    "endTime": None,
    "timeZone": "Europe/Berlin",
    "schedule": {"hours": [2], "minutes": [30], "weekDays": ["Monday"], "monthDays": None},
}
DOCUMENT: dict[str, Any] = {
    "id": f"{WORKSPACE}/schedules/weekly",
    "name": "weekly",
    "etag": "0x1",
    "systemData": {"createdAt": "2026-01-01T00:00:00Z", "createdBy": "Ada"},
    "properties": {
        "displayName": "Weekly",
        "description": "Wines",
        "tags": {"a": "b"},
        "properties": {},
        "isEnabled": True,
        "provisioningState": "Succeeded",
        "catchup": "once",
        "trigger": TRIGGER,
        "action": ACTION,
        "nextRunTime": "2026-03-02T01:30:00.000Z",
        "lastRun": {"dueTime": "2026-02-16T01:30:00.000Z", "jobName": "weekly-1", "error": None},
    },
}
FILE = f"""name: weekly
trigger:
  type: recurrence
  frequency: week
  interval: 2
  start_time: 2026-03-01T02:30:00
  schedule: {{hours: 2, minutes: 30, week_days: monday}}
create_job:
  endpoint_name: wine
  deployment_name: main
  inputs:
    wines: {{type: uri_folder, path: "{PLACE}"}}
  mini_batch_size: 5
"""


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        for method in ("GET", "PUT", "DELETE"):
            running.on(method, "schedules/weekly", DOCUMENT)
        running.on("GET", "schedules", {"value": [DOCUMENT], "nextLink": None})
        run = {"submissionId": "weekly-2", "scheduleActionType": "InvokeBatchEndpoint"}
        running.on("POST", "schedules/weekly/trigger", run)
        yield running


@pytest.fixture
def bep(
    service: StubService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Bep:
    (tmp_path / "weekly.yml").write_text(FILE)
    return bep_here(service, tmp_path, monkeypatch, capsys)


def sent(service: StubService) -> Any:
    return [one for one in service.seen if one.method == "PUT"][-1]


def test_create_puts_what_the_file_says(service: StubService, bep: Bep) -> None:
    done = bep("schedule", "create", "-f", "weekly.yml", "--set", "trigger.time_zone=Asia/Tokyo")

    properties = sent(service).body["properties"]
    assert ACTION == properties["action"]
    assert {
        "triggerType": "Recurrence",
        "frequency": "Week",
        "interval": 2,
        "startTime": "2026-03-01T02:30:00",
        "timeZone": "Asia/Tokyo",
        "schedule": {"hours": [2], "minutes": [30], "weekDays": ["Monday"]},
    } == properties["trigger"]
    assert "isEnabled" not in properties  # one that is off stays off
    assert "weekly" == done.answer["name"]


def test_show_has_the_keys_of_the_file_and_how_it_goes(bep: Bep) -> None:
    shown = bep("schedule", "show", "--name", "weekly").answer

    assert {
        "type": "recurrence",
        "frequency": "week",
        "interval": 2,
        "start_time": "2026-03-01T02:30:00",
        "time_zone": "Europe/Berlin",
        "schedule": {"hours": [2], "minutes": [30], "week_days": ["Monday"]},
    } == shown["trigger"]
    assert {
        "endpoint_name": "wine",
        "deployment_name": "main",
        "inputs": {"wines": {"type": "uri_folder", "path": PLACE}},
        "outputs": {},
        "mini_batch_size": 5,
    } == shown["create_job"]
    assert ("2026-03-02T01:30:00.000Z", "weekly-1") == (
        shown["next_run_time"],
        shown["last_run"]["job_name"],
    )


@pytest.mark.parametrize(
    ("flags", "view"),
    [
        ((), "EnabledOnly"),
        (("--include-disabled",), "All"),
        (("--disabled-only", "--max-results", "1"), "DisabledOnly"),
    ],
)
def test_list_asks_for_the_view_that_is_meant(
    service: StubService, bep: Bep, flags: tuple[str, ...], view: str
) -> None:
    assert ["weekly"] == bep("schedule", "list", *flags, "--query", "[].name").answer
    assert f"listViewType={view}" in service.seen[-1].path


@pytest.mark.parametrize(("verb", "is_enabled"), [("enable", True), ("disable", False)])
def test_enable_and_disable_change_that_alone_and_only_what_was_read(
    service: StubService, bep: Bep, verb: str, *, is_enabled: bool
) -> None:
    bep("schedule", verb, "-n", "weekly")

    put = sent(service)
    assert {**DOCUMENT["properties"], "isEnabled": is_enabled} == put.body["properties"]
    assert '"0x1"' == put.headers["If-Match"]


def test_update_changes_what_is_set_and_keeps_the_rest(service: StubService, bep: Bep) -> None:
    words = ("trigger.schedule.hours=[3,4]", "description=Reds", "catchup=all", "tags.c=d")
    done = bep("schedule", "update", "-n", "weekly", "--set", *words)

    assert 0 == done.code, done.stderr
    properties = sent(service).body["properties"]
    assert ([3, 4], [30]) == (
        properties["trigger"]["schedule"]["hours"],
        properties["trigger"]["schedule"]["minutes"],
    )
    assert ("2026-03-01T02:30:00", "Europe/Berlin") == (
        properties["trigger"]["startTime"],
        properties["trigger"]["timeZone"],
    )
    assert ("Reds", "all", {"a": "b", "c": "d"}, "Weekly") == (
        properties["description"],
        properties["catchup"],
        properties["tags"],
        properties["displayName"],
    )
    assert ACTION == properties["action"]


def test_trigger_and_delete_name_the_schedule(service: StubService, bep: Bep) -> None:
    ran = bep("schedule", "trigger", "-n", "weekly", "--schedule-time", "2026-03-01T00:00:00Z")
    gone = bep("schedule", "delete", "-n", "weekly", "--yes")

    assert {"job_name": "weekly-2", "schedule_action_type": "InvokeBatchEndpoint"} == ran.answer
    assert {"scheduleTime": "2026-03-01T00:00:00Z"} == service.asked("/trigger")[0].body
    assert (0, "DELETE") == (gone.code, service.seen[-1].method)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("create", "-f", "nowhere.yml"), "cannot be read"),
        (("create", "-n", "weekly"), "'trigger' is missing"),
        (("update", "-n", "weekly"), "Nothing is to be changed"),
        (("update", "-n", "weekly", "--set", "create_job.endpoint_name=e"), "cannot be changed"),
        (("update", "-n", "weekly", "--set", "trigger.expression=x"), "of the other type"),
        (("list", "--include-disabled", "--disabled-only"), "are both given"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_put(
    service: StubService, bep: Bep, words: tuple[str, ...], why: str
) -> None:
    done = bep("schedule", *words)

    assert is_refused(done, code=2)
    assert why in done.stderr
    assert "PUT" not in [one.method for one in service.seen]
