"""Runs one program to its end: fenced, bounded in time and output, and never outliving us."""

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shared.scoring.enclosure import ENTER, Enclosure, started
from shared.scoring.environments.spec import LOG_LIMIT

# For the leash, to end all that the program started.
_END_LIMIT_S = 10.0
_LEASH = ENTER.with_name("leash.py")


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
    command: Sequence[str],
    *,
    limit_s: float,
    environment: Mapping[str, str],
    cwd: Path,
    enclosure: Enclosure,
) -> Finished:
    """Raises OSError when the program cannot be started."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as log:
        process = started(
            command,
            environment,
            enclosure,
            cwd=cwd,
            output=output,
            errors=log,
            by=_LEASH,
            more=(str(os.getpid()),),
        )
        code: int | None = None
        try:
            with suppress(subprocess.TimeoutExpired):
                code = process.wait(limit_s)
        finally:
            _end(process)
        return Finished(code, _tail(output.fileno()), _tail(log.fileno()))


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The leash ends all that the program started, and itself."""
    if process.poll() is not None:
        return
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_LIMIT_S)
    process.kill()
    process.wait()


def _tail(descriptor: int) -> str:
    size = os.fstat(descriptor).st_size
    kept = os.pread(descriptor, LOG_LIMIT, max(0, size - LOG_LIMIT))
    return kept.decode("utf-8", errors="replace")
