import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient

from local.issuer import Issuer
from local.port import choose
from tests.support.json_over_http import get_json
from tests.support.waiting import is_running, wait_until

PROJECT = Path(__file__).parent.parent.parent


@dataclass
class Serve:
    """`./run serve` with a stand-in host, as a process."""

    folder: Path
    port: int = field(default_factory=lambda: choose(0))
    more: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.ready = self.folder / "ready.json"
        self.output = self.folder / "output.txt"

    def start(self, output: int | None = None) -> "Serve":
        arguments = [str(self.port), str(self.folder / "state"), str(self.ready), *self.more]
        with self.output.open("a") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.local.stand_in_serve", *arguments],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=file if output is None else output,
                stderr=file,
            )
        return self

    def facts(self) -> dict[str, Any]:
        """The ready file, once it is there and says what is so."""

        def current() -> dict[str, Any]:
            with suppress(FileNotFoundError):
                facts: dict[str, Any] = json.loads(self.ready.read_text())
                if not any(not is_running(pid) for pid in facts["pids"].values()):
                    return facts
            assert self.process.poll() is None, self.said()
            return {}

        return wait_until(current)

    def pids(self) -> dict[str, int]:
        return dict(self.facts()["pids"])

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def said(self) -> str:
        return self.output.read_text()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    serve = Serve(tmp_path).start()
    yield serve
    if serve.process.poll() is None:
        serve.end()


def test_the_app_gets_its_settings_and_the_ready_file_tells_all(serve: Serve) -> None:
    facts = serve.facts()

    environment = get_json(f"{facts['url']}/environment")

    issuer = Issuer(serve.folder / "state")
    assert f"http://127.0.0.1:{serve.port}" == facts["url"]
    assert str(serve.folder / "state") == facts["state"]
    assert {"serve", "host", "azurite"} == facts["pids"].keys()
    assert facts["storage_connection_string"] == environment["STORAGE_CONNECTION_STRING"]
    assert facts["storage_connection_string"] == environment["AzureWebJobsStorage"]
    assert facts["storage_connection_string"] == environment[environment["INBOX_CONNECTION"]]
    assert facts["url"] == environment["PUBLIC_URL"]
    assert issuer.name == environment["AUTH_ISSUER"] == facts["auth_issuer"]
    assert issuer.keys() == get_json(environment["AUTH_JWKS_URL"])
    assert "AUTH_AUDIENCES" not in environment, "the app's default stands"
    assert "" == facts["ca_bundle"], "nothing to trust: it is http"
    assert f"{facts['url']}/metadata/endpoints?api-version=2019-05-01" == facts["metadata_url"]
    said = serve.said()
    assert f"Serving at {facts['url']}" in said
    assert "./run token --state" in said
    assert "host    | stand-in host speaking" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything(serve: Serve, number: int) -> None:
    pids = serve.pids()

    code = serve.end(number)

    assert 0 == code, serve.said()
    assert all(not is_running(pid) for pid in pids.values())
    assert not serve.ready.exists()


@pytest.mark.parametrize("part", ["host", "azurite"])
def test_a_killed_part_comes_back_with_its_port_and_its_data(serve: Serve, part: str) -> None:
    before = serve.facts()
    with BlobServiceClient.from_connection_string(before["storage_connection_string"]) as service:
        service.create_container("box").upload_blob("kept", b"kept")

        os.kill(before["pids"][part], signal.SIGKILL)
        wait_until(lambda: not is_running(before["pids"][part]))
        after = serve.facts()

        assert after | {"pids": None} == before | {"pids": None}
        changed = {name for name in after["pids"] if after["pids"][name] != before["pids"][name]}
        assert {part} == changed
        assert b"kept" == service.get_blob_client("box", "kept").download_blob().readall()
    assert {} != get_json(f"{after['url']}/environment")
    assert f"{part} (process {before['pids'][part]}) was ended by SIGKILL." in serve.said()


def test_nothing_outlives_a_killed_serve_and_the_next_one_takes_over(serve: Serve) -> None:
    """At once, on the same port and with the same data."""
    before = serve.facts()
    with BlobServiceClient.from_connection_string(before["storage_connection_string"]) as service:
        service.create_container("box").upload_blob("kept", b"kept")
    serve.end(signal.SIGKILL)
    serve.ready.unlink()

    serve.start()

    after = serve.facts()
    assert all(not is_running(pid) for pid in before["pids"].values())
    assert before["storage_connection_string"] == after["storage_connection_string"]
    with BlobServiceClient.from_connection_string(after["storage_connection_string"]) as service:
        assert b"kept" == service.get_blob_client("box", "kept").download_blob().readall()


