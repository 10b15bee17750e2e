"""A watch on the local host: what it shows, and the handshakes of Event Grid."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.conftest import deploy_on
from tests.service.models import csv_of
from tests.support.stack import WORKSPACE, Stack, served
from tests.support.waiting import wait_until

GATHER = {"quietSeconds": 3, "mostFiles": 80, "mostWaitSeconds": 60}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A service that these tests may kill; it sweeps often, so that they need not wait."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SWEEP_SCHEDULE", "*/5 * * * * *")
        with served(tmp_path_factory.mktemp("watches") / "state") as running:
            yield running


def put_watch(stack: Stack, endpoint: str, name: str, **properties: Any) -> None:
    stack.put(
        f"/batchEndpoints/{endpoint}/watches/{name}",
        {"properties": {"gather": GATHER, **properties}},
    )


def upload(stack: Stack, container: str, name: str, number: int) -> None:
    client = stack.blobs.get_blob_client(container, name)
    client.upload_blob(csv_of((number, 1)), overwrite=True)


def test_a_watch_shows_what_is_pending_and_its_last_job(own: Stack) -> None:
    endpoint = deploy_on(own, "quiet-end")
    put_watch(own, endpoint, "inbox", state="Paused")
    upload(own, "batch-inbox", f"{endpoint}/one.csv", 1)

    path = f"{WORKSPACE}/batchEndpoints/{endpoint}/watches/inbox"
    assert 1 == own.send("GET", path).body["properties"]["gathering"]["pending"]

    put_watch(own, endpoint, "inbox", gather={**GATHER, "quietSeconds": 1})
    name = wait_until(
        lambda: own.send("GET", path).body["properties"]["gathering"]["lastJob"], limit_s=60
    )
    job = own.ended({"name": name, "properties": {"endpointName": endpoint}})
    assert "Completed" == job["status"]


def test_both_handshakes_of_event_grid_are_answered_to_who_may_send(own: Stack) -> None:
    path, origin = "/events/blobs", {"WebHook-Request-Origin": "eventgrid.azure.net"}
    kind = "Microsoft.EventGrid.SubscriptionValidationEvent"
    event = {"eventType": kind, "data": {"validationCode": "512d38b6"}}
    invoker, reader = own.token("invoker"), own.token("reader")

    allowed = own.send("OPTIONS", path, headers=origin, token=invoker)
    validated = own.send("POST", path, [event], token=invoker)

    assert (200, "eventgrid.azure.net") == (
        allowed.status,
        allowed.headers["webhook-allowed-origin"],
    )
    assert (200, {"validationResponse": "512d38b6"}) == (validated.status, validated.body)
    assert 403 == own.send("POST", path, [event], token=reader).status
