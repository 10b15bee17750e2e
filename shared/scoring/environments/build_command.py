"""Runs one program to its end: fenced, bounded in time and output, and never outliving us."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shared.scoring.enclosure import ENTER, Enclosure, start_enclosed
from shared.scoring.environments.environment_spec import LOG_LIMIT

# Whoever hears what a program prints also looks at the disk that it fills.
_HEAR_EVERY_S = 0.25
# For the subreaper, to end all that the program started.
_END_LIMIT_S = 10.0
_SUBREAPER = ENTER.with_name("subreaper.py")


# Hears what a program has printed.
type Hear = Callable[[str], None]


def hear_nothing(_log: str) -> None:
    """For who waits for its end."""


@dataclass(frozen=True)
class CommandResult:
    """How it ended, and the end of what it printed. None: it took too long and was killed."""

    code: int | None
    output: str
    log: str

    @property
    def is_good(self) -> bool:
        return self.code == 0


def run(
    command: Sequence[str],
    *,
    limit_s: float,
    environment: Mapping[str, str],
    cwd: Path,
    enclosure: Enclosure,
    hear: Hear = hear_nothing,
) -> CommandResult:
    """Raises OSError when the program cannot be started.

    `hear` gets the end of what it has printed so far, from time to time; what it raises ends the
    program.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as log:
        process = start_enclosed(
            command,
            environment,
            enclosure,
            cwd=cwd,
            output=output,
            errors=log,
            by=_SUBREAPER,
            more=(str(os.getpid()),),
        )
        try:
            code = _wait(process, limit_s, lambda: hear(_tail(log.fileno())))
        finally:
            _end(process)
        return CommandResult(code, _tail(output.fileno()), _tail(log.fileno()))


def _wait(
    process: "subprocess.Popen[bytes]", limit_s: float, listen: Callable[[], None]
) -> int | None:
    """Its exit code; None when it is not over within the limit."""
    deadline = time.monotonic() + limit_s
    while (left_s := deadline - time.monotonic()) > 0:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(min(left_s, _HEAR_EVERY_S))
        listen()
    return None


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The subreaper ends all that the program started, and itself."""
    if process.poll() is not None:
        return
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_LIMIT_S)
    process.kill()
    process.wait()


def _tail(descriptor: int) -> str:
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, LOG_LIMIT, max(0, size - LOG_LIMIT))
    return tail.decode("utf-8", errors="replace")
