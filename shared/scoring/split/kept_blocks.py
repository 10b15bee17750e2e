"""Files that were read to find where their pieces begin, kept so that pieces are not fetched again.

They lie on this machine's disk without a name, so that they end with their process, whatever
becomes of it. A file that has been handed out once is gone; a piece that is tried again, or is
scored on another instance, comes from the store.
"""

import os
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

MOST_SHARE = 4
"""One file takes a fourth of the free disk at most."""
UNUSED_S = 1800.0
"""Whose job ended elsewhere, say."""

type Key = tuple[str, str, str]
"""Container, name and etag."""


class Keeping:
    """A file that is read in order, block by block. It ends when it is dropped, or forgotten.

    `is_broken`: the disk did not take a block.
    """

    def __init__(self, job: str, folder: Path) -> None:
        self.job, self.left, self.used_at, self.is_broken = job, 0, time.monotonic(), False
        self._file, path = tempfile.mkstemp(dir=folder)
        Path(path).unlink()
        self.drop = weakref.finalize(self, os.close, self._file)

    def add(self, block: bytes) -> None:
        rest = memoryview(b"" if self.is_broken else block)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            self.is_broken = True

    def read(self, start: int, length: int) -> bytes:
        self.used_at = time.monotonic()
        return os.pread(self._file, length, start)


@dataclass
class KeptBlocks:
    """Thread-safe. `folder` is on the disk that has the room; None: that of temporary files."""

    folder: Path | None = None
    _files: dict[Key, Keeping] = field(default_factory=dict[Key, Keeping])
    _lock: Lock = field(default_factory=Lock)

    def begin(self, job: str, size: int) -> Keeping | None:
        """Of a file of so many bytes; None when there is no room for it."""
        self._drop(lambda one: time.monotonic() - one.used_at > UNUSED_S)
        with suppress(OSError):
            folder = self.folder or Path(tempfile.gettempdir())
            if size <= shutil.disk_usage(folder).free // MOST_SHARE:
                return Keeping(job, folder)
        return None

    def keep(self, key: Key, kept: Keeping, size: int) -> None:
        """All blocks were added; its pieces have so many bytes."""
        if kept.is_broken:
            kept.drop()
            return
        kept.left = size
        with self._lock:
            before = self._files.pop(key, None)
            self._files[key] = kept
        if before is not None:
            before.drop()

    def has(self, key: Key) -> bool:
        with self._lock:
            return key in self._files

    def read(self, key: Key, start: int, length: int) -> bytes | None:
        """These bytes; None when they are not here, or not any more."""
        with self._lock:
            kept = self._files.get(key)
            data = kept.read(start, length) if kept else b""
        return data if len(data) == length else None

    def hand_out(self, key: Key, size: int) -> None:
        """A piece of so many bytes is scored now; with the last one the file is gone."""
        with self._lock:
            kept = self._files.get(key)
            if kept is None:
                return
            kept.left -= size
            if kept.left <= 0:
                self._files.pop(key).drop()

    def release(self, job: str) -> None:
        """The job is over."""
        self._drop(lambda one: one.job == job)

    def _drop(self, is_over: Callable[[Keeping], bool]) -> None:
        with self._lock:
            over = [key for key, one in self._files.items() if is_over(one)]
            dropped = [self._files.pop(key) for key in over]
        for one in dropped:
            one.drop()
