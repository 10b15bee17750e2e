"""How many downloads go on at once: as many as the store's distance asks for.

A store that answers within a millisecond is read as fast by eight threads as by thirty-two, which
would take the interpreter's lock from each other, a third of the CPU. One that is ten milliseconds
away needs them all.
"""

import math
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from threading import Lock
from time import perf_counter
from typing import Any

FEWEST = 8
# So much of the time of one download is another's turn to compute.
_TURN_S = 0.0005
# The quickest of late counts: others waited for a thread, a core, or were large.
_FORGOTTEN = 1.01


class DownloadLanes:
    """Thread-safe. What is begun is done in its order, by `most` of the threads at the most."""

    def __init__(self, executor: Executor, most: int) -> None:
        self._executor = executor
        self._most = most
        self._waiting = deque[tuple[Future[Any], Callable[[], Any]]]()
        self._quickest_s = 0.0
        self._open = 0
        self._lock = Lock()

    @property
    def at_once(self) -> int:
        """How many may go on now."""
        return min(self._most, max(FEWEST, math.ceil(self._quickest_s / _TURN_S)))

    def begin[T](self, work: Callable[[], T]) -> Future[T]:
        future = Future[T]()
        with self._lock:
            self._waiting.append((future, work))
            if self._open >= self.at_once:
                return future
            self._open += 1
        try:
            self._executor.submit(self._drive)
        except RuntimeError:  # it is shut down
            with self._lock:
                self._open -= 1
            future.cancel()
        return future

    def note(self, seconds: float) -> None:
        """One download took so long."""
        known = self._quickest_s * _FORGOTTEN
        self._quickest_s = min(seconds, known) if known else seconds

    def _drive(self) -> None:
        while True:
            with self._lock:
                if not self._waiting or self._open > self.at_once:
                    self._open -= 1
                    return
                future, work = self._waiting.popleft()
            if future.set_running_or_notify_cancel():
                self._do(future, work)

    def _do(self, future: Future[Any], work: Callable[[], Any]) -> None:
        began = perf_counter()
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001  # who waits for it is told
            future.set_exception(error)
        else:
            self.note(perf_counter() - began)
            future.set_result(result)
