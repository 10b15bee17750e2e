"""The local host over the no-op app, for as long as a benchmark needs it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from local.port import choose
from local.project import PROJECT

APP = Path(__file__).parent / "noop_app"
START_LIMIT_S, RUN_LIMIT_S, POLL_S = 60, 600, 0.02


@dataclass(frozen=True)
class NoopHost:
    url: str
    pid: int
    key: str

    def run(self, orchestrator: str, given: Any) -> Any:
        """Start an orchestration, wait for its end and return its output."""
        hooks = f"{self.url}/runtime/webhooks/durabletask"
        started = _ask(f"{hooks}/orchestrators/{orchestrator}?code={self.key}", given)
        deadline = time.monotonic() + RUN_LIMIT_S
        while time.monotonic() < deadline:
            status = _ask(started["statusQueryGetUri"])
            if status["runtimeStatus"] == "Completed":
                return status["output"]
            if status["runtimeStatus"] in {"Failed", "Terminated"}:
                raise RuntimeError(f"{orchestrator} is {status['runtimeStatus']}: {status}")
            time.sleep(POLL_S)
        raise TimeoutError(f"{orchestrator} did not end within {RUN_LIMIT_S} s")


@contextmanager
def hosted(state: Path) -> Iterator[NoopHost]:
    port = choose(0)
    command = [sys.executable, "-m", "devhost", str(APP), "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--state", str(state)], cwd=PROJECT, stdout=subprocess.DEVNULL
    )
    try:
        host = NoopHost(f"http://127.0.0.1:{port}", process.pid, "")
        _wait_for(host)
        yield host
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(host: NoopHost) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        try:
            if _ask(f"{host.url}/admin/host/status")["state"] == "Running":
                return
        except (URLError, ConnectionError):
            time.sleep(POLL_S)
    raise TimeoutError(f"The host did not start within {START_LIMIT_S} s")


def _ask(url: str, given: Any = None) -> Any:
    data = None if given is None else json.dumps(given).encode()
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(url, data, headers), timeout=60) as answer:  # noqa: S310  # our own host's
        return json.load(answer)
