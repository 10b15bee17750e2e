"""Schedules through their doors: what is kept, what is shown, and what is refused."""

from copy import deepcopy
from typing import Any

import pytest

from shared.api.http import Response
from shared.api.routes import UNBOUND
from shared.domain.errors import InvalidRequest, NotFound, PreconditionFailed
from shared.schemas.schedule_bodies import SCHEDULE
from tests.support.client import Client
from tests.support.requests import http_request
from triggers import schedules

FULL: Any = deepcopy(SCHEDULE.examples[0])
DEFINITION = FULL["properties"]["action"]["endpointInvocationDefinition"]
DEFINITION["endpointName"] = "wine"


def body(**changes: Any) -> Any:
    """The full example, with fields changed by their paths: trigger__timeZone."""
    changed = deepcopy(FULL)
    for path, value in changes.items():
        *leading, last = path.split("__")
        inner = changed["properties"]
        for step in leading:
            inner = inner[step]
        inner[last] = value
    return changed


def put(
    client: Client,
    content: Any = FULL,
    name: str = "nightly",
    headers: dict[str, str] | None = None,
) -> Response:
    request = http_request(content, headers=headers, schedule=name)
    return schedules.put_schedule(request, client.services, UNBOUND)


def get(client: Client, name: str = "nightly") -> Any:
    return schedules.get_schedule(http_request(schedule=name), client.services, UNBOUND).body


def names(client: Client, view: str = "") -> list[str]:
    query = {"listviewtype": view} if view else {}
    answer = schedules.list_schedules(http_request(query=query), client.services, UNBOUND)
    return [one["name"] for one in answer.body["value"]]


def test_a_schedule_is_put_got_listed_and_deleted(client: Client) -> None:
    assert [201, 200] == [put(client).status, put(client, name="NIGHTLY").status]

    got = get(client, "Nightly")
    assert got["id"].endswith("/schedules/nightly")
    expected = deepcopy(FULL["properties"])
    expected["trigger"]["schedule"]["monthDays"] = None
    assert expected == {key: got["properties"][key] for key in expected}
    assert "Succeeded" == got["properties"]["provisioningState"]
    assert got["properties"]["nextRunTime"].endswith("30:00.000Z")
    assert got["properties"]["lastRun"] is None
    assert ["nightly"] == names(client)
    request = http_request(schedule="nightly")
    assert 200 == schedules.delete_schedule(request, client.services, UNBOUND).status
    with pytest.raises(NotFound, match="nightly"):
        get(client)


def test_what_was_got_can_be_put_back(client: Client) -> None:
    """As the official SDK enables and disables: it reads, changes one field and puts."""
    put(client)
    got = get(client)

    assert 200 == put(client, got).status
    assert got["properties"] == get(client)["properties"]
    with pytest.raises(PreconditionFailed):
        put(client, got, headers={"if-match": '"other"'})


def test_times_may_be_written_as_the_official_sdk_does(client: Client) -> None:
    put(client, body(trigger__startTime="2026-03-01 02:30:00", trigger__endTime=None))

    trigger = get(client)["properties"]["trigger"]
    assert ("2026-03-01T02:30:00", None) == (trigger["startTime"], trigger["endTime"])


def test_the_sdks_empty_pattern_is_none(client: Client) -> None:
    put(client, body(trigger__schedule={"hours": [], "minutes": []}, trigger__frequency="Hour"))

    assert "Hour" == get(client)["properties"]["trigger"]["frequency"]


def test_lists_show_what_is_on_unless_more_is_asked_for(client: Client) -> None:
    put(client, name="on")
    put(client, body(isEnabled=False), name="off")

    assert ["on"] == names(client) == names(client, "EnabledOnly")
    assert ["off"] == names(client, "disabledonly")
    assert ["off", "on"] == names(client, "All")
    with pytest.raises(InvalidRequest, match="'Some' is no view"):
        names(client, "Some")


