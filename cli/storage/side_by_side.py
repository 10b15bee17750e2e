"""Runs transfers in threads; the first that fails, or Ctrl-C, ends them all.

The threads are daemons: one that waits for a store that is silent does not keep the program alive,
as those of the standard library's pool would.
"""

import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread

GRACE_S = 2.0
"""For transfers to end by themselves after another one failed."""


class Stopped(Exception):
    """Another transfer failed, or the user had enough."""


class SideBySide:
    """`check` is for transfers to call between pieces: a long one ends early with the others."""

    def __init__(self) -> None:
        self._stop = Event()

    def check(self) -> None:
        """Raises Stopped."""
        if self._stop.is_set():
            raise Stopped

    def run[T](self, work: Callable[[T], None], items: Sequence[T], at_once: int) -> None:
        """Raises what the first that fails raises."""
        waiting, done = SimpleQueue[T](), SimpleQueue[BaseException | None]()
        for item in items:
            waiting.put(item)
        threads = [
            Thread(target=self._work, args=(work, waiting, done), daemon=True)
            for _ in range(min(at_once, len(items)))
        ]
        for thread in threads:
            thread.start()
        try:
            _raise_first(done, len(items))
        finally:
            self._stop.set()
            _join(threads)
        self._stop.clear()

    def _work[T](
        self,
        work: Callable[[T], None],
        waiting: SimpleQueue[T],
        done: SimpleQueue[BaseException | None],
    ) -> None:
        while not self._stop.is_set():
            try:
                item = waiting.get_nowait()
            except Empty:
                return
            try:
                work(item)
            except BaseException as error:  # noqa: BLE001  # raised by who waits
                done.put(error)
                self._stop.set()
            else:
                done.put(None)


def _raise_first(done: SimpleQueue[BaseException | None], count: int) -> None:
    """Wait for so many outcomes, or the first that is an error."""
    for _ in range(count):
        if (error := done.get()) is not None:
            raise error


def _join(threads: Sequence[Thread]) -> None:
    deadline = time.monotonic() + GRACE_S
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
