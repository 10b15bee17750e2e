"""Blob triggers of Event Grid: the handshake, what runs for which post, kills and hazards."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.storage.blob import BlobServiceClient, ContainerClient

from devhost.hazards_of_events import BlobVersion, EventHazards, HeldBack
from devhost_tests.recording_app import RecordingApp
from devhost_tests.served import Served
from devhost_tests.storage_emulator import storage_emulator
from devhost_tests.waiting import until

APP = """
    import time
    from pathlib import Path

    @app.blob_trigger(arg_name="blob", path="inbox/{name}.txt", connection="Store",
                      source=func.BlobSource.EVENT_GRID)
    def told(blob: func.InputStream):
        record("told", [blob.name, blob.read().decode()])
        while Path(os.environ["HOLD"]).exists():
            time.sleep(0.01)

    @app.blob_trigger(arg_name="blob", path="inbox/{name}", connection="Store",
                      source=func.BlobSource.EVENT_GRID)
    def bad(blob: func.InputStream):
        record("bad", blob.name)
        raise ValueError("never")

    @app.blob_trigger(arg_name="blob", path="polled/{name}", connection="Store")
    def polled(blob: func.InputStream):
        record("polled", blob.name)
"""
KIND = "Microsoft.Storage.BlobCreated"


@pytest.fixture(scope="module")
def connection() -> Iterator[str]:
    with storage_emulator() as connection:
        yield connection


@pytest.fixture
def inbox(connection: str) -> Iterator[ContainerClient]:
    with BlobServiceClient.from_connection_string(connection) as service:
        for name in ("inbox", "polled"):
            service.create_container(name)
        yield service.get_container_client("inbox")
        for name in ("inbox", "polled"):
            service.delete_container(name)


@pytest.fixture
def app(tmp_path: Path, connection: str) -> RecordingApp:
    return RecordingApp(tmp_path, APP, Store=connection, HOLD=str(tmp_path / "hold"))


def put(inbox: ContainerClient, name: str, content: str = "x") -> dict[str, Any]:
    """Upload a blob; returns what Event Grid would say of it."""
    blob = inbox.upload_blob(name, content, overwrite=True)
    data = {"url": blob.url, "eTag": "0x1", "blobType": "BlockBlob"}
    subject = f"/blobServices/default/containers/inbox/blobs/{name}"
    return {"id": name, "eventType": KIND, "subject": subject, "data": data}


def post(
    served: Served, events: object, about: str = "Notification", function: str = "told", **more: Any
) -> requests.Response:
    query = {"functionName": f"Host.Functions.{function}", **more}
    headers = {"aeg-event-type": about} if about else {}
    path = "/runtime/webhooks/blobs"
    return served.post(path, json=events, params=query, headers=headers)


def test_the_handshake_is_answered_with_its_code(app: RecordingApp, inbox: ContainerClient) -> None:
    with app.serve() as served:
        event = {"eventType": "x", "data": {"validationCode": "512d38b6"}}
        answer = post(served, [event], "SubscriptionValidation")

        assert (200, {"validationResponse": "512d38b6"}) == (answer.status_code, answer.json())
        assert 202 == post(served, [], "Unsubscribe").status_code
        assert 400 == post(served, [event], "").status_code
        assert 500 == post(served, [{"data": {}}], "SubscriptionValidation").status_code


def test_a_blob_runs_only_when_it_is_told_of_and_each_time_that_it_is(
    app: RecordingApp, inbox: ContainerClient
) -> None:
    with app.serve() as served:
        inbox.upload_blob("silent.txt", "nobody tells")
        first, other = put(inbox, "a b.txt", "old"), put(inbox, "no-text")
        put(inbox, "a b.txt", "new")
        gone = put(inbox, "gone.txt")
        inbox.delete_blob("gone.txt")
        cloud = {"specversion": "1.0", "type": KIND, "data": other["data"]}

        assert 202 == post(served, [gone, first]).status_code
        until(lambda: app.seen("told"), "the event")
        assert 202 == post(served, [first, cloud]).status_code
        until(lambda: len(app.seen("told")) == 3, "both")
        served.printed("Blob 'inbox/gone.txt' is gone")

    again, path_is_no_filter = ["inbox/a b.txt", "new"], ["inbox/no-text", "x"]
    assert sorted([again, again, path_is_no_filter]) == sorted(app.seen("told"))


@pytest.mark.parametrize(
    "events",
    [
        {"specversion": "1.0", "data": {"url": "http://127.0.0.1/a/inbox/b", "blobType": "x"}},
        [{"data": {"url": "http://127.0.0.1/a/inbox/b"}}],
        [{"data": {"url": "http://127.0.0.1/a/inbox", "blobType": "BlockBlob"}}],
        [{"data": {"url": "http://[/a/inbox/b", "blobType": "BlockBlob"}}],
        [{"id": "1"}],
        [1],
        "text",
    ],
)
def test_what_the_real_host_cannot_read_is_refused_and_the_console_says_why(
    polled_host: Served, events: object
) -> None:
    assert 500 == post(polled_host, events).status_code
    polled_host.printed("The blob webhook: (the body|data|an event)")


@pytest.fixture(scope="module")
def polled_host(tmp_path_factory: pytest.TempPathFactory, connection: str) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("refusing")
    app = RecordingApp(folder, APP, Store=connection, HOLD=str(folder / "hold"))
    with app.serve() as served:
        yield served


def test_events_for_what_is_no_trigger_of_event_grid_are_accepted_and_mean_nothing(
    app: RecordingApp, inbox: ContainerClient
) -> None:
    with app.serve() as served:
        event = put(inbox, "a.txt")
        for function in ("nobody", "polled"):
            assert 202 == post(served, [event], function=function).status_code
            served.printed(f"Events for '{function}', which is no blob trigger of Event Grid")
        assert 202 == post(served, [event], functionName="told").status_code
        assert 202 == post(served, [event], function="TOLD").status_code
        until(lambda: app.seen("told"), "the last event")

    assert [1, 0] == [len(app.seen(name)) for name in ("told", "polled")]


def test_with_auth_the_system_key_opens_the_webhook(
    app: RecordingApp, inbox: ContainerClient
) -> None:
    with app.serve("--auth") as served:
        event = put(inbox, "a.txt")
        statuses = [
            post(served, [event], **code).status_code
            for code in ({}, {"code": "wrong"}, {"code": app.system_key()})
        ]

    assert [401, 401, 202] == statuses


def test_an_event_that_always_fails_is_put_aside_after_five_tries(
    app: RecordingApp, inbox: ContainerClient
) -> None:
    with app.serve() as served:
        post(served, [put(inbox, "apple")], function="bad")
        [poison] = until(app.poison, "the poison")

    assert ["inbox/apple"] * 5 == app.seen("bad")
    assert ("Host.Functions.bad", "apple") == (poison["FunctionId"], poison["BlobName"])


def test_what_was_accepted_runs_though_the_host_is_killed(
    app: RecordingApp, inbox: ContainerClient, tmp_path: Path
) -> None:
    hold = tmp_path / "hold"
    hold.touch()
    with app.serve() as served:
        assert 202 == post(served, [put(inbox, f"{n}.txt", str(n)) for n in range(30)]).status_code
        until(lambda: app.seen("told"), "the first events")
        os.kill(served.process.pid, signal.SIGKILL)
        served.process.wait()
    hold.unlink()

    with app.serve():
        until(lambda: {str(n) for n in range(30)} == {one for _, one in app.seen("told")}, "all")


def test_hazards_lose_double_and_delay_what_event_grid_tells(
    app: RecordingApp, inbox: ContainerClient
) -> None:
    hazards = "lost-events=0.3,double-events=0.3,late-events=0.3"
    with app.serve("--hazards", hazards, "--hazard-seed", "5") as served:
        events = [put(inbox, f"{n}.txt", str(n)) for n in range(30)]
        assert 202 == post(served, events).status_code

        def is_all_told() -> bool:
            """By what the host has said by now: its lines come when they come."""
            lost, twice = served_words(served, "is lost"), served_words(served, "again")
            return bool(lost and twice) and len(app.seen("told")) == 30 - lost + twice

        until(is_all_told, "all that is told")
        until(lambda: served_words(served, "s late"), "what is told late")


def test_what_polling_lost_comes_with_the_next_start(
    app: RecordingApp, inbox: ContainerClient, connection: str
) -> None:
    with BlobServiceClient.from_connection_string(connection) as service:
        polled = service.get_container_client("polled")
        polled.upload_blob("before", "x")
        with app.serve("--hazards", "lost-events=1") as served:
            until(lambda: app.seen("polled"), "what is there at the first scan")
            for number in range(3):
                polled.upload_blob(str(number), "x")
            until(lambda: served_words(served, "is lost") == 3, "the losses")
            assert ["polled/before"] == app.seen("polled")
        with app.serve():
            until(lambda: len(app.seen("polled")) == 4, "everything")


def served_words(served: Served, words: str) -> int:
    return sum("hazard: " in line and words in line for line in served.lines)


def test_a_lost_version_is_held_back_and_a_doubled_one_comes_again() -> None:
    now = [0.0]
    version = BlobVersion("f", "c/b", "1")
    lost = HeldBack(EventHazards({"lost-events": 1.0}, 1), clock=lambda: now[0])
    assert not lost.is_held(version), "the first scan misses nothing"
    lost.first_scan_is_over("f")
    now[0] = 1e9
    assert lost.is_held(version)

    doubled = HeldBack(EventHazards({"double-events": 1.0, "late-events": 1.0}, 1), lambda: now[0])
    doubled.first_scan_is_over("f")
    assert doubled.is_held(version)
    now[0] += 5
    assert not doubled.is_held(version)
    assert doubled.comes_again(version)
    now[0] += 10
    assert not doubled.is_held(version)
    assert not doubled.comes_again(version)


def test_the_same_seed_draws_the_same_events() -> None:
    def drawn(seed: int) -> list[list[float]]:
        hazards = EventHazards({"lost-events": 0.5, "late-events": 0.5}, seed)
        return [hazards.deliveries("f", str(number)) for number in range(20)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert [] in drawn(1)
