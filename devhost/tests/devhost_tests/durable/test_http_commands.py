from typing import Any

import pytest

from devhost_tests.durable.conftest import Http
from devhost_tests.durable.http_calls import API, ended, has_status, started


@pytest.mark.parametrize("operation", ["terminate", "suspend", "raiseEvent/go"])
async def test_what_is_sent_to_an_instance_depends_on_its_state(http: Http, operation: str) -> None:
    running = await started(http, "waiter")
    over = await started(http, "chain")
    await ended(http, over)

    statuses = [
        (await http.post(f"{API}/instances/{i}/{operation}", json=1)).status
        for i in (running, over, "unknown")
    ]

    assert [202, 410, 404] == statuses


async def test_an_event_must_be_json(http: Http) -> None:
    instance_id = await started(http, "waiter")
    path = f"{API}/instances/{instance_id}/raiseEvent/go"

    as_text = await http.post(path, data="1", headers={"Content-Type": "text/plain"})
    as_json = {"Content-Type": "application/json"}
    broken = await http.post(path, data="{oops", headers=as_json)
    nothing = await http.post(path, headers=as_json)

    message = {"Message": "Only application/json request content is supported"}
    for response in (as_text, nothing):
        assert (400, message) == (response.status, await response.json())
    assert (400, {"Message": "Invalid JSON content"}) == (broken.status, await broken.json())


async def test_an_event_is_looked_at_after_its_instance(http: Http) -> None:
    over = await started(http, "chain")
    await ended(http, over)

    statuses = [
        (await http.post(f"{API}/instances/{i}/raiseEvent/go", data="{oops")).status
        for i in (over, "unknown")
    ]

    assert [410, 404] == statuses


async def test_terminated_and_suspended_instances_show_the_reason(http: Http) -> None:
    instance_id = await started(http, "waiter")

    await http.post(f"{API}/instances/{instance_id}/suspend?reason=a%20pause")
    assert "a pause" == (await has_status(http, instance_id, "Suspended"))["output"]
    again = await http.post(f"{API}/instances/{instance_id}/suspend?reason=x")
    await http.post(f"{API}/instances/{instance_id}/terminate?reason=enough")

    assert 500 == again.status
    text = (await again.json())["ExceptionMessage"]
    assert text.endswith("because instance is in the Suspended state.")
    assert "enough" == (await has_status(http, instance_id, "Terminated"))["output"]


async def test_rewinding_over_http(http: Http, functions: Any) -> None:
    functions.is_broken = True
    instance_id = await started(http, "rewindable_child")
    await ended(http, instance_id)
    functions.is_broken = False

    accepted = await http.post(f"{API}/instances/{instance_id}/rewind?reason=mended")
    body = await has_status(http, instance_id, "Completed")
    again = await http.post(f"{API}/instances/{instance_id}/rewind")
    unknown = await http.post(f"{API}/instances/x/rewind")

    assert [202, 412, 404] == [accepted.status, again.status, unknown.status]
    assert "mended child" == body["output"]
    assert "has status Completed" in await again.json()
    assert 'No orchestration with instance ID "$x" found.' == await unknown.json()
    history = await (await http.get(f"{API}/instances/{instance_id}?showHistory=true")).json()
    assert "GenericEvent" in [event["EventType"] for event in history["historyEvents"]]


async def test_restarting_over_http(http: Http) -> None:
    instance_id = await started(http, "mirror", 5)
    await ended(http, instance_id)
    await started(http, "waiter", instance_id="busy")

    new = await http.post(f"{API}/instances/{instance_id}/restart")
    same = await http.post(f"{API}/instances/{instance_id}/restart?restartWithNewInstanceId=false")
    unknown = await http.post(f"{API}/instances/x/restart")
    busy = await http.post(f"{API}/instances/busy/restart?restartWithNewInstanceId=false")

    assert [202, 202, 400, 409] == [r.status for r in (new, same, unknown, busy)]
    assert instance_id != (await new.json())["id"]
    assert instance_id == (await same.json())["id"]
    assert 5 == (await (await ended(http, (await new.json())["id"])).json())["output"]
