"""The columns an MLflow model wants from a table, by its signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .cast import FLOATS, INTEGERS
from .failure import Unfit

if TYPE_CHECKING:
    from collections.abc import Sequence

_OF_TENSORS = {
    "float32": "float",
    "float64": "double",
    "int32": "integer",
    "int64": "long",
    "bool": "boolean",
    "object": "string",
    "str": "string",
}
# MLflow's word for a column that had no value to tell its type by.
ANY = "Any"
# What a line of text can hold in one of its cells.
OF_CELLS = frozenset({*FLOATS, *INTEGERS, "boolean", "string", "datetime", ANY})


@dataclass(frozen=True)
class Column:
    """`type` is MLflow's word: float, double, integer, long, string, boolean, datetime, binary.

    Where MLflow has none it is numpy's, as uint8. Of lists and objects it is their description,
    and `nested` is MLflow's own type. A column of a tensor may hold a vector in each row.
    """

    name: str
    type: str
    required: bool = True
    is_tensor: bool = False
    nested: Any = None


def wanted(schema: Any, header: Sequence[str]) -> tuple[Column, ...] | None:
    """What to read of a file with this header; None when the model has no signature.

    Raises `Unfit` when the file has not what the model requires.
    """
    if schema is None:
        return None
    inputs = entries(schema)
    tensors = is_tensor(schema)
    if inputs[0].name is not None:
        return _by_name(inputs, header, tensors=tensors)
    if tensors:
        return tuple(_column(name, inputs[0], tensors=True) for name in header)
    return _by_position(inputs, header)


def entries(schema: Any) -> Sequence[Any]:
    """The oldest signatures call their inputs columns."""
    inputs: Sequence[Any] = schema.inputs if hasattr(schema, "inputs") else schema.columns
    return inputs


def is_tensor(schema: Any) -> bool:
    return hasattr(schema, "is_tensor_spec") and bool(schema.is_tensor_spec())


def require_unambiguous(header: Sequence[str], columns: Sequence[Column]) -> None:
    """Two columns of one name are refused, unless the model knows the second as 'name.1'.

    That is what it was called when the model was trained from such a file.
    """
    known = {column.name for column in columns}
    for column in columns:
        count = header.count(column.name)
        if count > 1 and f"{column.name}.1" not in known:
            raise Unfit(f"The file has {count} columns named {column.name!r}")


def _by_name(inputs: Sequence[Any], header: Sequence[str], *, tensors: bool) -> tuple[Column, ...]:
    columns = [_column(entry.name, entry, tensors=tensors) for entry in inputs]
    present = set(header)
    missing = [column.name for column in columns if column.required and column.name not in present]
    if missing:
        names = ", ".join(repr(name) for name in missing)
        raise Unfit(f"The file lacks columns that the model requires: {names}")
    return tuple(column for column in columns if column.name in present)


def _by_position(inputs: Sequence[Any], header: Sequence[str]) -> tuple[Column, ...]:
    if len(header) < len(inputs):
        raise Unfit(f"The file has {len(header)} columns, and the model requires {len(inputs)}")
    pairs = zip(header, inputs)  # noqa: B905  # the file may have more columns
    return tuple(_column(name, entry, tensors=False) for name, entry in pairs)


def _column(name: str, entry: Any, *, tensors: bool) -> Column:
    """A `ColSpec`'s type is one of MLflow's words or a nested type, a `TensorSpec`'s is numpy's."""
    word = str(getattr(entry.type, "name", entry.type))
    kind = _OF_TENSORS.get(word.rstrip("0123456789") if word.startswith("str") else word, word)
    required = bool(getattr(entry, "required", True))
    nested = None if tensors or hasattr(entry.type, "name") else entry.type
    return Column(name, kind, required, tensors, nested)
