"""The processes of one scorer: it leads a session of its own, and what it starts belongs to it."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

_MIB = 1 << 20


def members(leader: int) -> Iterator[psutil.Process]:
    """The scorer and what it started, but for what has left its session."""
    for pid in psutil.pids():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getsid(pid) == leader:
                yield psutil.Process(pid)


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
