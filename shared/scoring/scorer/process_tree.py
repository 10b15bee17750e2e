"""The processes of one scorer: it leads a session of its own, and what it starts belongs to it.

What has left the session is found as long as its ancestors live, and by its environment: every
process that a scorer starts inherits the name of the scorer's folder.
"""

import contextlib
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import psutil

_MIB = 1 << 20
# Who forks all the time may be a step ahead; nobody stays it.
_SWEEPS = 3


def members(leader: int, mark: str = "") -> Iterator[psutil.Process]:
    """The scorer and what it started: its session, its children and theirs, and who bears its mark.

    The mark is the name of its temporary folder, in the environment.
    """
    found = set[int]()
    with contextlib.suppress(psutil.Error):
        found = {child.pid for child in psutil.Process(leader).children(recursive=True)}
    for pid in psutil.pids():
        with contextlib.suppress(OSError, psutil.Error):
            process = psutil.Process(pid)
            if pid in found or os.getsid(pid) == leader or _bears(process, mark):
                yield process


class ProcessTree:
    """A scorer process and all that it started; `mark` is the name of its temporary folder."""

    def __init__(self, leader: int, mark: str) -> None:
        self._leader = leader
        self._mark = mark
        self._noted: list[psutil.Process] = []

    def members(self) -> list[psutil.Process]:
        return list(members(self._leader, self._mark))

    def note(self) -> None:
        """Remember them while the leader lives: the children of a dead process are nobody's."""
        self._noted += members(self._leader)

    def end(self) -> None:
        """Kill whoever is left, when the leader is dead and not reaped yet."""
        for _ in range(_SWEEPS):
            found = {process.pid: process for process in (*self._noted, *self.members())}
            found.pop(self._leader, None)
            alive = [process for process in found.values() if _lives(process)]
            for process in alive:
                with contextlib.suppress(psutil.Error):
                    process.send_signal(signal.SIGKILL)
            if not alive:
                return

    def memory_mb(self, limit_mb: int) -> int:
        """The memory that they hold together.

        Resident memory counts what forks share once for each of them; it is quick to ask for. Only
        if that is more than the limit is each page counted once.
        """
        limit, held = limit_mb * _MIB, 0
        for count in (_resident, _proportional):
            held = _total(self.members(), count)
            if held <= limit:
                break
        return -(-held // _MIB)


def _bears(process: psutil.Process, mark: str) -> bool:
    return bool(mark) and mark in process.environ().values()


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def writes_under(leader: int, folder: Path) -> bool:
    """Whether one of them holds a file of the folder open, and not only to read it."""
    root = folder.resolve()
    return any(Path(opened).is_relative_to(root) for opened in _opened_to_write(leader))


def _total(processes: Iterable[psutil.Process], memory: Callable[[psutil.Process], int]) -> int:
    total = 0
    for process in processes:
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
