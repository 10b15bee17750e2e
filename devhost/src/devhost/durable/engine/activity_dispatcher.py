"""Runs activities, and posts their results to their orchestrators: at least once, applied once."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable
from functools import partial

from devhost.durable import events
from devhost.durable.engine.slots import Slots
from devhost.durable.records import ActivityTask, InboxMessage, OutboxMessage
from devhost.durable.storage import hub_rows
from devhost.durable.storage.store import Store
from devhost.durable.turns.missing_function import MISSING, describe_missing
from devhost.durable.wire_format import EngineClock
from devhost.durable_functions import ActivityFailure, ActivityResult, DurableFunctions

_log = logging.getLogger(__name__)

_WRITE_AGAIN_S = 1.0  # a full disk may have room again; the result must not be lost


class ActivityDispatcher:
    def __init__(
        self,
        functions: DurableFunctions,
        store: Store,
        clock: EngineClock,
        limit: int,
        deliver: Callable[[InboxMessage], None],
    ) -> None:
        self._functions = functions
        self._store = store
        self._clock = clock
        self._deliver = deliver
        self.slots: Slots[ActivityTask] = Slots(limit, self._run)

    def enqueue(self, tasks: Iterable[ActivityTask]) -> None:
        for task in tasks:
            self.slots.put(task.root, task)

    async def _run(self, task: ActivityTask) -> None:
        result = await self._result(task)
        ended = events.task_ended(self._clock.now(), task.task_id, result)
        kind = "taskCompleted" if result.failure is None else "taskFailed"
        event = ended.SerializeToString()
        self._record(
            task, OutboxMessage(task.instance_id, kind, event, execution_id=task.execution_id)
        )

    async def _result(self, task: ActivityTask) -> ActivityResult:
        if not self._functions.has_activity(task.name):
            message = describe_missing(task.name, "an activity")
            return ActivityResult(failure=ActivityFailure(MISSING, message))
        return await self._functions.act(task.name, task.input)

    def _record(self, task: ActivityTask, outgoing: OutboxMessage) -> None:
        """Not awaited: the next activity may begin while this one's result is committed."""
        recorded = self._store.write(
            partial(_end_task, seq=task.seq, outgoing=outgoing), self._deliver_posted
        )
        recorded.add_done_callback(partial(self._record_again, task, outgoing))

    def _deliver_posted(self, message: InboxMessage | None) -> None:
        if message is not None:
            self._deliver(message)

    def _record_again(
        self,
        task: ActivityTask,
        outgoing: OutboxMessage,
        recorded: asyncio.Future[InboxMessage | None],
    ) -> None:
        error = None if recorded.cancelled() else recorded.exception()
        if error is not None:
            _log.error("The result of activity '%s' could not be stored: %s", task.name, error)
            recorded.get_loop().call_later(_WRITE_AGAIN_S, self._record, task, outgoing)


def _end_task(cursor: sqlite3.Cursor, seq: int, outgoing: OutboxMessage) -> InboxMessage | None:
    """None: this scheduling has ended before, or nobody waits for it any more."""
    cursor.execute("DELETE FROM tasks WHERE seq=?", (seq,))
    return hub_rows.post_if_live(cursor, outgoing) if cursor.rowcount else None
