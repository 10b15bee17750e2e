"""Signatures of the storage: renewed when they run out, and never shown."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from cli.connection.service import Service
from cli.connection.tokens import Tokens
from cli.connection.transport import Transport
from cli.errors import CommandError
from cli.uploads.upload_folder import upload_folder
from tests.support.stub_service import WORKSPACE, Reply, StubService, stub_service

CONTAINER = "/account/data"
LISTING = b"<?xml version='1.0'?><EnumerationResults><Blobs/><NextMarker/></EnumerationResults>"


def service_at(stub: StubService) -> Service:
    tokens = Tokens(stub.url, lambda: "token", None)
    return Service(stub.url, WORKSPACE, tokens, Transport())


def put_store(stub: StubService, *lifetimes: timedelta, listing: Reply | None = None) -> None:
    """A datastore of the stub itself, and its signatures one after the other."""
    account = f"{stub.url.removeprefix('http://')}/account#"
    properties = {"accountName": account, "protocol": "http", "containerName": "data"}
    stub.on("GET", "datastores/workspaceblobstore", {"properties": properties})
    secrets = [
        {"sasToken": f"se={(datetime.now(UTC) + life):%Y-%m-%dT%H:%M:%SZ}&sig=secret{number}"}
        for number, life in enumerate(lifetimes)
    ]
    stub.on("POST", "datastores/workspaceblobstore/listSecrets", *secrets)
    stub.on("GET", CONTAINER, listing or Reply(LISTING))


def signature_of(path: str) -> str:
    return parse_qs(urlsplit(path).query)["sig"][0]


def test_a_signature_that_runs_out_is_followed_by_another_one(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("1")
    with stub_service() as stub:
        put_store(stub, timedelta(minutes=1), timedelta(hours=1))
        digest = hashlib.sha256(b"1#x#11").hexdigest()
        stub.on("PUT", f"{CONTAINER}/LocalUpload/{digest}/x", Reply(None, 201, {"ETag": '"1"'}))

        upload_folder(service_at(stub), tmp_path / "x", kind="data")

        sent = [one for one in stub.seen if one.path.startswith("/account/")]
    assert [("GET", "secret0"), ("PUT", "secret1")] == [
        (one.method, signature_of(one.path)) for one in sent
    ]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(b"<Error/>", 401), "The storage refused access to the container 'data'. Sign in"),
        (Reply(b"<Error/>", 403), "The storage refused access to the container 'data'. Sign in"),
        (Reply(b"ContainerNotFound", 404), "The storage has no container 'data'. Create it first."),
        (Reply(b"<Error/>", 400), "answered '400 Bad Request'. Repeat the command"),
        (Reply(b"no listing"), "cannot be reached, or broke off. Repeat the command"),
    ],
)
def test_a_refusal_of_the_storage_is_reported_in_words_without_its_secret(
    tmp_path: Path, reply: Reply, words: str
) -> None:
    (tmp_path / "x").write_text("1")
    with stub_service() as stub:
        put_store(stub, timedelta(hours=1), listing=reply)

        with pytest.raises(CommandError) as raised:
            upload_folder(service_at(stub), tmp_path / "x", kind="data")

    assert words in str(raised.value)
    assert "secret0" not in str(raised.value)
