"""The commit of an entity's turn: its new state, its lock, its answers and what it starts."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from devhost.durable import events
from devhost.durable.records import InboxMessage, LiveInstance, NewInstance, OutboxMessage
from devhost.durable.storage import hub_rows
from devhost.durable.turns.entity_messages import Lock


@dataclass(frozen=True)
class EntityTurn:
    entity_id: str
    taken: Sequence[InboxMessage]
    state: str | None
    lock: Lock | None
    outbox: Sequence[OutboxMessage]
    starts: Sequence[NewInstance]
    now: int


@dataclass
class EntityOutcome:
    messages: list[InboxMessage] = field(default_factory=list[InboxMessage])
    created: list[LiveInstance] = field(default_factory=list[LiveInstance])


def commit_entity_turn(cursor: sqlite3.Cursor, turn: EntityTurn) -> EntityOutcome:
    outcome = EntityOutcome()
    hub_rows.consume(cursor, turn.taken)
    section, owner = turn.lock or (None, None)
    cursor.execute(
        "INSERT INTO entities VALUES(?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET"
        " state=excluded.state, lock_section=excluded.lock_section,"
        " locked_by=excluded.locked_by, updated_us=excluded.updated_us",
        (turn.entity_id, turn.state, section, owner, turn.now, turn.now),
    )
    outcome.messages += hub_rows.post_all(cursor, turn.outbox)
    if turn.lock is not None and not hub_rows.is_live(cursor, turn.lock.owner):
        # The owner of the lock has ended meanwhile: nobody else would release it.
        unlock = events.unlock(turn.now, turn.lock.section, turn.lock.owner, turn.entity_id)
        outgoing = OutboxMessage(turn.entity_id, "entityUnlockSent", unlock.SerializeToString())
        outcome.messages.append(hub_rows.post(cursor, outgoing))
    for new in turn.starts:
        if hub_rows.is_live(cursor, new.id):
            continue
        instance, message = hub_rows.create_instance(cursor, new)
        outcome.created.append(instance)
        outcome.messages.append(message)
    return outcome


def state_and_lock(cursor: sqlite3.Cursor, entity_id: str) -> tuple[str | None, Lock | None]:
    found = cursor.execute(
        "SELECT state, lock_section, locked_by FROM entities WHERE id=?", (entity_id,)
    ).fetchone()
    if found is None:
        return None, None
    return found[0], Lock(found[1], found[2]) if found[1] is not None else None
