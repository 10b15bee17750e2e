"""What a scorer's processes printed, kept within bounds until somebody takes it."""

import threading
from collections import deque
from dataclasses import dataclass, field

# So much is waiting before somebody should take it.
MUCH_BYTES = 1 << 16
# Beside that a mebibyte: the newest is kept, for after a flood it explains a death.
LIMIT_BYTES = MUCH_BYTES + (1 << 20)


class OutputLog:
    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._dropped = 0
        self._lock = threading.Lock()

    def append(self, chunk: bytes) -> None:
        with self._lock:
            self._chunks.append(chunk)
            self._size += len(chunk)
            while self._size > self._limit_bytes:
                self._drop(self._size - self._limit_bytes)

    @property
    def is_much(self) -> bool:
        return self._size >= MUCH_BYTES

    def drain(self) -> bytes:
        """What was printed since the last call, and a line for what had to be dropped."""
        with self._lock:
            text, dropped = b"".join(self._chunks), self._dropped
            self._chunks.clear()
            self._size = self._dropped = 0
        if not dropped:
            return text
        note = f"[{dropped} bytes of output were dropped; the last {len(text)} follow]\n"
        return note.encode() + text

    def _drop(self, surplus: int) -> None:
        oldest = self._chunks.popleft()
        cut = min(surplus, len(oldest))
        if cut < len(oldest):
            self._chunks.appendleft(oldest[cut:])
        self._size -= cut
        self._dropped += cut


@dataclass(frozen=True)
class Printed:
    """What was printed, by stream."""

    stdout: bytes = b""
    stderr: bytes = b""

    @property
    def both(self) -> bytes:
        return self.stdout + self.stderr


@dataclass(frozen=True)
class OutputLogs:
    """The logs of a process's two streams."""

    stdout: OutputLog = field(default_factory=OutputLog)
    stderr: OutputLog = field(default_factory=OutputLog)

    @property
    def are_much(self) -> bool:
        """Whether what is waiting should be taken soon."""
        return self.stdout.is_much or self.stderr.is_much

    def drain(self) -> Printed:
        return Printed(self.stdout.drain(), self.stderr.drain())
