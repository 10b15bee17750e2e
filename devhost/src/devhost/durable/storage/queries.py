"""What clients may read: instances, their histories, and entities, page by page."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from devhost.durable.storage import hub_rows
from devhost.durable.wire_format import LIVE, RUNNING


class InstanceRow(NamedTuple):
    """An instance as its clients see it. Times are microseconds since 1970."""

    id: str
    execution_id: str
    name: str
    version: str | None
    status: int
    input: str | None
    output: str | None
    custom_status: str | None
    failure: bytes | None
    created: int
    updated: int
    completed: int | None
    scheduled: int | None
    parent_id: str | None
    tags_json: str | None

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def tags(self) -> Mapping[str, str]:
        tags: dict[str, str] = json.loads(self.tags_json) if self.tags_json else {}
        return tags


class EntityRow(NamedTuple):
    id: str
    state: str | None
    locked_by: str | None
    created: int
    updated: int


@dataclass(frozen=True)
class InstanceFilter:
    """Which instances; empty means all. Times are inclusive."""

    statuses: Sequence[int] = field(default_factory=tuple[int, ...])
    created_from: int | None = None
    created_to: int | None = None
    prefix: str = ""


@dataclass(frozen=True)
class EntityFilter:
    prefix: str = ""
    modified_from: int | None = None
    modified_to: int | None = None
    has_transient: bool = False


type _Clauses = list[tuple[str, Sequence[int | str]]]

_INSTANCE = (
    "SELECT id, execution_id, name, version, status, input, output, custom_status, failure,"
    " created_us, updated_us, completed_us, scheduled_us, parent_id, tags"
    " FROM instances LEFT JOIN inputs USING(id)"
)
_ENTITY = "SELECT id, state, locked_by, created_us, updated_us FROM entities"


def get_instance(cursor: sqlite3.Cursor, instance_id: str) -> InstanceRow | None:
    found = cursor.execute(f"{_INSTANCE} WHERE id=?", (instance_id,)).fetchone()
    return None if found is None else InstanceRow(*found)


def get_history(cursor: sqlite3.Cursor, instance_id: str) -> bytes:
    return hub_rows.history_of(cursor, instance_id)


def list_instances(
    cursor: sqlite3.Cursor, wanted: InstanceFilter, limit: int, after: str = ""
) -> list[InstanceRow]:
    """In the order of their ids. Entities are among them, as the real host has it."""
    where, values = _conditions(wanted, after)
    order = "ORDER BY id LIMIT ?"
    found = cursor.execute(f"{_INSTANCE} WHERE {where} {order}", (*values, limit))
    listed = [InstanceRow(*row) for row in found]
    if not wanted.statuses or RUNNING in wanted.statuses:
        where, values = _conditions(InstanceFilter((), *_rest(wanted)), after)
        entities = cursor.execute(f"{_ENTITY} WHERE {where} {order}", (*values, limit))
        listed += [_as_instance(EntityRow(*row)) for row in entities]
    return sorted(listed)[:limit]


def get_entity(cursor: sqlite3.Cursor, entity_id: str) -> EntityRow | None:
    """None as well for an entity that has no state."""
    sql = f"{_ENTITY} WHERE id=? AND state IS NOT NULL"
    found = cursor.execute(sql, (entity_id,)).fetchone()
    return None if found is None else EntityRow(*found)


def list_entities(
    cursor: sqlite3.Cursor, wanted: EntityFilter, limit: int, after: str = ""
) -> list[EntityRow]:
    clauses: _Clauses = [
        ("id>?", [after]),
        *_starting_with(wanted.prefix),
        *_range("updated_us", wanted.modified_from, wanted.modified_to),
    ]
    if not wanted.has_transient:
        clauses.append(("state IS NOT NULL", []))
    where, values = _joined(clauses)
    found = cursor.execute(f"{_ENTITY} WHERE {where} ORDER BY id LIMIT ?", (*values, limit))
    return [EntityRow(*row) for row in found]


def _conditions(wanted: InstanceFilter, after: str) -> tuple[str, list[int | str]]:
    clauses: _Clauses = [
        ("id>?", [after]),
        *_starting_with(wanted.prefix),
        *_range("created_us", wanted.created_from, wanted.created_to),
    ]
    if wanted.statuses:
        clauses.append((f"status IN ({_marks(wanted.statuses)})", wanted.statuses))
    return _joined(clauses)


def _joined(clauses: _Clauses) -> tuple[str, list[int | str]]:
    where = " AND ".join(clause for clause, _ in clauses)
    return where, [value for _, values in clauses for value in values]


def _starting_with(prefix: str) -> _Clauses:
    return [("substr(id, 1, ?)=?", [len(prefix), prefix])] if prefix else []


def _range(column: str, start: int | None, end: int | None) -> _Clauses:
    bounds: _Clauses = []
    if start is not None:
        bounds.append((f"{column}>=?", [start]))
    if end is not None:
        bounds.append((f"{column}<=?", [end]))
    return bounds


def _rest(wanted: InstanceFilter) -> tuple[int | None, int | None, str]:
    return wanted.created_from, wanted.created_to, wanted.prefix


def _as_instance(entity: EntityRow) -> InstanceRow:
    name = "@" + entity.id.split("@", 2)[1]
    return InstanceRow(
        *(entity.id, "", name, None, RUNNING, None, None, None, None),
        *(entity.created, entity.updated, None, None, None, None),
    )


def _marks(values: Sequence[int]) -> str:
    return ",".join("?" * len(values))
