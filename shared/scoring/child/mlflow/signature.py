"""The columns an MLflow model wants from a table, by its signature."""

from __future__ import annotations

import json
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
OF_CELLS = frozenset({*FLOATS, *INTEGERS, "boolean", "string", "datetime", "binary", ANY})


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
    label: Any = None
    """The model's own name of the column, where that is no text, as the number 0."""


def select_columns(schema: Any, header: Sequence[str]) -> tuple[Column, ...] | None:
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


def select_all_columns(schema: Any) -> tuple[Column, ...] | None:
    """What a file of no rows and no header stands for: each column that the signature names."""
    if schema is None:
        return None
    inputs = entries(schema)
    names = [str(index) if one.name is None else str(one.name) for index, one in enumerate(inputs)]
    return select_columns(schema, names)


def require_one_column(header: Sequence[str]) -> None:
    """MLflow takes the first of several, and its model never learns of the others."""
    if len(header) > 1:
        names = ", ".join(repr(name) for name in header)
        raise Unfit(
            "The model takes one value per row, from one column without a name, and the file has "
            f"{len(header)} columns: {names}"
        )


def require_cells(columns: Sequence[Column]) -> None:
    """Refuse for a csv file what it cannot hold."""
    for column in columns:
        if column.type not in OF_CELLS:
            raise Unfit(
                f"The signature wants {column.type} in the column {column.name!r}, "
                "which csv cannot hold"
            )


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
    present = set(header)
    columns = [_column(_in_file(entry.name, present), entry, tensors=tensors) for entry in inputs]
    missing = [column.name for column in columns if column.required and column.name not in present]
    if missing:
        names = ", ".join(repr(name) for name in missing)
        raise Unfit(f"The file lacks columns that the model requires: {names}")
    found = tuple(column for column in columns if column.name in present)
    _require_distinct(found)
    return found


def _in_file(name: Any, present: set[str]) -> str:
    """A name that is no text as the file spells it: 0 as '0', 1.0 as '1.0' or '1'."""
    if isinstance(name, str):
        return name
    spellings = [str(name), json.dumps(name)]
    if isinstance(name, float) and name.is_integer():
        spellings.append(str(int(name)))
    return next((spelling for spelling in spellings if spelling in present), spellings[0])


def _require_distinct(columns: Sequence[Column]) -> None:
    """A signature may have both 0 and '0', and a file cannot say which it means."""
    names = [column.name for column in columns]
    for name in names:
        if names.count(name) > 1:
            raise Unfit(f"The signature has {names.count(name)} columns that a file calls {name!r}")


def _by_position(inputs: Sequence[Any], header: Sequence[str]) -> tuple[Column, ...]:
    if len(header) < len(inputs):
        raise Unfit(f"The file has {len(header)} columns, and the model requires {len(inputs)}")
    if len(inputs) == 1:
        require_one_column(header)
    pairs = zip(header, inputs)  # noqa: B905  # the file may have more columns
    return tuple(_column(name, entry, tensors=False) for name, entry in pairs)


def _column(name: str, entry: Any, *, tensors: bool) -> Column:
    """A `ColSpec`'s type is one of MLflow's words or a nested type, a `TensorSpec`'s is numpy's."""
    word = str(getattr(entry.type, "name", entry.type))
    kind = _OF_TENSORS.get(word.rstrip("0123456789") if word.startswith("str") else word, word)
    required = bool(getattr(entry, "required", True))
    nested = None if tensors or hasattr(entry.type, "name") else entry.type
    is_text = entry.name is None or isinstance(entry.name, str)
    return Column(name, kind, required, tensors, nested, None if is_text else entry.name)
