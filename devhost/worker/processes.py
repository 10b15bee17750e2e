"""Worker processes: each invocation goes to the least busy one, and one that dies is replaced."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from devhost.worker.invocation import Invocation, Outcome, timed_out
from devhost.worker.protocol import Start
from devhost.worker.worker import shown
from devhost.worker.worker_process import WorkerProcess, spawn

log = logging.getLogger(__name__)

# After functionTimeout the real host lets the old process finish its other work for so long.
DRAIN_S = 10.0


class WorkerProcesses:
    """A fixed number of processes that share the app's functions."""

    def __init__(
        self,
        *,
        count: int,
        start: Callable[[], Start],
        timeout: timedelta | None,
        deaths_allowed: int,
        on_too_many_deaths: Callable[[], None],
    ) -> None:
        self._count = count
        self._start = start
        self._timeout = timeout
        self._deaths_left = deaths_allowed
        self._on_too_many_deaths = on_too_many_deaths
        self._processes: list[WorkerProcess] = []
        self._has_one = asyncio.Event()
        self._watching: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        for _ in range(self._count):
            await self._add()
        await asyncio.gather(*(process.is_ready.wait() for process in self._processes))

    async def invoke(self, invocation: Invocation) -> Outcome:
        await self._has_one.wait()
        process = min(self._processes, key=lambda one: (not one.is_ready.is_set(), one.load))
        await process.is_ready.wait()  # the time to load the app is not the function's
        running = asyncio.ensure_future(process.invoke(invocation))
        limit = self._timeout.total_seconds() if self._timeout else None
        done, _ = await asyncio.wait((running,), timeout=limit)
        if done:
            return running.result()
        running.cancel()
        await self._replace(process)
        return timed_out(invocation.function, shown(self._timeout or timedelta()))

    async def stop(self, grace_s: float) -> None:
        """Wait for what runs, then end every process."""
        for watch in self._watching:
            watch.cancel()
        await asyncio.gather(*(_end(process, grace_s) for process in self._processes))

    def kill_one(self) -> bool:
        """Kill the busiest process, as a hazard; False when none runs anything."""
        process = max(self._processes, key=lambda one: one.load, default=None)
        if process is None or not process.load:
            return False
        process.kill()
        return True

    async def _add(self) -> None:
        process = await spawn(self._start())
        self._processes.append(process)
        self._has_one.set()
        watch = asyncio.create_task(self._watch(process))
        self._watching.add(watch)
        watch.add_done_callback(self._watching.discard)

    async def _watch(self, process: WorkerProcess) -> None:
        how = await process.ended()
        if process not in self._processes:
            return  # it was replaced before, and this is the end of it
        self._remove(process)
        log.error("Worker process %d ended with %s; a new one takes its place.", process.pid, how)
        self._deaths_left -= 1
        if self._deaths_left == 0:
            log.critical("Too many worker processes died; the host stops, as the real one does.")
            self._on_too_many_deaths()
        await self._add()

    async def _replace(self, process: WorkerProcess) -> None:
        """A new process at once; the old one may finish its other work, then it is killed."""
        if process not in self._processes:
            return
        log.error("A function ran over functionTimeout; worker %d is replaced.", process.pid)
        self._remove(process)
        await self._add()
        end = asyncio.create_task(_end(process, DRAIN_S))
        self._watching.add(end)
        end.add_done_callback(self._watching.discard)

    def _remove(self, process: WorkerProcess) -> None:
        self._processes.remove(process)
        if not self._processes:
            self._has_one.clear()


async def _end(process: WorkerProcess, grace_s: float) -> None:
    await process.drained(grace_s)
    process.kill()
