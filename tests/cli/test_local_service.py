"""Finding the service of this machine, or starting one: at once, after a crash, on a taken port."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.connection.service_address import running_here, state_folder
from cli.console import Console
from cli.errors import CommandError
from cli.local_service import find_or_start
from local.state_folder import StateFolder
from tests.support.stub_service import ROOT
from tests.support.waiting import is_running, wait_until

LIMIT_S = 300


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder of its own; a service that was started in it is ended."""
    folder = tmp_path / "state"
    monkeypatch.setenv("BEP_STATE_DIR", str(folder))
    yield folder
    if running_here() is not None:
        process = process_of(folder)
        os.kill(process, signal.SIGTERM)
        wait_until(lambda: not is_running(process))


def process_of(folder: Path) -> int:
    return int(json.loads((folder / "service.json").read_text())["pids"]["serve"])


def stale_file(folder: Path) -> None:
    """What a service left that was killed, and whose process id is another's by now."""
    folder.mkdir()
    names = ("subscription_id", "resource_group", "workspace_name")
    facts = {"url": "http://127.0.0.1:1", "state": str(folder), "ca_bundle": ""}
    content = facts | dict.fromkeys(names, "x") | {"pids": {"serve": os.getpid()}}
    (folder / "service.json").write_text(json.dumps(content))
    (folder / "serve.lock").write_text(str(os.getpid()))


def test_the_file_of_a_service_that_was_killed_leads_nowhere(state: Path) -> None:
    stale_file(state)

    assert running_here() is None


def test_the_file_of_a_killed_service_is_not_that_of_the_one_that_is_starting(state: Path) -> None:
    """The lock is taken before the file is written."""
    stale_file(state)
    facts = json.loads((state / "service.json").read_text())
    (state / "service.json").write_text(json.dumps(facts | {"pids": {"serve": os.getppid()}}))

    with StateFolder(state).lock():
        assert running_here() is None
        (state / "service.json").write_text(json.dumps(facts))
        assert running_here() is not None
        assert running_here(os.getpid()) is not None
        assert running_here(os.getppid()) is None


@pytest.mark.timeout(LIMIT_S)
def test_two_at_once_start_one_service_though_the_port_is_taken(state: Path) -> None:
    """A stale file lies there, too; the service goes on when its starter has ended."""
    stale_file(state)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        starters = [start(port), start(port)]
        said = [starter.communicate(timeout=LIMIT_S) for starter in starters]

    found = running_here()
    assert found is not None, said
    assert state_folder() == found.state
    assert f":{port}" not in found.url
    assert [found.url, found.url] == [answer.strip() for answer, _ in said]
    notes = "".join(text for _, text in said)
    assert 1 == notes.count("Starting a service on this machine")
    assert f"until it is stopped: kill {process_of(state)}" in notes


def start(port: str) -> subprocess.Popen[str]:
    """A program that finds or starts the service, and prints its address."""
    code = (
        "from cli.local_service import find_or_start; from cli.console import Console; "
        f"print(find_or_start(Console(), ('{port}', '0')).url)"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_service_that_does_not_start_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comma in the path cannot be hidden from scripts, so it is refused by `./run serve`."""
    monkeypatch.setenv("BEP_STATE_DIR", str(tmp_path / "a,b"))

    with pytest.raises(CommandError, match="has a comma in its path") as raised:
        find_or_start(Console())

    assert "serve.log" in str(raised.value)


@pytest.mark.timeout(LIMIT_S)
def test_a_service_that_is_being_started_by_hand_is_waited_for(state: Path) -> None:
    command = [sys.executable, "-m", "local.serve", "--port", "0", "--state", str(state)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: (state / "serve.lock").exists() and (state / "serve.lock").read_text() != "")

    found = find_or_start(Console())

    assert process.pid == process_of(state)
    assert state == found.state
    process.terminate()
    process.wait(LIMIT_S)