def test_a_console_that_nobody_reads_holds_nothing_up(tmp_path: Path) -> None:
    """The host prints a line per request: far more than the pipe takes."""
    serve = Serve(tmp_path, more=("--talkative",))
    reader, writer = os.pipe()
    serve.start(output=writer)
    try:
        url = serve.facts()["url"]

        for _ in range(50):
            get_json(f"{url}/environment")
        code = serve.end()
    finally:
        os.close(reader)
        os.close(writer)

    assert 0 == code


def test_a_second_serve_on_the_same_state_is_refused(serve: Serve) -> None:
    pid = serve.pids()["serve"]
    second = Serve(serve.folder)
    second.ready, second.output = serve.folder / "second.json", serve.folder / "second.txt"

    code = second.start().process.wait(60)

    assert 2 == code
    assert 1 == second.said().count("\n")
    assert f"(process {pid}) is using '{serve.folder / 'state'}'" in second.said()
    assert serve.pids()["serve"] == pid


def test_a_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        serve = Serve(tmp_path, port=taken.getsockname()[1]).start()

        assert 2 == serve.process.wait(60)

    assert f"Port {serve.port} cannot be used: Address already in use." in serve.said()
    assert 1 == serve.said().count("\n")


def test_a_host_that_does_not_start_ends_serve_with_what_it_said(tmp_path: Path) -> None:
    serve = Serve(tmp_path, more=("--broken",)).start()

    assert 1 == serve.process.wait(60)

    assert "before it was ready. It said last:" in serve.said()
    assert 2 == serve.said().count("this host never starts"), "as it came, and at the end"
    assert not serve.ready.exists()


def test_a_host_that_does_not_stay_up_ends_serve(serve: Serve) -> None:
    url = serve.facts()["url"]

    def has_given_up() -> bool:
        with suppress(OSError, HTTPException):
            get_json(f"{url}/exit")
        return serve.process.poll() is not None

    wait_until(has_given_up)

    assert 1 == serve.process.returncode
    assert "ended with exit code 3, for the 5th time in 30 s." in serve.said()


def serve_command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.serve", *arguments],
        cwd=PROJECT,
        env={"PATH": ""} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_core_tools_that_are_not_there_are_named(tmp_path: Path) -> None:
    done = serve_command("--host", "func", "--port", "0", "--state", str(tmp_path))

    assert 2 == done.returncode
    assert "('func') are not on PATH" in done.stderr


def test_core_tools_get_the_same_settings_in_the_apps_folder(tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    func = tmp_path / "bin" / "func"
    func.parent.mkdir()
    func.write_text(
        f"#!/bin/sh\npwd >func-stood-here\n"
        f'exec {sys.executable} {PROJECT}/tests/local/stand_in_host.py --port "$3"\n'
    )
    func.chmod(0o755)
    port = choose(0)
    arguments = ["--host", "func", "--app", str(app), "--port", str(port)]
    with subprocess.Popen(
        [sys.executable, "-m", "local.serve", *arguments, "--state", str(tmp_path / "state")],
        cwd=PROJECT,
        env=os.environ | {"PATH": f"{func.parent}:{os.environ['PATH']}", "CONTAINER_NAME": "x"},
        stdout=subprocess.PIPE,
        text=True,
    ) as serve:
        assert serve.stdout is not None
        wait_until(lambda: "Serving at" in str(serve.stdout and serve.stdout.readline()))
        environment = get_json(f"http://127.0.0.1:{port}/environment")
        serve.terminate()
        serve.communicate()

    assert str(app) == (app / "func-stood-here").read_text().strip()
    assert "CONTAINER_NAME" not in environment, "the real host would think it is in Azure"
    assert "python" == environment["FUNCTIONS_WORKER_RUNTIME"]
    connection = environment["AzureWebJobsStorage"]
    assert all(f"{each}Endpoint=" in connection for each in ("Blob", "Queue", "Table"))
    assert 0 == serve.returncode


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    done = serve_command(f"--port={port}")

    assert 2 == done.returncode
    assert port in done.stderr


@pytest.mark.parametrize("url", ["example.org", "ftp://example.org", "https://", "https://a?b"])
def test_a_public_url_that_is_none_is_refused(url: str) -> None:
    done = serve_command(f"--public-url={url}")

    assert 2 == done.returncode
    assert f"'{url}' is no address" in done.stderr


def test_a_state_folder_that_cannot_be_hidden_is_refused(tmp_path: Path) -> None:
    """The setting is comma separated: half a path would hide nothing, and say nothing."""
    said = subprocess.run(
        [sys.executable, "-m", "local.serve", "--port", "0", "--state", tmp_path / "a,b"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert 2 == said.returncode
    assert f"The state folder '{tmp_path / 'a,b'}' has a comma in its path" in said.stderr
