"""Odd addresses, tokens, settings and services: each a sentence with its fix, never a fault."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.entry import take_sign_ins, token
from tests.cli.in_process import Bep
from tests.support.refusals import is_refused
from tests.support.stub_service import ROOT, StubService, stub_service


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        running.on(
            "GET",
            "batchEndpoints",
            {"value": [{"id": "/x/wine", "name": "wine", "properties": {}}]},
        )
        yield running


LIST = ("batch-endpoint", "list", "--query", "[].name", "-o", "tsv")


@pytest.mark.parametrize("value", ["a b", "a\nb", "\N{SNOWMAN}"])
def test_a_token_that_cannot_be_sent_is_refused_and_not_repeated(
    bep: Bep, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("BEP_TOKEN", value)

    done = bep(*LIST)

    assert is_refused(done, code=2)
    assert "BEP_TOKEN" in done.stderr
    assert value not in done.stderr


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://h:99999", "http://h?x=1", "http://a b", "http://me:pw@h:1"]
)
def test_half_an_address_is_refused_without_its_password(bep: Bep, url: str) -> None:
    done = bep(*LIST, "--url", url)

    assert is_refused(done, code=2)
    assert "is not the address of a service" in done.stderr
    assert "pw" not in done.stderr


def test_json_of_something_else_is_not_taken_for_the_service(
    bep: Bep, service: StubService
) -> None:
    service.on("GET", "batchEndpoints", {"hello": "world"})

    done = bep(*LIST)

    assert is_refused(done)
    assert "this is not the service" in done.stderr


@contextmanager
def _something_without_http() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            while True:
                try:
                    guest, _ = listening.accept()
                except OSError:
                    return
                with guest:
                    guest.recv(1000)
                    guest.sendall(b"SSH-2.0-x\r\n")

        threading.Thread(target=greet, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


def test_what_speaks_no_http_is_said(bep: Bep) -> None:
    with _something_without_http() as url:
        done = bep(*LIST, "--url", url)

    assert is_refused(done)
    assert "speaks no HTTP" in done.stderr
    assert 1 == done.stderr.count("\n")


def test_a_proxy_that_does_not_answer_is_named_without_its_password(
    bep: Bep, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("http_proxy", f"http://me:secret@127.0.0.1:{port}")
    monkeypatch.setenv("no_proxy", "")

    done = bep(*LIST)

    assert is_refused(done)
    assert f"by the proxy 127.0.0.1:{port}" in done.stderr
    assert "secret" not in done.stderr


def test_who_mistypes_an_address_hears_of_the_address_and_not_of_azure(
    bep: Bep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEP_TOKEN", "")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    done = bep(*LIST, "--url", f"http://127.0.0.1:{port}")

    assert is_refused(done)
    assert "cannot be reached" in done.stderr
    assert "Azure" not in done.stderr


def test_settings_that_are_no_text_are_named(
    bep: Bep, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BEP_CONFIG_DIR", str(tmp_path))
    (tmp_path / "config").write_bytes(b"\xff\xfe\x00")

    done = bep(*LIST)

    assert is_refused(done, code=2)
    assert f"'{tmp_path / 'config'}'" in done.stderr


def test_a_setting_that_is_no_format_is_a_warning(
    bep: Bep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEP_CORE_OUTPUT", "nope")

    done = bep(*LIST[:-2])

    assert ["wine"] == done.answer
    assert "core.output is 'nope'" in done.stderr


def test_a_sign_in_of_an_unknown_way_says_how_to_forget_it(
    bep: Bep, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BEP_CONFIG_DIR", str(tmp_path))
    (tmp_path / "login.json").write_text('{"way": "carrier-pigeon"}')

    assert is_refused(done := bep(*LIST))
    assert "bep logout" in done.stderr


def test_what_is_no_token_is_not_called_an_expired_one(bep: Bep) -> None:
    done = bep("login", "--token", "@nothing-here")

    assert is_refused(done, code=2)
    assert "expired" not in done.stderr


def test_tokens_that_cannot_be_kept_serve_for_the_moment(
    bep: Bep, service: StubService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    monkeypatch.setenv("BEP_CONFIG_DIR", str(folder))
    monkeypatch.setenv("BEP_TOKEN", "")
    take_sign_ins(service)
    assert 0 == bep("login", "--token", token()).code
    (folder / "tokens.json").unlink()
    (folder / "tokens.json").mkdir()  # as root, nothing else stops a write

    done = bep(*LIST)

    assert (0, "wine\n") == (done.code, done.stdout), done.stderr


@pytest.mark.parametrize("closing", [">&-", "2>&-"])
def test_a_closed_stream_is_no_fault(tmp_path: Path, closing: str) -> None:
    command = f"'{sys.executable}' -m cli version {closing}"
    variables = {**os.environ, "BEP_CONFIG_DIR": str(tmp_path)}

    done = subprocess.run(  # noqa: S602  # a shell closes it
        command, shell=True, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode, done.stderr
    assert "Traceback" not in done.stderr
