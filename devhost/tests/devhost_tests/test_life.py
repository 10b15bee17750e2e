"""Start and stop: what stands in the way is told in a sentence, and nothing keeps a host alive."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from devhost_tests.served import ROOT, SAMPLE_APP, Served, serve, serve_with_core_tools
from devhost_tests.waiting import until


def refused(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A start that is expected to end by itself."""
    command = [sys.executable, "-m", "devhost", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )


def test_a_port_in_use_is_reported_with_exit_code_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        start = refused(SAMPLE_APP, "--port", port, "--state", tmp_path)

    assert 2 == start.returncode
    assert f"Port {port} is in use." in start.stderr
    assert "Traceback" not in start.stderr


def test_a_state_folder_in_use_is_reported_with_exit_code_2(tmp_path: Path) -> None:
    with serve(SAMPLE_APP, tmp_path):
        start = refused(SAMPLE_APP, "--port", 0, "--state", tmp_path)

    assert 2 == start.returncode
    assert f"Another host uses the state folder '{tmp_path}'." in start.stderr
    assert "Traceback" not in start.stderr


def test_an_app_that_azure_would_refuse_is_reported_with_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    (tmp_path / "function_app.py").write_text("1 / 0")

    start = refused(tmp_path, "--port", 0, "--state", tmp_path / "state")

    assert 1 == start.returncode
    assert "ZeroDivisionError" in start.stderr
    assert "line 1" in start.stderr
    assert "Traceback" not in start.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_lets_a_running_request_finish(number: signal.Signals, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    replies: list[int] = []
    with serve(SAMPLE_APP, tmp_path / "state") as served:
        path = f"/slow?seconds=1&mark={mark}"
        client = threading.Thread(target=lambda: replies.append(served.get(path).status_code))
        client.start()
        until(lambda: _is_connected(served), "the request")

        served.process.send_signal(number)

        assert 0 == served.process.wait(timeout=15)
        client.join()
    assert "done" == mark.read_text()
    assert [200] == replies


def test_a_function_that_never_returns_does_not_keep_the_host(tmp_path: Path) -> None:
    with serve(SAMPLE_APP, tmp_path, "--grace", "0.5") as served:
        with pytest.raises(requests.Timeout):
            served.get("/hang", timeout=0.5)

        served.process.terminate()

        assert 0 == served.process.wait(timeout=10)


def test_a_second_signal_ends_the_host_at_once(tmp_path: Path) -> None:
    with serve(SAMPLE_APP, tmp_path, "--grace", "60") as served:
        with pytest.raises(requests.Timeout):
            served.get("/hang", timeout=0.5)
        served.process.terminate()
        time.sleep(0.2)  # two signals at the same instant are one to the kernel
        served.process.terminate()

        assert 1 == served.process.wait(timeout=5)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_workers_of_a_host_die_with_it(number: signal.Signals, tmp_path: Path) -> None:
    with serve(SAMPLE_APP, tmp_path, "--workers", "2", "--grace", "0.5") as served:
        host = psutil.Process(served.process.pid)
        assert 2 == len(host.children())
        served.post("/spawn")
        workers = host.children(recursive=True)
        assert any("sleep" in worker.name() for worker in workers)
        with pytest.raises(requests.Timeout):
            served.get("/hang", timeout=0.5)

        served.process.send_signal(number)
        served.process.wait(timeout=10)

        until(lambda: not any(_runs(worker) for worker in workers), "the end of the workers")


def test_keys_and_instances_outlive_a_restart(tmp_path: Path) -> None:
    with serve(SAMPLE_APP, tmp_path) as served:
        started = served.post("/start/chain", json=3).json()
        served.process.kill()
        served.process.wait()

    with serve(SAMPLE_APP, tmp_path) as served:
        path = started["statusQueryGetUri"].split("/runtime", 1)[1]

        def output() -> object:
            return served.get(f"/runtime{path}").json().get("output")

        assert 12 == until(output, "the result")


def test_the_tests_can_run_on_core_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a `func` on PATH that stands in for the real one."""
    stand_in = tmp_path / "func"
    stand_in.write_text(
        f"#!/bin/sh\ncd {ROOT}\n"
        f'exec {sys.executable} -m devhost "$OLDPWD" --port "$3" --state {tmp_path / "state"}\n'
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    with serve_with_core_tools(SAMPLE_APP, {"SAMPLE_SETTING": "given"}) as served:
        assert "given" == served.get("/settings").json()["value"]


def _is_connected(served: Served) -> bool:
    connections = psutil.Process(served.process.pid).net_connections()
    return any(
        one.status == psutil.CONN_ESTABLISHED and _is_http(one, served) for one in connections
    )


def _is_http(connection: object, served: Served) -> bool:
    address: Any = getattr(connection, "laddr", None)
    return bool(address) and served.port == address.port


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
