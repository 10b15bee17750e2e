"""Blob triggers, with a real storage emulator: which blobs fire, how often, and what is poison."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from devhost.host_errors import AppRefused
from devhost.triggers.blob_paths import BadBlobPath, parse_blob_path
from devhost.triggers.blob_triggers import find_blob_triggers
from devhost.worker.function import Function, FunctionKind
from devhost_tests.recording_app import RecordingApp
from devhost_tests.storage_emulator import storage_emulator
from devhost_tests.waiting import until

APP = """
    import json
    import os
    import azure.functions as func

    app = func.FunctionApp()

    def record(name, document):
        with open(os.environ["RECORD"], "a") as file:
            file.write(json.dumps([name, document]) + "\\n")

    @app.blob_trigger(arg_name="blob", path="inbox/{name}.{ext}", connection="Store")
    def seen(blob: func.InputStream):
        record("seen", [blob.name, blob.read().decode(), blob.length, blob.metadata, blob.uri])

    @app.blob_trigger(arg_name="content", path="plain/%FOLDER%/{name}", connection="Store")
    def plain(content: bytes):
        record("plain", content.decode())

    @app.blob_trigger(arg_name="blob", path="bad/{name}", connection="Store")
    def bad(blob: func.InputStream):
        record("bad", blob.name)
        raise ValueError("never")
"""


@pytest.fixture(scope="module")
def connection() -> Iterator[str]:
    with storage_emulator() as connection:
        yield connection


@pytest.fixture
def storage(connection: str) -> Iterator[BlobServiceClient]:
    with BlobServiceClient.from_connection_string(connection) as service:
        for name in ("inbox", "plain", "bad"):
            service.create_container(name)
        yield service
        for name in ("inbox", "plain", "bad"):
            service.delete_container(name)


@pytest.fixture
def app(tmp_path: Path, connection: str) -> RecordingApp:
    return RecordingApp(tmp_path, APP, Store=connection, FOLDER="sub")


def put(container: ContainerClient, name: str, content: str) -> None:
    container.upload_blob(name, content, overwrite=True, metadata={"colour": "blue"})


def test_blobs_that_fit_fire_once_and_again_when_they_change(
    app: RecordingApp, storage: BlobServiceClient
) -> None:
    inbox = storage.get_container_client("inbox")
    put(inbox, "before.txt", "was there before the host")

    with app.serve():
        until(lambda: len(app.seen("seen")) == 1, "the blob from before")
        put(inbox, "noext", "does not fit")
        put(inbox, "sub/dir.x.txt", "first")
        until(lambda: len(app.seen("seen")) == 2, "the new blob")
        put(inbox, "sub/dir.x.txt", "second")
        until(lambda: len(app.seen("seen")) == 3, "the changed blob")

    names = [(name, text) for name, text, *_ in app.seen("seen")]
    assert [
        ("inbox/before.txt", "was there before the host"),
        ("inbox/sub/dir.x.txt", "first"),
        ("inbox/sub/dir.x.txt", "second"),
    ] == names
    _, text, length, metadata, uri = app.seen("seen")[-1]
    assert (len(text), {"colour": "blue"}) == (length, metadata)
    assert uri.endswith("/inbox/sub/dir.x.txt")


def test_a_restart_fires_only_for_what_came_meanwhile(
    app: RecordingApp, storage: BlobServiceClient
) -> None:
    inbox = storage.get_container_client("inbox")
    put(inbox, "one.txt", "1")
    with app.serve() as served:
        until(lambda: app.seen("seen"), "the first blob")
        served.process.terminate()
        assert 0 == served.process.wait()
    put(inbox, "two.txt", "2")

    with app.serve():
        until(lambda: len(app.seen("seen")) == 2, "the blob that came meanwhile")

    assert ["1", "2"] == [text for _, text, *_ in app.seen("seen")]


def test_content_may_be_bytes_and_the_path_an_app_setting(
    app: RecordingApp, storage: BlobServiceClient
) -> None:
    put(storage.get_container_client("plain"), "sub/a", "content")

    with app.serve():
        until(lambda: app.seen("plain"), "the blob")

    assert ["content"] == app.seen("plain")


def test_a_blob_that_always_fails_is_put_aside_after_five_tries(
    app: RecordingApp, storage: BlobServiceClient
) -> None:
    put(storage.get_container_client("bad"), "apple", "x")

    with app.serve() as served:
        [poison] = until(app.poison, "the poison")
        served.printed("Blob 'bad/apple' failed 5 times")

    assert ["bad/apple"] * 5 == app.seen("bad")
    assert ("Host.Functions.bad", "bad", "apple") == (
        poison["FunctionId"],
        poison["ContainerName"],
        poison["BlobName"],
    )


@pytest.mark.parametrize(
    ("path", "prefix", "fits", "does_not"),
    [
        ("c/{name}", "", ["a", "a/b"], []),
        ("c", "", ["a", "a/b"], []),
        ("c/in/{name}.csv", "in/", ["in/a.csv", "in/b/a.csv"], ["a.csv", "in/a.txt"]),
        ("c/fixed.txt", "fixed.txt", ["fixed.txt"], ["fixed.txt2"]),
        ("c/{{x}}/{name}", "{x}/", ["{x}/a"], ["x/a"]),
        ("c/a+b/{n}", "a+b/", ["a+b/1"], ["aab/1"]),
    ],
)
def test_a_path_decides_which_blobs_fit(
    path: str, prefix: str, fits: list[str], does_not: list[str]
) -> None:
    parsed = parse_blob_path(path)

    assert ("c", prefix) == (parsed.container, parsed.prefix)
    assert fits == [name for name in fits + does_not if parsed.matches(name)]


@pytest.mark.parametrize("path", ["", "UPPER/{name}", "{name}/x", "c/{name", "c/a}b"])
def test_a_path_that_makes_no_sense_is_refused(path: str) -> None:
    with pytest.raises(BadBlobPath):
        parse_blob_path(path)


def test_a_connection_that_is_not_set_is_named() -> None:
    trigger = {"name": "blob", "path": "c/{name}", "connection": "NoSuchConnection"}
    function = Function("f", FunctionKind.BLOB, trigger, print, is_async=False, wants_context=False)

    with pytest.raises(AppRefused, match="'NoSuchConnection', which is not set"):
        find_blob_triggers([function])
