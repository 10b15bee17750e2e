"""The commit of an entity's turn: its new state, its lock, its answers and what it asked for."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from devhost.durable import events
from devhost.durable.engine.entity_messages import Lock
from devhost.durable.records import Instance, Message, NewInstance, OutboxMessage
from devhost.durable.storage import rows


@dataclass(frozen=True)
class EntityTurn:
    entity_id: str
    taken: Sequence[Message]
    state: str | None
    lock: Lock | None
    letters: Sequence[OutboxMessage]
    starts: Sequence[NewInstance]
    now: int


@dataclass
class EntityOutcome:
    messages: list[Message] = field(default_factory=list[Message])
    born: list[Instance] = field(default_factory=list[Instance])


def commit_entity_turn(cursor: sqlite3.Cursor, turn: EntityTurn) -> EntityOutcome:
    outcome = EntityOutcome()
    rows.consume(cursor, turn.taken)
    section, owner = turn.lock or (None, None)
    cursor.execute(
        "INSERT INTO entities VALUES(?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET"
        " state=excluded.state, lock_section=excluded.lock_section,"
        " locked_by=excluded.locked_by, updated_us=excluded.updated_us",
        (turn.entity_id, turn.state, section, owner, turn.now, turn.now),
    )
    outcome.messages += rows.post_all(cursor, turn.letters)
    if turn.lock is not None and not rows.is_live(cursor, turn.lock.owner):
        # Whoever asked for the lock has ended meanwhile: nobody else would give it back.
        unlock = events.unlock(turn.now, turn.lock.section, turn.lock.owner, turn.entity_id)
        letter = OutboxMessage(turn.entity_id, "entityUnlockSent", unlock.SerializeToString())
        outcome.messages.append(rows.post(cursor, letter))
    for new in turn.starts:
        if rows.is_live(cursor, new.id):
            continue
        instance, message = rows.create_instance(cursor, new)
        outcome.born.append(instance)
        outcome.messages.append(message)
    return outcome


def state_and_lock(cursor: sqlite3.Cursor, entity_id: str) -> tuple[str | None, Lock | None]:
    found = cursor.execute(
        "SELECT state, lock_section, locked_by FROM entities WHERE id=?", (entity_id,)
    ).fetchone()
    if found is None:
        return None, None
    return found[0], Lock(found[1], found[2]) if found[1] is not None else None