def test_a_put_that_says_nothing_of_it_keeps_a_schedule_on_or_off(client: Client) -> None:
    put(client, body(isEnabled=False))
    put(client, body(isEnabled=None))

    assert get(client)["properties"]["isEnabled"] is False
    assert get(client)["properties"]["nextRunTime"] is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"trigger__triggerType": None}, "'properties.trigger.triggerType' is missing"),
        ({"trigger__triggerType": "Cron"}, "'properties.trigger.expression' is missing"),
        ({"trigger": {"triggerType": "Cron", "expression": "0 0 30 2 *"}}, "no cron expression"),
        ({"trigger__timeZone": "Mars"}, "'Mars' is no time zone"),
        ({"trigger__frequency": "Year"}, "one of Minute, Hour, Day, Week, Month"),
        ({"trigger__frequency": "Hour"}, "a pattern does not go with the frequency Hour"),
        ({"trigger__interval": 0}, "'properties.trigger.interval' is 0"),
        ({"trigger__schedule": {"hours": [24], "minutes": [0]}}, "schedule.hours' is 24"),
        ({"trigger__schedule": {"hours": [2]}}, "not given together"),
        ({"trigger__schedule": {"hours": 2, "minutes": [1]}}, "not a list"),
        ({"trigger__schedule": {"weekDays": ["Noday"]}}, "weekDays"),
        ({"trigger__schedule": {"monthDays": [1]}}, "monthDays do not go with"),
        ({"trigger__startTime": "tomorrow"}, "'tomorrow', not a time"),
        ({"trigger__startTime": "2026-01-01T00:00:00Z"}, "without an offset"),
        ({"trigger__startTime": "9999-12-31T23:59:59"}, "not a time"),
        ({"trigger__endTime": "2026-01-01T00:00:00"}, "is before startTime"),
        ({"catchup": "latest"}, "one of once, all, none"),
        ({"action__actionType": "ImportData"}, "one of InvokeBatchEndpoint, CreateJob"),
        ({"action": {"actionType": "CreateJob", "jobDefinition": {}}}, "sourceJobId' is missing"),
        ({"action__endpointInvocationDefinition__properties": {}}, "0 inputs"),
        ({"action__endpointInvocationDefinition__properties": [1]}, "must be a JSON object"),
        ({"action__endpointInvocationDefinition__properties__name": "n"}, "names the job"),
        ({"action__endpointInvocationDefinition__properties__x": 1}, "'properties.x'"),
        (
            {"action__endpointInvocationDefinition__properties__displayName": 5},
            "displayName' is a number",
        ),
        (
            {"action__endpointInvocationDefinition__properties__displayName": "{year}"},
            "'{year}', which nothing fills",
        ),
        ({"more": 1}, "'properties.more' is not a field"),
    ],
)
def test_what_could_never_run_is_refused_when_it_is_put(
    client: Client, changes: dict[str, Any], why: str
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        put(client, body(**changes))

    assert why in str(refusal.value)
    assert [] == names(client, "All")


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ({"action__endpointInvocationDefinition__endpointName": "beer"}, "endpointName"),
        ({"action__endpointInvocationDefinition__deploymentName": "beer"}, "deploymentName"),
        (
            {"action": {"actionType": "CreateJob", "jobDefinition": {"sourceJobId": "azureml:j"}}},
            "sourceJobId",
        ),
    ],
)
def test_what_is_named_has_to_be_there(client: Client, changes: Any, target: str) -> None:
    with pytest.raises(NotFound) as refusal:
        put(client, body(**changes))

    assert refusal.value.target.endswith(target)


@pytest.mark.parametrize("name", ["a b", "a.b", "-a", "a" * 201])
def test_a_schedules_name_becomes_part_of_its_jobs_names(client: Client, name: str) -> None:
    with pytest.raises(InvalidRequest, match="is not a name for a schedule"):
        put(client, name=name)


@pytest.mark.parametrize("moment", ["soon", "9999-12-31T23:59:59-10:00", "0001-01-01"])
def test_a_moment_to_run_for_is_a_moment(client: Client, moment: str) -> None:
    put(client)

    with pytest.raises(InvalidRequest, match="not a time"):
        schedules.run_schedule(
            http_request({"scheduleTime": moment}, schedule="nightly"),
            client.services,
            client.durable,
        )
