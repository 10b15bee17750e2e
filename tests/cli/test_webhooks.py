"""`bep webhook ...`: what is sent, and what is shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.in_process import Bep
from tests.support.refusals import is_refused
from tests.support.stub_service import WORKSPACE, StubService, stub_service

PATH = "batchEndpoints/wine/webhooks/cellar"
URL = "https://hooks.example.com/jobs"
DOCUMENT: dict[str, Any] = {
    "id": f"{WORKSPACE}/{PATH}",
    "name": "cellar",
    "etag": "0x1",
    "tags": {"a": "b"},
    "properties": {
        "description": "Tells the cellar",
        "url": f"{URL}?***",
        "events": ["job.ended"],
        "state": "Enabled",
        "problem": None,
        "previousSecretUntil": None,
        "provisioningState": "Succeeded",
    },
}
MADE = {**DOCUMENT, "properties": {**DOCUMENT["properties"], "secret": "whsec_x"}}
DELIVERY = {
    "id": "x",
    "name": "1-7-a",
    "properties": {
        "event": "dev.batchendpoints.job.completed",
        "job": "job-1",
        "state": "Pending",
        "attemptCount": 1,
        "lastAttempt": {"statusCode": 500, "durationMs": 3},
    },
}
FILE = f"name: cellar\nendpoint_name: wine\nurl: {URL}\nevents: job.failed\nstate: paused\n"


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        running.on("GET", PATH, DOCUMENT)
        running.on("PUT", PATH, MADE)
        running.on("DELETE", PATH, {})
        running.on("GET", "batchEndpoints/wine/webhooks", {"value": [DOCUMENT], "nextLink": None})
        made = {"secret": "whsec_y", "previousSecretUntil": "2026-01-02T00:00:00.000Z"}
        running.on("POST", f"{PATH}/rotateSecret", made)
        running.on("GET", f"{PATH}/deliveries", {"value": [DELIVERY], "nextLink": None})
        running.on("GET", f"{PATH}/deliveries/1-7-a", DELIVERY)
        running.on("POST", f"{PATH}/deliveries/1-7-a/redeliver", DELIVERY)
        yield running


def sent(service: StubService) -> Any:
    return [one for one in service.seen if one.method == "PUT"][-1]


def test_create_puts_what_file_and_flags_say_and_shows_the_secret(
    service: StubService, bep: Bep, tmp_path: Path
) -> None:
    (tmp_path / "cellar.yml").write_text(FILE)
    done = bep("webhook", "create", "-f", "cellar.yml", "--set", "tags.team=wine")
    assert {
        "tags": {"team": "wine"},
        "properties": {"url": URL, "events": ["job.failed"], "state": "Paused"},
    } == sent(service).body
    assert ("whsec_x", "wine") == (done.answer["secret"], done.answer["endpoint_name"])

    bep(
        "webhook",
        "create",
        "-n",
        "cellar",
        "-e",
        "wine",
        "--webhook-url",
        URL,
        "--events",
        "job.started",
    )
    assert {"url": URL, "events": ["job.started"]} == sent(service).body["properties"]


def test_show_and_list_have_the_keys_of_the_file(bep: Bep) -> None:
    shown = bep("webhook", "show", "-n", "cellar", "-e", "wine").answer
    assert ("enabled", ["job.ended"], {"a": "b"}) == (
        shown["state"],
        shown["events"],
        shown["tags"],
    )
    assert "secret" not in shown
    assert ["cellar"] == bep("webhook", "list", "-e", "wine", "--query", "[].name").answer


def test_update_changes_what_is_given_and_keeps_the_rest(service: StubService, bep: Bep) -> None:
    bep("webhook", "update", "-n", "cellar", "-e", "wine", "--set", "state=paused")

    put = sent(service)
    assert {
        "description": "Tells the cellar",
        "url": f"{URL}?***",
        "events": ["job.ended"],
        "state": "Paused",
    } == put.body["properties"]
    assert ({"a": "b"}, '"0x1"') == (put.body["tags"], put.headers["If-Match"])


def test_secrets_are_rotated_and_deliveries_listed_shown_and_asked_for_again(
    service: StubService, bep: Bep
) -> None:
    names = ("-n", "cellar", "-e", "wine")
    rotated = bep("webhook", "rotate-secret", *names).answer
    listed = bep("webhook", "deliveries", *names).answer
    shown = bep("webhook", "deliveries", *names, "--delivery", "1-7-a").answer
    again = bep("webhook", "redeliver", *names, "--delivery", "1-7-a").answer
    gone = bep("webhook", "delete", *names, "--yes")

    assert "whsec_y" == rotated["secret"]
    assert [("1-7-a", 500)] == [(one["name"], one["last_attempt"]["status_code"]) for one in listed]
    assert listed == [shown] == [again]
    assert (0, "DELETE") == (gone.code, service.seen[-1].method)
    assert "Pending" in bep("webhook", "deliveries", *names, "-o", "table").stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("create", "-n", "cellar", "-e", "wine"), "'url' is missing"),
        (
            ("create", "-n", "cellar", "-e", "wine", "--webhook-url", URL, "--events", "job.won"),
            "job.won",
        ),
        (("create", "-f", "nowhere.yml"), "cannot be read"),
        (("update", "-n", "cellar", "-e", "wine", "--set", "name=other"), "'name'"),
        (("show", "-n", "../x", "-e", "wine"), "is not a name"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_put(
    service: StubService, bep: Bep, words: tuple[str, ...], why: str
) -> None:
    done = bep("webhook", *words)

    assert is_refused(done, code=2)
    assert why in done.stderr
    assert "PUT" not in [one.method for one in service.seen]


def test_an_invocation_brings_a_webhook_and_shows_the_secret_that_was_made(
    service: StubService, bep: Bep
) -> None:
    place = "azureml://datastores/workspaceblobstore/paths/in"
    own = {"status": "NotStarted", "endpointName": "wine", "webhook": {"secret": "whsec_z"}}
    job = {"id": f"{WORKSPACE}/batchEndpoints/wine/jobs/j", "name": "j", "properties": own}
    service.on("POST", "batchEndpoints/wine/jobs", job)

    words = ("--input", place, "--webhook", URL)
    done = bep("batch-endpoint", "invoke", "-n", "wine", *words)

    assert {"url": URL} == service.seen[-1].body["properties"]["webhook"]
    assert ("j", "whsec_z") == (done.answer["name"], done.answer["webhook_secret"])
