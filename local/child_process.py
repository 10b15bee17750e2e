"""A child process in a session of its own, whose output is read line by line."""

import os
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen, TimeoutExpired
from threading import Thread

TAIL_LINES = 40
"""Enough of a dead child's output to see why it died."""

READER_GRACE_S = 1.0
"""Output may outlive the child in a grandchild's hands; nobody waits for that."""


def ignore(_line: str) -> None:
    """Nobody reads this child's output."""


class ChildProcess:
    """Runs `command`; its standard input is a pipe that ends when this process does.

    `holds` are descriptors that stay open until it ends, such as a lock's; `umask` is what others
    may not do with its files, without one as this process has it.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        on_line: Callable[[str], None] = ignore,
        holds: Sequence[int] = (),
        umask: int = -1,
    ) -> None:
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._on_line = on_line
        self._process = Popen(  # noqa: S603  # the command is ours
            command,
            cwd=folder,
            env=dict(environment),
            stdin=PIPE,
            stdout=PIPE,
            stderr=STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            pass_fds=holds,
            umask=umask,
        )
        self._reader = Thread(target=self._read, daemon=True, name=f"output of {self.pid}")
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._process.poll()

    @property
    def last_output(self) -> str:
        return "\n".join(self._tail)

    def send(self, line: str) -> None:
        """Write a line to its standard input; one that has ended does not get it."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.write(f"{line}\n")
                self._process.stdin.flush()

    def stop(self, grace_s: float) -> int:
        """Ask it to end, wait, insist. Nothing of its session is left."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        with suppress(TimeoutExpired):
            self._process.wait(grace_s)
        return self.kill()

    def kill(self) -> int:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        code = self._process.wait()
        self._release()
        return code

    def _release(self) -> None:
        self._reader.join(READER_GRACE_S)
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()

    def _read(self) -> None:
        if self._process.stdout is None:
            return
        with self._process.stdout as lines:
            for line in lines:
                self._tail.append(line.rstrip())
                self._on_line(line.rstrip())


def describe_exit(exit_code: int) -> str:
    """How a process ended, in words."""
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    return f"was ended by {signal.Signals(-exit_code).name}"
