"""What the values of a mini-batch's columns are, for a file whose columns have types.

The values are JSON's own. Who puts the mini-batches together knows by this which type a column has,
before it reads a single row.
"""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import TYPE_CHECKING, Any

from .json_values import Day, Infinite, Moment
from .named_columns import WrongColumns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# As the domain's, which a foreign interpreter cannot import.
MOST_FIELDS, DEEPEST = 100, 8
MOST_COLUMNS, LONGEST_NOTE = 2_000, 1 << 20
# Whole numbers up to this are exact as floats, too; and what 64 bits hold.
_EXACT, _LONG = 1 << 53, 1 << 63
# Years that nanoseconds since 1970 can tell in 64 bits.
_FIRST_YEAR, _LAST_YEAR = 1678, 2261
_MOMENT = re.compile(
    r"(\d{4})-\d\d-\d\d[T ]\d\d(?::\d\d(?::\d\d(?:\.\d{1,6}(\d{0,3}))?)?)?"
    r"(Z|[-+]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?"
)
_ONE_KIND = {bool: "bool", float: "double", str: "text", Infinite: "infinite"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class RowShapes:
    """Of the rows of one run, by column."""

    def __init__(self) -> None:
        self._columns: dict[str, _Shape] = {}

    def note(self, names: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
        """Raises `WrongColumns`, as the others do."""
        for name, values in zip(names, columns):  # noqa: B905  # 3.7
            self._columns.setdefault(name, _Shape()).note(values)
        if len(self._columns) > MOST_COLUMNS:
            raise WrongColumns(
                f"The rows have more than {MOST_COLUMNS} columns, which parquet files do not get. "
                "Return fewer names, or use the output format jsonl"
            )

    def note_rows(self, rows: Sequence[dict[str, Any]]) -> None:
        by_name = _by_name(rows)
        self.note(list(by_name), list(by_name.values()))

    def written(self) -> str:
        """As it crosses the pipe."""
        columns = {name: shape.to_json() for name, shape in self._columns.items()}
        text = json.dumps(columns)
        if len(text) > LONGEST_NOTE:
            raise WrongColumns(
                "The values are nested in too many ways for the columns of a parquet file. "
                "Return simpler ones, or use the output format jsonl"
            )
        return text


class _Shape:
    """Of one column, or of what is nested in it."""

    def __init__(self, depth: int = 0) -> None:
        self._depth = depth
        self._kinds: set[str] = set()
        self._items: _Shape | None = None
        self._fields: dict[str, _Shape] = {}

    def note(self, values: Sequence[Any]) -> None:
        for kind in set(map(type, values)):
            if kind is not type(None):
                self._note_type(kind, [value for value in values if type(value) is kind])

    def _note_type(self, kind: type, values: list[Any]) -> None:
        if kind in (list, dict) and self._depth >= DEEPEST:
            self._kinds.add("deep")
        elif kind is list:
            self._kinds.add("list")
            self._items = self._items or _Shape(self._depth + 1)
            self._items.note(list(chain.from_iterable(values)))
        elif kind is dict:
            self._note_objects(values)
        else:
            self._kinds.update(_kinds_of(kind, values))

    def _note_objects(self, objects: list[dict[str, Any]]) -> None:
        """Keys that are many are no fields, but data."""
        self._kinds.add("dict")
        if "wide" in self._kinds:
            return
        for name, values in _by_name(objects).items():
            self._fields.setdefault(name, _Shape(self._depth + 1)).note(values)
        if len(self._fields) > MOST_FIELDS:
            self._kinds.add("wide")
            self._fields = {}

    def to_json(self) -> dict[str, Any]:
        return {
            "kinds": sorted(self._kinds),
            "items": self._items and self._items.to_json(),
            "fields": {name: shape.to_json() for name, shape in self._fields.items()},
        }


def _by_name(objects: Iterable[dict[str, Any]]) -> dict[str, list[Any]]:
    values: dict[str, list[Any]] = {}
    for one in objects:
        for name, value in one.items():
            values.setdefault(name, []).append(value)
    return values


def _kinds_of(kind: type, values: list[Any]) -> Iterable[str]:
    if kind in _ONE_KIND:
        return (_ONE_KIND[kind],)
    if kind is int:
        return _of_integers(values)
    if kind is Moment:
        return {_of_moment(value) for value in values}
    return {"date" if kind is Day and _DAY.fullmatch(value) else "text" for value in values}


def _of_integers(values: list[int]) -> Iterable[str]:
    if -_EXACT <= min(values) and max(values) <= _EXACT:
        return ("int",)
    return {_of_integer(value) for value in values}


def _of_integer(value: int) -> str:
    if not -_LONG <= value < _LONG:
        return "huge"
    return "int" if int(float(value)) == value else "long"


def _of_moment(text: str) -> str:
    match = _MOMENT.fullmatch(text)
    if match is None:
        return "text"
    year, nanoseconds, zone = match.groups()
    if (nanoseconds or "").strip("0"):
        suffix = "_ns"
    else:
        suffix = "" if _FIRST_YEAR <= int(year) <= _LAST_YEAR else "_far"
    return ("instant" if zone else "time") + suffix
