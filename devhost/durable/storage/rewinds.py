"""Rewinding in the database: a failed instance, and the failed sub-orchestrations below it."""

import sqlite3
from dataclasses import dataclass, field

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable import events
from devhost.durable.engine.rewinding import Child, rewound
from devhost.durable.records import Instance, Message, OutboxMessage
from devhost.durable.storage import loading, rows
from devhost.durable.wire import COMPLETED, FAILED, RUNNING, events_of, past


@dataclass
class Revived:
    """The instances that live again, and what wakes them."""

    instances: list[Instance] = field(default_factory=list[Instance])
    messages: list[Message] = field(default_factory=list[Message])


def rewind_instance(
    cursor: sqlite3.Cursor, instance_id: str, reason: str | None, now: int
) -> Revived:
    revived = Revived()
    _rewind(cursor, instance_id, reason, now, revived)
    revived.instances = [loading.instance(cursor, i.id) for i in revived.instances]
    return revived


def _rewind(
    cursor: sqlite3.Cursor, instance_id: str, reason: str | None, now: int, revived: Revived
) -> None:
    history = events_of(rows.history_of(cursor, instance_id))
    running = cursor.execute("SELECT task_id FROM tasks WHERE id=?", (instance_id,)).fetchall()
    made = rewound(history, {row[0] for row in running}, lambda i: rows.status_of(cursor, i))
    rows.replace_history(cursor, instance_id, past(made.history))
    cursor.execute(
        "UPDATE instances SET status=?, output=NULL, failure=NULL, completed_us=NULL,"
        " updated_us=? WHERE id=?",
        (RUNNING, now, instance_id),
    )
    instance = loading.instance(cursor, instance_id)
    revived.instances.append(instance)
    event = events.rewound(now, reason).SerializeToString()
    revived.messages.append(
        rows.post(cursor, OutboxMessage(instance_id, "executionRewound", event))
    )
    for child in made.children:
        _rewind_child(cursor, child, instance, reason, now, revived)


def _rewind_child(
    cursor: sqlite3.Cursor,
    child: Child,
    parent: Instance,
    reason: str | None,
    now: int,
    revived: Revived,
) -> None:
    status = rows.status_of(cursor, child.instance_id)
    if status == FAILED:
        _rewind(cursor, child.instance_id, reason, now, revived)
    elif status == COMPLETED:
        event = _heard_late(cursor, child, now)
        kind = "subOrchestrationInstanceCompleted"
        letter = OutboxMessage(parent.id, kind, event, execution_id=parent.execution_id)
        revived.messages.append(rows.post(cursor, letter))


def _heard_late(cursor: sqlite3.Cursor, child: Child, now: int) -> bytes:
    """The end of a child that came while its parent had failed."""
    (output,) = cursor.execute(
        "SELECT output FROM instances WHERE id=?", (child.instance_id,)
    ).fetchone()
    event: pb.HistoryEvent = events.child_completed(now, child.task_id, output)
    return bytes(event.SerializeToString())
