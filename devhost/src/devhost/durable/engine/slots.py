"""Runs what is queued: a limited number at once, fairly among those who queued it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from devhost.durable.engine.fair_queue import FairQueue

_log = logging.getLogger(__name__)


class Slots[T]:
    """Closed at first: what is put before `open` waits."""

    def __init__(self, limit: int, run: Callable[[T], Awaitable[None]]) -> None:
        self._limit = limit
        self._run = run
        self._waiting: FairQueue[T] = FairQueue()
        self._running: set[asyncio.Task[None]] = set()
        self._is_open = False

    def open(self) -> None:
        """Run what is queued, and what will be."""
        self._is_open = True
        self._fill()

    def resize(self, more: int) -> None:
        """Run so many more at once, or fewer; what runs is not ended."""
        self._limit += more
        self._fill()

    def put(self, key: str, item: T) -> None:
        self._waiting.put(key, item)
        self._fill()

    def close(self) -> None:
        """Begin nothing new."""
        self._is_open = False

    async def drain(self, grace_s: float) -> None:
        """Wait for what runs, no longer than the grace; then let go of it."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=grace_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=1)

    def _fill(self) -> None:
        while self._is_open and self._waiting and len(self._running) < self._limit:
            task = asyncio.create_task(self._run_one(self._waiting.take()))
            self._running.add(task)
            task.add_done_callback(self._release)

    async def _run_one(self, item: T) -> None:
        try:
            await self._run(item)
        except Exception:  # noqa: BLE001 - one item must not end the others
            _log.exception("Work of the Durable engine ended unexpectedly")

    def _release(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._fill()
