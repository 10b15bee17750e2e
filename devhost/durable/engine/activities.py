"""Runs activities, and posts what they left to their orchestrators: at least once, applied once."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable
from functools import partial

from devhost.durable import events
from devhost.durable.engine.functions import MISSING, missing
from devhost.durable.engine.slots import Slots
from devhost.durable.records import Message, OutboxMessage, Task
from devhost.durable.storage import rows
from devhost.durable.storage.store import Store
from devhost.durable.wire import Clock
from devhost.ports import ActivityFailure, ActivityResult, DurableFunctions

_log = logging.getLogger(__name__)

_WRITE_AGAIN_S = 1.0  # a full disk may have room again; the result must not be lost


class Activities:
    def __init__(
        self,
        functions: DurableFunctions,
        store: Store,
        clock: Clock,
        limit: int,
        deliver: Callable[[Message], None],
    ) -> None:
        self._functions = functions
        self._store = store
        self._clock = clock
        self._deliver = deliver
        self.slots: Slots[Task] = Slots(limit, self._run)

    def enqueue(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            self.slots.put(task.root, task)

    async def _run(self, task: Task) -> None:
        result = await self._result(task)
        ended = events.task_ended(self._clock.now(), task.task_id, result)
        kind = "taskCompleted" if result.failure is None else "taskFailed"
        event = ended.SerializeToString()
        self._record(
            task, OutboxMessage(task.instance_id, kind, event, execution_id=task.execution_id)
        )

    async def _result(self, task: Task) -> ActivityResult:
        if not self._functions.has_activity(task.name):
            message = missing(task.name, "an activity")
            return ActivityResult(failure=ActivityFailure(MISSING, message))
        return await self._functions.act(task.name, task.input)

    def _record(self, task: Task, letter: OutboxMessage) -> None:
        """Not awaited: the next activity may begin while this one's result is committed."""
        recorded = self._store.write(partial(_end_task, seq=task.seq, letter=letter), self._posted)
        recorded.add_done_callback(partial(self._record_again, task, letter))

    def _posted(self, message: Message | None) -> None:
        if message is not None:
            self._deliver(message)

    def _record_again(
        self, task: Task, letter: OutboxMessage, recorded: asyncio.Future[Message | None]
    ) -> None:
        error = None if recorded.cancelled() else recorded.exception()
        if error is not None:
            _log.error("The result of activity '%s' could not be stored: %s", task.name, error)
            recorded.get_loop().call_later(_WRITE_AGAIN_S, self._record, task, letter)


def _end_task(cursor: sqlite3.Cursor, seq: int, letter: OutboxMessage) -> Message | None:
    """None: this scheduling has ended before, or nobody waits for it any more."""
    cursor.execute("DELETE FROM tasks WHERE seq=?", (seq,))
    return rows.post_if_live(cursor, letter) if cursor.rowcount else None
