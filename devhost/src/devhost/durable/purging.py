"""Purging: ended instances, one by its id or many by a filter, are deleted for good."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from devhost.durable.refusals import DurableRefusal, InstanceNotFound, WrongState
from devhost.durable.storage import hub_rows, queries
from devhost.durable.storage.queries import InstanceFilter
from devhost.durable.storage.store import Store
from devhost.durable.wire_format import STATUS_NAMES, TERMINAL

_AT_ONCE = 200  # instances a transaction deletes, so that others may write in between


async def purge(store: Store, instance_id: str) -> None:
    answer = await store.write(partial(_purge, instance_id=instance_id))
    if answer is not None:
        raise answer


async def purge_matching(store: Store, wanted: InstanceFilter) -> int:
    """Delete the ended ones among the matching instances, whatever statuses the filter names."""
    ended = [status for status in wanted.statuses if status in TERMINAL]
    if wanted.statuses and not ended:
        return 0
    chosen = replace(wanted, statuses=ended or TERMINAL)
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


def _purge(cursor: sqlite3.Cursor, instance_id: str) -> DurableRefusal | None:
    status = hub_rows.status_of(cursor, instance_id)
    if status is None:
        return InstanceNotFound(instance_id)
    if status not in TERMINAL:
        return WrongState(
            "Only orchestrations in a terminal state can be purged, but the orchestration with "
            f"instance ID {instance_id} has status {STATUS_NAMES[status]}"
        )
    hub_rows.delete_instance(cursor, instance_id)
    return None


def _purge_ended(cursor: sqlite3.Cursor, ids: Sequence[str]) -> int:
    ended = [found for found in ids if hub_rows.status_of(cursor, found) in TERMINAL]
    for instance_id in ended:
        hub_rows.delete_instance(cursor, instance_id)
    return len(ended)
