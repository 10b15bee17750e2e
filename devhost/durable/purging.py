"""Purging: ended instances, one by its id or many by a filter, are deleted for good."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from devhost.durable.refusals import NotFound, Refusal, WrongState
from devhost.durable.storage import queries, rows
from devhost.durable.storage.queries import InstanceFilter
from devhost.durable.storage.store import Store
from devhost.durable.wire import STATUS_NAMES, TERMINAL

_AT_ONCE = 200  # instances a transaction deletes, so that others may write in between


async def purge(store: Store, instance_id: str) -> None:
    answer = await store.write(partial(_purge, instance_id=instance_id))
    if answer is not None:
        raise answer


async def purge_matching(store: Store, wanted: InstanceFilter) -> int:
    """Delete the ended ones among the matching instances, whatever statuses were asked for."""
    asked = [status for status in wanted.statuses if status in TERMINAL]
    if wanted.statuses and not asked:
        return 0
    chosen = replace(wanted, statuses=asked or TERMINAL)
    deleted, after = 0, ""
    while ids := [
        row.id
        for row in await store.read(
            partial(queries.list_instances, wanted=chosen, limit=_AT_ONCE, after=after)
        )
    ]:
        deleted += await store.write(partial(_purge_ended, ids=ids))
        after = ids[-1]
    return deleted


def _purge(cursor: sqlite3.Cursor, instance_id: str) -> Refusal | None:
    status = rows.status_of(cursor, instance_id)
    if status is None:
        return NotFound(instance_id)
    if status not in TERMINAL:
        return WrongState(
            "Only orchestrations in a terminal state can be purged, but the orchestration with "
            f"instance ID {instance_id} has status {STATUS_NAMES[status]}"
        )
    rows.delete_instance(cursor, instance_id)
    return None


def _purge_ended(cursor: sqlite3.Cursor, ids: Sequence[str]) -> int:
    ended = [found for found in ids if rows.status_of(cursor, found) in TERMINAL]
    for instance_id in ended:
        rows.delete_instance(cursor, instance_id)
    return len(ended)
