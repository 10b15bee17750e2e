"""Waiting for what other processes and threads do, without sleeping on a guess."""

import time
from collections.abc import Callable

import psutil

PATIENCE_S = 180.0
"""Far more than any of it takes, on a machine that has other things to do."""


def wait_until[T](
    look: Callable[[], T], what: str = "", *, limit_s: float = PATIENCE_S, every_s: float = 0.02
) -> T:
    """The first truthy result of `look`; fails the test after the limit."""
    deadline = time.monotonic() + limit_s
    while not (result := look()):
        assert time.monotonic() < deadline, f"Not within {limit_s:g} s: {what or look}"
        time.sleep(every_s)
    return result


def is_running(pid: int) -> bool:
    """Whether there is such a process, and not one that only waits for its parent to notice."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
