"""Worker processes: each invocation goes to the least busy one, and one that dies is replaced.

One that stands still for as long as the visibility of its activities lasts is set aside: others do
its activities, the first result counts, and when it goes on it may finish what it has.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta

from devhost.worker.function_invocation import FunctionInvocation, InvocationOutcome, timed_out
from devhost.worker.pulse import BEAT_S
from devhost.worker.worker import format_timeout
from devhost.worker.worker_process import WorkerProcess, spawn
from devhost.worker.worker_protocol import LoadApp

log = logging.getLogger(__name__)

# After functionTimeout the real host lets the old process finish its other work for so long.
DRAIN_S = 10.0


class WorkerProcesses:
    """A fixed number of processes that share the app's functions."""

    def __init__(
        self,
        *,
        count: int,
        start: Callable[[], LoadApp],
        timeout: timedelta | None,
        visibility: timedelta,
        deaths_allowed: int,
        on_too_many_deaths: Callable[[], None],
    ) -> None:
        self._count = count
        self._start = start
        self._timeout = timeout
        self._visibility = visibility
        self._deaths_left = deaths_allowed
        self._on_too_many_deaths = on_too_many_deaths
        self._processes: list[WorkerProcess] = []
        self._has_one = asyncio.Event()
        self._watching: set[asyncio.Task[None]] = set()
        self._aside: set[WorkerProcess] = set()

    async def start(self) -> None:
        self._keep(self._feel_pulses())
        for _ in range(self._count):
            await self._add()
        await asyncio.gather(*(process.is_ready.wait() for process in self._processes))

    async def invoke(self, invocation: FunctionInvocation) -> InvocationOutcome:
        await self._has_one.wait()
        process = min(self._processes, key=lambda one: (not one.is_ready.is_set(), one.load))
        await process.is_ready.wait()  # the time to load the app is not the function's
        running = asyncio.ensure_future(process.invoke(invocation))
        lapse = asyncio.ensure_future(process.is_lapsed.wait())
        ends = (running, lapse) if invocation.is_activity else (running,)
        limit = self._timeout.total_seconds() if self._timeout else None
        done, _ = await asyncio.wait(ends, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        lapse.cancel()
        if running in done:
            return running.result()
        if done:
            return await self._first_of(running, asyncio.ensure_future(self.invoke(invocation)))
        running.cancel()
        await self._replace(process)
        return timed_out(invocation.function, format_timeout(self._timeout or timedelta()))

    async def _first_of(self, *runs: asyncio.Future[InvocationOutcome]) -> InvocationOutcome:
        """The first result of an activity that runs twice; that of the other is dropped."""
        done, _ = await asyncio.wait(runs, return_when=asyncio.FIRST_COMPLETED)
        return next(run for run in runs if run in done).result()

    async def stop(self, grace_s: float) -> None:
        """Wait for what runs, then end every process."""
        for watch in self._watching:
            watch.cancel()
        for process in self._aside:
            process.kill()
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
        self._keep(self._watch(process))

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    async def _feel_pulses(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            loaded = [one for one in self._processes if one.is_ready.is_set()]
            for process in loaded:
                process.pulse.tick()
                if process.pulse.silent_s >= self._visibility.total_seconds():
                    await self._set_aside(process)

    async def _set_aside(self, process: WorkerProcess) -> None:
        """As an instance of which storage hears nothing: what it was doing is given out again."""
        log.warning(
            "Worker process %d stands still since %s (workItemQueueVisibilityTimeout): "
            "its activities are given out again.",
            *(process.pid, format_timeout(self._visibility)),
        )
        self._remove(process)
        self._aside.add(process)
        await self._add()
        process.is_lapsed.set()
        self._keep(self._end_aside(process))

    async def _end_aside(self, process: WorkerProcess) -> None:
        await process.drain(None)
        log.warning("Worker process %d went on, and ended: its activities were done.", process.pid)
        process.kill()
        self._aside.discard(process)

    async def _watch(self, process: WorkerProcess) -> None:
        how = await process.wait_for_end()
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
        self._keep(_end(process, DRAIN_S))

    def _remove(self, process: WorkerProcess) -> None:
        self._processes.remove(process)
        if not self._processes:
            self._has_one.clear()


async def _end(process: WorkerProcess, grace_s: float) -> None:
    await process.drain(grace_s)
    process.kill()
