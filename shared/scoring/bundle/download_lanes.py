"""How many downloads go on at once: as many as the store's distance asks for.

A store that answers within a millisecond is read as fast by eight threads as by thirty-two, which
would take the interpreter's lock from each other, a third of the CPU. One that is ten milliseconds
away needs them all.

The files of a mini-batch are one batch: who waits for it is woken once, and not for each of them.
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor
from threading import Event, Lock
from time import perf_counter
from typing import Any

FEWEST = 8
# So much of the time of one download is another's turn to compute.
_TURN_S = 0.0005
# The quickest of some hundreds counts: others waited for a thread, a core, or were large.
_FORGOTTEN = 1.002


class Batch[T]:
    """Works that were begun together. Thread-safe."""

    def __init__(self, works: Sequence[Callable[[], T]]) -> None:
        self._works = works
        self._results: list[T] = [None] * len(works)  # type: ignore[list-item]  # until they are there
        self._errors = dict[int, BaseException]()
        self._taken = self._done = 0
        self._is_dropped = False
        self._lock = Lock()
        self._over = Event()
        if not works:
            self._over.set()

    @property
    def is_well(self) -> bool:
        """Whether `wait` answers at once, and does not raise."""
        return self._over.is_set() and not self._errors and not self._is_dropped

    def wait(self) -> list[T]:
        """The results, in the order of the works.

        Raises what the first of those raised that failed, and CancelledError once it was dropped.
        """
        self._over.wait()
        if self._errors:
            raise self._errors[min(self._errors)]
        if self._is_dropped:
            raise CancelledError
        return self._results

    def drop(self) -> None:
        """Forget the works that have not begun, and wait for the others."""
        self.forget()
        self._over.wait()

    def forget(self) -> None:
        """Those that have not begun never will."""
        with self._lock:
            self._is_dropped = self._is_dropped or self._taken < len(self._works)
            self._done += len(self._works) - self._taken
            self._taken = len(self._works)
            self._tell()

    def take(self) -> int | None:
        """The next work to be done, for `do`; None: there is none left."""
        with self._lock:
            if self._taken == len(self._works):
                return None
            self._taken += 1
            return self._taken - 1

    def do(self, index: int) -> bool:
        """Do what was taken; whether it went well."""
        try:
            self._results[index] = self._works[index]()
        except BaseException as error:  # noqa: BLE001  # who waits for it is told
            self._errors[index] = error
        with self._lock:
            self._done += 1
            self._tell()
        return index not in self._errors

    def _tell(self) -> None:
        if self._done == len(self._works):
            self._over.set()


class DownloadLanes:
    """Thread-safe. What is begun is done in its order, by `most` of the threads at the most."""

    def __init__(self, executor: Executor, most: int) -> None:
        self._executor = executor
        self._most = most
        self._waiting = deque[Batch[Any]]()
        self._quickest_s = 0.0
        self._open = 0
        self._lock = Lock()

    @property
    def at_once(self) -> int:
        """How many may go on now."""
        return min(self._most, max(FEWEST, math.ceil(self._quickest_s / _TURN_S)))

    def begin[T](self, works: Sequence[Callable[[], T]]) -> Batch[T]:
        batch = Batch(works)
        with self._lock:
            self._waiting.append(batch)
            missing = max(0, min(len(works), self.at_once - self._open))
            self._open += missing
        for opened in range(missing):
            try:
                self._executor.submit(self._drive)
            except RuntimeError:  # it is shut down
                with self._lock:
                    self._open -= missing - opened
                batch.forget()
                break
        return batch

    def note(self, seconds: float) -> None:
        """One download took so long."""
        known = self._quickest_s * _FORGOTTEN
        self._quickest_s = min(seconds, known) if known else seconds

    def _drive(self) -> None:
        while taken := self._take():
            batch, index = taken
            began = perf_counter()
            if batch.do(index):
                self.note(perf_counter() - began)

    def _take(self) -> tuple[Batch[Any], int] | None:
        """None: this lane is closed, for there is nothing to do, or too many do it."""
        with self._lock:
            while self._waiting and self._open <= self.at_once:
                index = self._waiting[0].take()
                if index is not None:
                    return self._waiting[0], index
                self._waiting.popleft()
            self._open -= 1
            return None
