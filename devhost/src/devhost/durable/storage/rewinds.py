"""Rewinding in the database: a failed instance, and the failed sub-orchestrations below it."""

import sqlite3
from dataclasses import dataclass, field

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable import events
from devhost.durable.records import InboxMessage, LiveInstance, OutboxMessage
from devhost.durable.storage import hub_rows, live_state
from devhost.durable.turns.rewound_history import RewoundChild, rewind_history
from devhost.durable.wire_format import COMPLETED, FAILED, RUNNING, events_of, past


@dataclass
class RewoundInstances:
    """The instances that live again, and what wakes them."""

    instances: list[LiveInstance] = field(default_factory=list[LiveInstance])
    messages: list[InboxMessage] = field(default_factory=list[InboxMessage])


def rewind_instance(
    cursor: sqlite3.Cursor, instance_id: str, reason: str | None, now: int
) -> RewoundInstances:
    rewound = RewoundInstances()
    _rewind(cursor, instance_id, reason, now, rewound)
    rewound.instances = [live_state.instance(cursor, i.id) for i in rewound.instances]
    return rewound


def _rewind(
    cursor: sqlite3.Cursor,
    instance_id: str,
    reason: str | None,
    now: int,
    rewound: RewoundInstances,
) -> None:
    history = events_of(hub_rows.history_of(cursor, instance_id))
    running = cursor.execute("SELECT task_id FROM tasks WHERE id=?", (instance_id,)).fetchall()
    found = rewind_history(
        history, {row[0] for row in running}, lambda i: hub_rows.status_of(cursor, i)
    )
    hub_rows.replace_history(cursor, instance_id, past(found.history))
    cursor.execute(
        "UPDATE instances SET status=?, output=NULL, failure=NULL, completed_us=NULL,"
        " updated_us=? WHERE id=?",
        (RUNNING, now, instance_id),
    )
    instance = live_state.instance(cursor, instance_id)
    rewound.instances.append(instance)
    event = events.rewound(now, reason).SerializeToString()
    rewound.messages.append(
        hub_rows.post(cursor, OutboxMessage(instance_id, "executionRewound", event))
    )
    for child in found.children:
        _rewind_child(cursor, child, instance, reason, now, rewound)


def _rewind_child(
    cursor: sqlite3.Cursor,
    child: RewoundChild,
    parent: LiveInstance,
    reason: str | None,
    now: int,
    rewound: RewoundInstances,
) -> None:
    status = hub_rows.status_of(cursor, child.instance_id)
    if status == FAILED:
        _rewind(cursor, child.instance_id, reason, now, rewound)
    elif status == COMPLETED:
        event = _late_completion(cursor, child, now)
        kind = "subOrchestrationInstanceCompleted"
        outgoing = OutboxMessage(parent.id, kind, event, execution_id=parent.execution_id)
        rewound.messages.append(hub_rows.post(cursor, outgoing))


def _late_completion(cursor: sqlite3.Cursor, child: RewoundChild, now: int) -> bytes:
    """The end of a child that came while its parent had failed."""
    (output,) = cursor.execute(
        "SELECT output FROM instances WHERE id=?", (child.instance_id,)
    ).fetchone()
    event: pb.HistoryEvent = events.child_completed(now, child.task_id, output)
    return bytes(event.SerializeToString())
