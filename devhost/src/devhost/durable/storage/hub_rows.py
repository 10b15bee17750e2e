"""The writes that several kinds of work share. Each runs inside the caller's transaction."""

import json
import sqlite3
from collections.abc import Iterable

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable import events
from devhost.durable.records import (
    ActivityTask,
    InboxMessage,
    LiveInstance,
    NewInstance,
    OutboxMessage,
    Parent,
)
from devhost.durable.wire_format import (
    LIVE,
    PENDING,
    RUNNING,
    SUSPENDED,
    stamp,
    string,
)

IS_LIVE = f"status IN {LIVE}"


def is_live(cursor: sqlite3.Cursor, instance_id: str, execution_id: str | None = None) -> bool:
    found = cursor.execute(
        f"SELECT execution_id FROM instances WHERE id=? AND {IS_LIVE}",  # noqa: S608 - a constant
        (instance_id,),
    ).fetchone()
    return found is not None and execution_id in (None, found[0])


def status_of(cursor: sqlite3.Cursor, instance_id: str) -> int | None:
    found = cursor.execute("SELECT status FROM instances WHERE id=?", (instance_id,)).fetchone()
    return None if found is None else int(found[0])


def status_to_be(cursor: sqlite3.Cursor, instance_id: str, status: int) -> int:
    """The status once the instance has taken what waits for it; to resume twice would break it."""
    waiting = cursor.execute(
        "SELECT kind FROM inbox WHERE target=? AND kind IN"
        " ('executionSuspended', 'executionResumed') ORDER BY seq DESC LIMIT 1",
        (instance_id,),
    ).fetchone()
    if waiting is None:
        return status
    return SUSPENDED if waiting[0] == "executionSuspended" else RUNNING


def parent_of(cursor: sqlite3.Cursor, instance_id: str) -> Parent | None:
    found = cursor.execute(
        "SELECT parent_id, parent_execution_id, parent_task_id FROM instances WHERE id=?",
        (instance_id,),
    ).fetchone()
    return None if found is None or found[0] is None else Parent(*found)


def post(cursor: sqlite3.Cursor, outgoing: OutboxMessage) -> InboxMessage:
    cursor.execute(
        "INSERT INTO inbox(target, execution_id, due_us, kind, event) VALUES(?,?,?,?,?)",
        (outgoing.target, outgoing.execution_id, outgoing.due, outgoing.kind, outgoing.event),
    )
    return InboxMessage(
        cursor.lastrowid or 0,
        outgoing.target,
        outgoing.kind,
        outgoing.event,
        outgoing.due,
        outgoing.execution_id,
    )


def post_if_live(cursor: sqlite3.Cursor, outgoing: OutboxMessage) -> InboxMessage | None:
    """Post to an entity, or to an instance that has not ended; else drop the letter."""
    if outgoing.target.startswith("@") or is_live(cursor, outgoing.target, outgoing.execution_id):
        return post(cursor, outgoing)
    return None


def post_all(cursor: sqlite3.Cursor, outbox: Iterable[OutboxMessage]) -> list[InboxMessage]:
    posted = (post_if_live(cursor, outgoing) for outgoing in outbox)
    return [message for message in posted if message is not None]


def consume(cursor: sqlite3.Cursor, messages: Iterable[InboxMessage]) -> None:
    cursor.executemany("DELETE FROM inbox WHERE seq=?", [(message.seq,) for message in messages])


def inbox_of(cursor: sqlite3.Cursor, target: str) -> list[InboxMessage]:
    found = cursor.execute(
        "SELECT seq, target, kind, event, due_us, execution_id FROM inbox"
        " WHERE target=? ORDER BY seq",
        (target,),
    )
    return [InboxMessage(*row) for row in found]


def append_history(cursor: sqlite3.Cursor, instance_id: str, piece: bytes) -> None:
    cursor.execute("INSERT INTO history(id, events) VALUES(?,?)", (instance_id, piece))


