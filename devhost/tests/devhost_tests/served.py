"""A host that serves an app folder, as a real process on a free port."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from devhost_tests.waiting import DEADLINE_S, until

ROOT = Path(__file__).parents[1]
SAMPLE_APP = Path(__file__).parent / "app"
CORE_TOOLS_START_S = 180.0  # the first start fetches an extension bundle


@dataclass
class Served:
    """A running host: where it listens, and what it printed so far."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    fixed_port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return self.fixed_port or int(self.printed(r"Listening on https?://[^:]+:(\d+)")[1])

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def printed(self, pattern: str) -> re.Match[str]:
        """Wait until the host has printed something that fits."""
        return self.until(lambda: re.search(pattern, self.text), f"{pattern!r} on the console")

    def until[T](self, ask: Callable[[], T | None], what: str, deadline_s: float = DEADLINE_S) -> T:
        """Wait for an answer, no longer than the host lives; its output is in the failure."""
        return until(
            ask, what, deadline_s, lambda: self.process.poll() is not None, lambda: self.text
        )

    def get(self, path: str, **more: object) -> requests.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: object) -> requests.Response:
        return self.request("POST", path, **more)

    def request(self, method: str, path: str, **more: object) -> requests.Response:
        return self.request_to(method, f"{self.url}{path}", **more)

    def request_to(self, method: str, url: str, **more: object) -> requests.Response:
        more.setdefault("timeout", DEADLINE_S)
        return requests.request(method, url, **more)  # type: ignore[arg-type]  # noqa: S113  # passed through


@contextmanager
def serve(
    app: Path, state: Path | None, *arguments: str, env: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """Start a host and stop it at the end, whatever it is doing; without a state, a guest."""
    command = [sys.executable, "-m", "devhost", str(app), "--port", "0"]
    command += ["--state", str(state)] if state else []
    with _running([*command, *arguments], ROOT, env or {}) as served:
        served.printed("Listening on")
        yield served


@contextmanager
def serve_by_command(command: Path, app: Path, *, folder: Path) -> Iterator[Served]:
    """The installed command, called in a folder as a user would."""
    with _running([str(command), str(app), "--port", "0"], folder, {}) as served:
        served.printed("Listening on")
        yield served


@contextmanager
def serve_with_core_tools(app: Path, env: Mapping[str, str]) -> Iterator[Served]:
    """The same with the real host: `func` of Azure Functions Core Tools."""
    port = free_port()
    command = [shutil.which("func") or "func", "start", "--port", str(port)]
    with _running(command, app, env) as served:
        served.fixed_port = port
        served.until(lambda: _says_it_runs(served), "the real host", CORE_TOOLS_START_S)
        yield served


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _says_it_runs(served: Served) -> bool:
    try:
        return bool(served.get("/admin/functions").json())
    except (OSError, ValueError):
        return False


@contextmanager
def _running(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> Iterator[Served]:
    """A process in a group of its own, so that what it started ends with it."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    served = Served(process)
    reader = threading.Thread(target=_read, args=(served,))
    reader.start()
    try:
        yield served
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        reader.join()


def _read(served: Served) -> None:
    assert served.process.stdout is not None
    with served.process.stdout as output:
        for line in output:
            served.lines.append(line)
