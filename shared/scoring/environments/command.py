"""Runs one program to its end: bounded in time and output, and never outliving us."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.scoring.environments.spec import LOG_LIMIT

_POLL_S = 0.05
# Run before the program, in its process: the kernel kills it when the thread that started it ends.
_LEASH = """
import ctypes, os, sys
if sys.platform.startswith("linux"):
    ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)
if os.getppid() != int(sys.argv[1]):
    os._exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""


@dataclass(frozen=True)
class Finished:
    """How it ended, and the end of what it printed. None: it took too long and was killed."""

    code: int | None
    output: str
    log: str

    @property
    def is_good(self) -> bool:
        return self.code == 0


def run(
    command: Sequence[str], *, limit_s: float, environment: Mapping[str, str], cwd: Path
) -> Finished:
    """Raises OSError when the program cannot be started."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603  # the commands are ours
            [sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid()), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=log,
            env=dict(environment),
            cwd=cwd,
            start_new_session=True,
        )
        try:
            code = _wait(process, limit_s)
        finally:
            _end_group(process)
        return Finished(code, _tail(output.fileno()), _tail(log.fileno()))


def _wait(process: subprocess.Popen[bytes], limit_s: float) -> int | None:
    """Without reaping: until the group is ended, its number must not belong to another."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
        if ended is not None:
            _end_group(process)
            return process.returncode
        time.sleep(_POLL_S)
    return None


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill it and all that it has started, unless that was done before."""
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _tail(descriptor: int) -> str:
    size = os.fstat(descriptor).st_size
    kept = os.pread(descriptor, LOG_LIMIT, max(0, size - LOG_LIMIT))
    return kept.decode("utf-8", errors="replace")
