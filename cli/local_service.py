"""Finds the service of this machine, or starts one that goes on when this program has ended.

1. One program at a time looks: a second one waits, and finds what the first one started.
2. A service that is being started by hand is waited for.
3. Else `local.serve` is started in a session of its own, its words in a log beside its data. It
   takes the usual port, and any other one if that is in use.
"""

import fcntl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cli.connection.service_address import PROJECT, Address, is_locked, running_here, state_folder
from cli.console import Console, duration_text
from cli.errors import CommandError

PORTS = ("7071", "0")
"""The usual one, then any."""
PORT_IN_USE = "cannot be used"
"""How `local.serve` says so."""
LIMIT_S = 180.0
"""A first start on a slow disk compiles a thousand modules."""
POLL_S = 0.1
OWNER_ONLY = 0o700
LOG = "serve.log"


def find_or_start(out: Console, ports: Sequence[str] = PORTS) -> Address:
    """The service's address. Raises CommandError when it does not come up."""
    state = state_folder()
    state.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    with _alone(state):
        return running_here() or _wait_for_another(state) or _start(state, out, ports)


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    with (state / "find.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _wait_for_another(state: Path) -> Address | None:
    """The service that somebody starts just now; None when nobody does."""
    deadline = time.monotonic() + LIMIT_S
    while is_locked(state) and time.monotonic() < deadline:
        if (found := running_here()) is not None:
            return found
        time.sleep(POLL_S)
    return None


def _start(state: Path, out: Console, ports: Sequence[str]) -> Address:
    out.line("Starting a service on this machine ...")
    for port in ports:
        process = _launch(state, port)
        with out:
            address = _wait_until_ready(process, out)
        if address is not None:
            _introduce(address, process.pid, state, out)
            _disown(process)
            return address
        if PORT_IN_USE not in _last_line(state):
            break
    raise CommandError(
        f"The service did not start: {_last_line(state)}", fix=f"Its log is '{state / LOG}'."
    )


def _launch(state: Path, port: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "local.serve", "--state", str(state), "--port", port]
    with (state / LOG).open("wb") as output:
        return subprocess.Popen(  # noqa: S603  # our own program
            command,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _wait_until_ready(process: subprocess.Popen[bytes], out: Console) -> Address | None:
    """None when the process ended, or was not ready in time: then it is ended."""
    began = time.monotonic()
    while process.poll() is None:
        out.live(f"starting for {duration_text(time.monotonic() - began)}")
        if (found := running_here(process.pid)) is not None:
            return found
        if time.monotonic() > began + LIMIT_S:
            process.terminate()
            process.wait()
        time.sleep(POLL_S)
    return None


def _disown(process: "subprocess.Popen[bytes]") -> None:
    """It outlives this command: nobody waits for its end, and that is no fault to warn of."""
    process.returncode = 0


def _introduce(address: Address, process: int, state: Path, out: Console) -> None:
    out.line(f"Serving at {address.url} until it is stopped: kill {process}")
    out.line(f"Its log: {state / LOG}")


def _last_line(state: Path) -> str:
    lines = (state / LOG).read_text(encoding="utf-8", errors="replace").split("\n")
    texts = [line.strip() for line in lines if line.strip()]
    return texts[-1] if texts else "it said nothing."
