"""What the values of a column are, of a file whose columns have types; put together by rules.

Each mini-batch says it of its own rows. Put together in the order of the plan they are the job's,
whichever was scored first and however they were bundled.
"""

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, field_validator

from shared.domain.message import Message


class ValueKind(StrEnum):
    """`INT` is exact as a float, too, `LONG` in 64 bits only, `HUGE` not even there.

    Of times: `INSTANT` has a zone, `NS` needs nanoseconds, `FAR` is too far off for those. `WIDE`
    are objects with many keys, `DEEP` is what is nested far.
    """

    BOOL = "bool"
    INT = "int"
    LONG = "long"
    HUGE = "huge"
    DOUBLE = "double"
    INFINITE = "infinite"
    TEXT = "text"
    DATE = "date"
    TIME = "time"
    TIME_NS = "time_ns"
    TIME_FAR = "time_far"
    INSTANT = "instant"
    INSTANT_NS = "instant_ns"
    INSTANT_FAR = "instant_far"
    LIST = "list"
    DICT = "dict"
    WIDE = "wide"
    DEEP = "deep"


WORDS = {
    ValueKind.BOOL: "true and false",
    ValueKind.INT: "whole numbers",
    ValueKind.LONG: "whole numbers that no float has exactly",
    ValueKind.HUGE: "whole numbers beyond 64 bits",
    ValueKind.DOUBLE: "fractions",
    ValueKind.INFINITE: "infinity",
    ValueKind.TEXT: "texts",
    ValueKind.DATE: "dates",
    ValueKind.TIME: "times",
    ValueKind.TIME_NS: "times with nanoseconds",
    ValueKind.TIME_FAR: "times too far off for nanoseconds",
    ValueKind.INSTANT: "times with a zone",
    ValueKind.INSTANT_NS: "times with a zone and nanoseconds",
    ValueKind.INSTANT_FAR: "times with a zone, too far off for nanoseconds",
    ValueKind.LIST: "lists",
    ValueKind.DICT: "dicts",
    ValueKind.WIDE: "dicts with many keys",
    ValueKind.DEEP: "values nested deep",
}
# Keys of objects in a column, and how far values are nested: beyond it a column is JSON text.
MOST_FIELDS, DEEPEST = 100, 8
# Of a file, those of nested values as well.
MOST_COLUMNS = 2_000


class Shape(Message):
    """Values that are missing leave no trace: every column may lack some."""

    kinds: tuple[ValueKind, ...] = ()
    items: "Shape | None" = None
    fields: "dict[str, Shape]" = Field(default_factory=dict)

    @field_validator("kinds")
    @classmethod
    def _in_order(cls, kinds: tuple[ValueKind, ...]) -> tuple[ValueKind, ...]:
        return _ordered(set(kinds))

    def plus(self, other: Self) -> Self:
        kinds, fields = {*self.kinds, *other.kinds}, merged(self.fields, other.fields)
        if ValueKind.WIDE in kinds or len(fields) > MOST_FIELDS:
            kinds, fields = kinds | {ValueKind.WIDE}, {}
        items = self.items or other.items
        if self.items and other.items:
            items = self.items.plus(other.items)
        return self.model_copy(update={"kinds": _ordered(kinds), "items": items, "fields": fields})


def _ordered(kinds: set[ValueKind]) -> tuple[ValueKind, ...]:
    return tuple(kind for kind in ValueKind if kind in kinds)


type Columns = dict[str, Shape]


def merged(one: Columns, other: Columns) -> Columns:
    """All columns, in the order in which they came up."""
    both = dict(one)
    for name, shape in other.items():
        both[name] = both[name].plus(shape) if name in both else shape
    return both


def texts_of(names: Iterable[str]) -> Columns:
    return {name: Shape(kinds=(ValueKind.TEXT,)) for name in names}


def read_shapes(text: str) -> Columns:
    """As a scorer's process wrote it. Raises ValueError."""
    try:
        columns: Any = json.loads(text or "{}")
        return {name: Shape.from_wire(shape) for name, shape in columns.items()}
    except (RecursionError, AttributeError) as error:
        raise ValueError("it is no object of shapes") from error


def are_shapes(text: str) -> bool:
    try:
        read_shapes(text)
    except ValueError:
        return False
    return True