def replace_history(cursor: sqlite3.Cursor, instance_id: str, history: bytes) -> None:
    cursor.execute("DELETE FROM history WHERE id=?", (instance_id,))
    append_history(cursor, instance_id, history)


def history_of(cursor: sqlite3.Cursor, instance_id: str) -> bytes:
    pieces = cursor.execute("SELECT events FROM history WHERE id=? ORDER BY piece", (instance_id,))
    return b"".join(piece for (piece,) in pieces)


def add_tasks(cursor: sqlite3.Cursor, tasks: Iterable[ActivityTask]) -> None:
    cursor.executemany("INSERT INTO tasks VALUES(?,?,?,?,?,?,?)", tasks)


def delete_instance(cursor: sqlite3.Cursor, instance_id: str) -> None:
    for table in ("instances", "inputs", "history", "tasks"):
        cursor.execute(f"DELETE FROM {table} WHERE id=?", (instance_id,))  # noqa: S608 - named here
    cursor.execute("DELETE FROM inbox WHERE target=?", (instance_id,))


def create_instance(cursor: sqlite3.Cursor, new: NewInstance) -> tuple[LiveInstance, InboxMessage]:
    """Put an instance in the place of whatever had its id, with its first message."""
    delete_instance(cursor, new.id)
    root = new.root or new.id
    cursor.execute(
        "INSERT INTO instances(id, execution_id, name, version, status, created_us, updated_us,"
        " scheduled_us, root_id, parent_id, parent_execution_id, parent_task_id, tags)"
        " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            *(new.id, new.execution_id, new.name, new.version, PENDING, new.created, new.created),
            *(new.due or None, root, *(new.parent or (None, None, None))),
            json.dumps(dict(new.tags)) if new.tags else None,
        ),
    )
    cursor.execute("INSERT INTO inputs VALUES(?,?)", (new.id, new.input))
    started = execution_started(new).SerializeToString()
    outgoing = OutboxMessage(new.id, "executionStarted", started, new.due, new.execution_id)
    instance = LiveInstance(
        new.id, new.execution_id, new.name, root, new.version, parent=new.parent
    )
    return instance, post(cursor, outgoing)


def execution_started(new: NewInstance) -> pb.HistoryEvent:
    """The first event of an instance, or of its next generation."""
    event = pb.HistoryEvent(
        eventId=-1,
        timestamp=stamp(new.created),
        executionStarted=pb.ExecutionStartedEvent(
            name=new.name,
            version=string(new.version),
            input=string(new.input),
            orchestrationInstance=pb.OrchestrationInstance(
                instanceId=new.id, executionId=string(new.execution_id)
            ),
            scheduledStartTimestamp=stamp(new.due) if new.due else None,
            tags=new.tags,
        ),
    )
    if new.parent is not None:
        event.executionStarted.parentInstance.CopyFrom(_parent(new.parent))
    if new.trace is not None:
        event.executionStarted.parentTraceContext.ParseFromString(new.trace)
    return event


def release_locks(cursor: sqlite3.Cursor, owner: str, now: int) -> list[InboxMessage]:
    """Unlock what an instance still holds when it ends, whatever its code forgot."""
    held = cursor.execute(
        "SELECT id, lock_section FROM entities WHERE locked_by=?", (owner,)
    ).fetchall()
    unlocks = [(entity, events.unlock(now, section, owner, entity)) for entity, section in held]
    return [
        post(cursor, OutboxMessage(entity, "entityUnlockSent", event.SerializeToString()))
        for entity, event in unlocks
    ]


def _parent(parent: Parent) -> pb.ParentInstanceInfo:
    return pb.ParentInstanceInfo(
        taskScheduledId=parent.task_id,
        orchestrationInstance=pb.OrchestrationInstance(
            instanceId=parent.instance_id, executionId=string(parent.execution_id)
        ),
    )
