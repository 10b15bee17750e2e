"""A lock between processes that the system releases when its holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_POLL_S = 0.1


@contextmanager
def hold_lock(
    path: Path, *, wait_s: float, note_wait: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Raises TimeoutError when another holds it that long. The file stays: others wait on it.

    `note_wait` is called once, when another holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _try_once(descriptor):
            note_wait()
            _acquire(descriptor, path, wait_s)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    while not _try_once(descriptor):
        if time.monotonic() >= deadline:
            raise TimeoutError(str(path))
        time.sleep(_POLL_S)


def _try_once(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
