"""The columns an MLflow model wants from a table, by its signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
_OF_CELLS = frozenset({*_OF_TENSORS.values(), "datetime"})


@dataclass(frozen=True)
class Column:
    """`type` is MLflow's word: float, double, integer, long, string, boolean or datetime."""

    name: str
    type: str
    required: bool = True


def wanted(schema: Any, header: Sequence[str]) -> tuple[Column, ...] | None:
    """What to read of a file with this header; None when the model has no signature.

    Raises `Unfit` when the file has not what the model requires.
    """
    if schema is None:
        return None
    if schema.has_input_names():
        return _by_name(schema.inputs, header)
    if schema.is_tensor_spec():
        return tuple(_column(name, schema.inputs[0]) for name in header)
    return _by_position(schema.inputs, header)


def _by_name(inputs: Sequence[Any], header: Sequence[str]) -> tuple[Column, ...]:
    columns = [_column(entry.name, entry) for entry in inputs]
    present = set(header)
    missing = [column.name for column in columns if column.required and column.name not in present]
    if missing:
        names = ", ".join(repr(name) for name in missing)
        raise Unfit(f"The file lacks columns that the model requires: {names}")
    return tuple(column for column in columns if column.name in present)


def _by_position(inputs: Sequence[Any], header: Sequence[str]) -> tuple[Column, ...]:
    if len(header) < len(inputs):
        raise Unfit(f"The file has {len(header)} columns, and the model requires {len(inputs)}")
    return tuple(map(_column, header, inputs))


def _column(name: str, entry: Any) -> Column:
    """A `ColSpec`'s type is one of MLflow's words, a `TensorSpec`'s is numpy's."""
    word = str(getattr(entry.type, "name", entry.type))
    kind = _OF_TENSORS.get(word, word)
    if kind not in _OF_CELLS:
        raise Unfit(f"The signature wants {word} in the column {name!r}, which csv cannot hold")
    return Column(name, kind, bool(getattr(entry, "required", True)))
