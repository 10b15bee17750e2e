"""Runs functions in threads of the host itself: the fastest way, and the least safe."""

import asyncio
import logging
from datetime import timedelta

from devhost.worker.function_invocation import FunctionInvocation, InvocationOutcome, timed_out
from devhost.worker.invoker import Invoker
from devhost.worker.worker import format_timeout

log = logging.getLogger(__name__)


class InProcessWorker:
    """One invoker, and functionTimeout over it.

    A thread cannot be killed: a function over its time is failed at once, as on the real host,
    and its thread is left behind. With worker processes it would be killed.
    """

    def __init__(self, invoker: Invoker, timeout: timedelta | None) -> None:
        self._invoker = invoker
        self._timeout = timeout
        self._running: set[asyncio.Task[InvocationOutcome]] = set()

    async def start(self) -> None:
        """Threads start by themselves."""

    async def invoke(self, invocation: FunctionInvocation) -> InvocationOutcome:
        task = asyncio.create_task(self._invoker.invoke(invocation))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        limit = self._timeout.total_seconds() if self._timeout else None
        done, _ = await asyncio.wait((task,), timeout=limit)
        return task.result() if done else self._give_up(task, invocation)

    def kill_one(self) -> bool:
        """The process is the host's own."""
        return False

    async def stop(self, grace_s: float) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=grace_s)

    def _give_up(
        self, task: asyncio.Task[InvocationOutcome], invocation: FunctionInvocation
    ) -> InvocationOutcome:
        limit = format_timeout(self._timeout or timedelta())
        log.error(
            "'%s' ran for longer than functionTimeout (%s). Its thread is left behind.",
            invocation.function,
            limit,
        )
        task.cancel()
        self._invoker.abandon_threads()
        return timed_out(invocation.function, limit)
