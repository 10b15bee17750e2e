"""What the stack prints: one line at a time, each with its source."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from queue import Full, Queue
from threading import Event, Thread
from types import TracebackType
from typing import Self

WAITING_LINES = 2_000
"""More than a console that is read has to wait for; later lines are lost, but nobody waits."""

LAST_WORDS_LIMIT_S = 2.0


class StackConsole:
    """Standard output that never holds up who prints.

    A pipe that nobody reads fills up and stops whoever writes to it: first a line's source, then
    the host behind it. So a thread of its own writes, and lines that do not fit are dropped.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = sys.stdout.fileno() if descriptor is None else descriptor
        self._lines: Queue[bytes | Event] = Queue(WAITING_LINES)
        self._writer = Thread(target=self._write, daemon=True, name="console")

    def __enter__(self) -> Self:
        self._writer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        written = Event()
        with suppress(Full):
            self._lines.put_nowait(written)
            written.wait(LAST_WORDS_LIMIT_S)

    def say(self, line: str) -> None:
        with suppress(Full):
            self._lines.put_nowait(f"{line}\n".encode())

    def speaker(self, name: str) -> Callable[[str], None]:
        """Says each line it gets under `name`."""
        return lambda line: self.say(f"{name:<8}| {line}")

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            if isinstance(line, Event):
                line.set()
                continue
            with suppress(OSError):  # a console that is gone does not stop the stack
                while line:
                    line = line[os.write(self._descriptor, line) :]
