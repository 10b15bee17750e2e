"""Reads back what lives: all that a restart needs to go on."""

import sqlite3
from dataclasses import dataclass

from devhost.durable.records import ENDINGS, ActivityTask, InboxMessage, LiveInstance, Parent
from devhost.durable.storage import hub_rows

_ENDINGS = ", ".join(f"'{kind}'" for kind in sorted(ENDINGS))
_CHILDREN = f"parent_id=? AND parent_execution_id=? AND {hub_rows.IS_LIVE}"
_COUNTS = (
    "SELECT count(*) FROM tasks WHERE id=? AND execution_id=?",
    f"SELECT count(*) FROM instances WHERE {_CHILDREN}",  # noqa: S608 - our own words
    f"SELECT count(*) FROM inbox WHERE target=? AND execution_id=? AND kind IN ({_ENDINGS})",  # noqa: S608 - our own words
)


@dataclass(frozen=True)
class LiveState:
    instances: list[LiveInstance]
    messages: list[InboxMessage]
    tasks: list[ActivityTask]
    next_seq: int


def load_live_state(cursor: sqlite3.Cursor) -> LiveState:
    live = f"SELECT id FROM instances WHERE {hub_rows.IS_LIVE} ORDER BY created_us, id"  # noqa: S608 - a constant
    ids = cursor.execute(live)
    instances = [instance(cursor, instance_id) for (instance_id,) in ids.fetchall()]
    waiting = "SELECT seq, target, kind, event, due_us, execution_id FROM inbox ORDER BY seq"
    messages = [InboxMessage(*row) for row in cursor.execute(waiting)]
    tasks = [ActivityTask(*row) for row in cursor.execute("SELECT * FROM tasks ORDER BY seq")]
    next_seq = 1 + max((task.seq for task in tasks), default=0)
    return LiveState(instances, messages, tasks, next_seq)


def instance(cursor: sqlite3.Cursor, instance_id: str) -> LiveInstance:
    row = cursor.execute(
        "SELECT id, execution_id, name, root_id, version, status, custom_status, parent_id,"
        " parent_execution_id, parent_task_id FROM instances WHERE id=?",
        (instance_id,),
    ).fetchone()
    parent = Parent(*row[7:]) if row[7] is not None else None
    found = LiveInstance(row[0], row[1], row[2], row[3], row[4], row[5], parent, row[6])
    found.history += hub_rows.history_of(cursor, instance_id)
    found.outstanding = _outstanding(cursor, found)
    return found


def _outstanding(cursor: sqlite3.Cursor, found: LiveInstance) -> int:
    """The endings to come or already in the inbox: each of them is counted off on delivery."""
    key = (found.id, found.execution_id)
    return sum(cursor.execute(sql, key).fetchone()[0] for sql in _COUNTS)
