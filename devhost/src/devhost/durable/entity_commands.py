"""What clients may do to entities."""

import sqlite3
from collections.abc import Callable
from functools import partial

from devhost.durable import events
from devhost.durable.records import InboxMessage, OutboxMessage
from devhost.durable.storage import hub_rows
from devhost.durable.storage.store import Store
from devhost.durable.wire_format import EngineClock


class EntityCommands:
    def __init__(
        self,
        store: Store,
        clock: EngineClock,
        deliver: Callable[[InboxMessage], None],
        backlog: Callable[[str], int],
    ) -> None:
        self._store = store
        self._clock = clock
        self._deliver = deliver
        self._backlog = backlog

    async def signal(
        self, entity_id: str, operation: str, data: str | None, request_id: str, due: int = 0
    ) -> None:
        event = events.operation_signaled(self._clock.now(), request_id, operation, data, entity_id)
        outgoing = OutboxMessage(
            entity_id, "entityOperationSignaled", event.SerializeToString(), due
        )
        await self._store.write(partial(hub_rows.post, outgoing=outgoing), self._deliver)

    async def remove_empty(self) -> int:
        """Remove the entities without state, lock and waiting operations; the count of them."""
        return await self._store.write(_remove_empty)

    async def release_orphans(self) -> int:
        """Free the entities that are locked by instances that have ended; the count of them."""
        work = partial(_release_orphans, now=self._clock.now())
        released = await self._store.write(work, self._deliver_all)
        return len(released)

    def backlog(self, entity_id: str) -> int:
        return self._backlog(entity_id)

    def _deliver_all(self, messages: list[InboxMessage]) -> None:
        for message in messages:
            self._deliver(message)


def _remove_empty(cursor: sqlite3.Cursor) -> int:
    cursor.execute(
        "DELETE FROM entities WHERE state IS NULL AND locked_by IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM inbox WHERE target=entities.id)"
    )
    return cursor.rowcount


def _release_orphans(cursor: sqlite3.Cursor, now: int) -> list[InboxMessage]:
    owners = cursor.execute(
        "SELECT DISTINCT locked_by FROM entities WHERE locked_by IS NOT NULL"
    ).fetchall()
    ended = [owner for (owner,) in owners if not hub_rows.is_live(cursor, owner)]
    return [message for owner in ended for message in hub_rows.release_locks(cursor, owner, now)]
