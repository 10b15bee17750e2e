"""The processes of one scorer: it leads a session of its own, and what it starts belongs to it.

What has left the session is found as long as its ancestors live, and by its environment: every
process that a scorer starts inherits the name of the scorer's folder.
"""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

_MIB = 1 << 20


# Who forks all the time may be a step ahead; nobody stays it.
_SWEEPS = 3


def members(leader: int) -> Iterator[psutil.Process]:
    """The scorer and what it started: its session, and its children and theirs."""
    found = set[int]()
    with contextlib.suppress(psutil.Error):
        found = {child.pid for child in psutil.Process(leader).children(recursive=True)}
    for pid in psutil.pids():
        with contextlib.suppress(OSError, psutil.Error):
            if pid in found or os.getsid(pid) == leader:
                yield psutil.Process(pid)


def end_all(leader: int, folder: Path) -> None:
    """Kill whoever is left of a scorer that has died, or was killed, and is not reaped yet."""
    for _ in range(_SWEEPS):
        left = [process for process in _left(leader, folder) if process.pid != leader]
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGKILL)
        if not left:
            return


def _left(leader: int, folder: Path) -> Iterator[psutil.Process]:
    mark = str(folder)
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            is_member = os.getsid(process.pid) == leader or mark in process.environ().values()
            if is_member and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def has_outgrown(leader: int, limit_mb: int) -> bool:
    """Whether the session holds more memory than that.

    Resident memory counts what forks share once for each of them; it is quick to ask for. Only
    if that is too much is each page counted once.
    """
    limit = limit_mb * _MIB
    return _total(leader, _resident) > limit and _total(leader, _proportional) > limit


def writes_under(leader: int, folder: Path) -> bool:
    """Whether one of them holds a file of the folder open, and not only to read it."""
    root = folder.resolve()
    return any(Path(opened).is_relative_to(root) for opened in _opened_to_write(leader))


def _total(leader: int, memory: Callable[[psutil.Process], int]) -> int:
    total = 0
    for process in members(leader):
        with contextlib.suppress(psutil.Error, OSError):
            total += memory(process)
    return total


def _resident(process: psutil.Process) -> int:
    return process.memory_info().rss


def _proportional(process: psutil.Process) -> int:
    """Shared pages divided among those who share them, where the kernel says so."""
    full = process.memory_full_info()
    return int(getattr(full, "pss", 0)) or full.uss


def _opened_to_write(leader: int) -> Iterator[str]:
    for process in members(leader):
        with contextlib.suppress(psutil.Error, OSError):
            for opened in process.open_files():
                if getattr(opened, "mode", "w") != "r":
                    yield opened.path
