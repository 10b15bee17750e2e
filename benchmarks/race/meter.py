"""What processes cost: CPU seconds and peak memory of a process and all that descend from it."""

import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

import psutil

SAMPLE_S = 1.0
"""Adding up the pages of ten processes takes some 30 ms: rarer is cheaper, and peaks last."""


def cpu_seconds(pid: int) -> float:
    """Used so far by the process, its living descendants and those that it has outlived."""
    return sum(_cpu_seconds(process) for process in _family(pid))


def busy_seconds() -> float:
    """Used so far by all processes of the machine, over all cores."""
    times = psutil.cpu_times()
    return float(sum(times[:8]) - times.idle - getattr(times, "iowait", 0.0))


def descendants(pid: int) -> int:
    return len(pids_below(pid))


def pids_below(pid: int) -> frozenset[int]:
    """Of the process's living descendants."""
    return frozenset(process.pid for process in _family(pid)) - {pid}


class PeakMemory:
    """`megabytes` is the peak, while the context lasts, of the memory of a family of processes.

    What processes share counts once (PSS).
    """

    megabytes = 0.0

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while True:
            used = sum(_shared_memory(process) for process in _family(self._pid))
            self.megabytes = max(self.megabytes, used / 2**20)
            if self._over.wait(SAMPLE_S):
                return


def _family(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def _cpu_seconds(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        used = process.cpu_times()
        return float(used.user + used.system + used.children_user + used.children_system)
    return 0.0


def _shared_memory(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        return float(process.memory_full_info().pss)
    return 0.0
