"""Which type a column has, by the values of all its rows.

A type is widened where nothing is lost by it: whole numbers beside fractions are floats if each is
exact as one, and what is missing fits everywhere. Values that have no type in common stay as they
are, too: the column is their text, numbers and lists among them as JSON.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.value_shape import Columns, Shape, ValueKind

K = ValueKind


class TypeName(StrEnum):
    """`MIXED` is text, of values that have nothing else in common."""

    NULL = "null"
    BOOL = "bool"
    INT64 = "int64"
    DOUBLE = "double"
    STRING = "string"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TIMESTAMP_NS = "timestamp_ns"
    INSTANT = "instant"
    INSTANT_NS = "instant_ns"
    LIST = "list"
    STRUCT = "struct"
    MIXED = "mixed"


@dataclass(frozen=True)
class ColumnType:
    name: TypeName
    item: "ColumnType | None" = None
    fields: tuple[tuple[str, "ColumnType"], ...] = ()


type Types = Mapping[str, ColumnType]

# The first that holds all kinds is the type.
_RULES: tuple[tuple[set[ValueKind], TypeName], ...] = (
    (set(), TypeName.NULL),
    ({K.BOOL}, TypeName.BOOL),
    ({K.INT, K.LONG}, TypeName.INT64),
    ({K.INT, K.DOUBLE, K.INFINITE}, TypeName.DOUBLE),
    ({K.TEXT}, TypeName.STRING),
    ({K.DATE}, TypeName.DATE),
    ({K.TIME, K.TIME_FAR}, TypeName.TIMESTAMP),
    ({K.TIME, K.TIME_NS}, TypeName.TIMESTAMP_NS),
    ({K.INSTANT, K.INSTANT_FAR}, TypeName.INSTANT),
    ({K.INSTANT, K.INSTANT_NS}, TypeName.INSTANT_NS),
    ({K.LIST}, TypeName.LIST),
    ({K.DICT}, TypeName.STRUCT),
)


def types_of(columns: Columns) -> dict[str, ColumnType]:
    return {name: _type_of(shape) for name, shape in columns.items()}


def _type_of(shape: Shape) -> ColumnType:
    name = next((name for kinds, name in _RULES if kinds.issuperset(shape.kinds)), TypeName.MIXED)
    if name is TypeName.LIST:
        return ColumnType(name, item=_type_of(shape.items or Shape()))
    if name is TypeName.STRUCT:
        fields = tuple(types_of(shape.fields).items())
        return ColumnType(name, fields=fields) if fields else ColumnType(TypeName.MIXED)
    return ColumnType(name)


def leaf_count(types: Types) -> int:
    """Columns as the file has them, those of nested values as well."""
    return sum(map(_leaves, types.values()))


def _leaves(kind: ColumnType) -> int:
    if kind.item is not None:
        return _leaves(kind.item)
    return sum(_leaves(field) for _, field in kind.fields) or 1


def mixed_columns(columns: Columns, parents: str = "") -> Iterator[tuple[str, list[ValueKind]]]:
    """Those that are text only because their values have no type in common, and their kinds."""
    for name, shape in columns.items():
        path, kind = f"{parents}{name}", _type_of(shape)
        if kind.name is TypeName.MIXED and shape.kinds != (K.DICT,):
            yield path, list(shape.kinds)
        elif kind.name is TypeName.STRUCT:
            yield from mixed_columns(shape.fields, f"{path}.")
        elif kind.name is TypeName.LIST and shape.items:
            yield from mixed_columns({"[]": shape.items}, path)
