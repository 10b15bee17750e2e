"""Columns of an input table that go into its rows, whether the model takes them or not.

Each is what the file says: the cells of csv are the texts that they are, and only for JSON are
those numbers which the model takes for numbers. Row i of them is row i of what the model gets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ..messages import ALL, JSONL
from . import csv_table, json_table, kinds, parquet_table
from .cast import MISSING
from .failure import Unfit

if TYPE_CHECKING:
    from ..messages import FilePiece, RowForm
    from .sample import AnySample


def columns_of(
    path: str, name: str, sample: AnySample, form: RowForm | None, piece: FilePiece | None = None
) -> tuple[tuple[str, Any], ...]:
    """Name and values of each column that is carried. Raises `Unfit`."""
    if form is None or not form.carry:
        return ()
    if not sample.is_table:
        if form.carry == (ALL,):
            return ()
        raise Unfit(f"An image has no columns to carry: {_listed(form.carry)}")
    kind, codec = kinds.kind_of(name)
    columns = _read(path, kind, codec, piece)
    wanted = tuple(columns) if form.carry == (ALL,) else form.carry
    missing = [one for one in wanted if one not in columns]
    if missing:
        raise Unfit(f"The file lacks columns that are to be carried: {_listed(missing)}")
    for one in wanted:
        if len(columns[one]) != sample.rows:
            raise Unfit(f"The column {one!r} has {len(columns[one])} values for {sample.rows} rows")
    if kind in kinds.CSV and form.format == JSONL:
        return tuple((one, _typed(columns[one], one, sample.data)) for one in wanted)
    return tuple((one, columns[one]) for one in wanted)


def _read(path: str, kind: str, codec: str, piece: FilePiece | None) -> dict[str, list[Any]]:
    if kind in kinds.PARQUET:
        groups, names = (piece.groups, piece.columns) if piece else ((), ())
        return parquet_table.read_columns(path, groups, names)
    if kind in kinds.CSV:
        return dict(csv_table.read_texts(path, codec))
    return json_table.read_columns(path, codec, piece)


def _typed(texts: list[str], name: str, data: Any) -> list[Any]:
    """As numbers where the model's own column is one; an empty cell is missing."""
    kind = ""
    if isinstance(data, pd.DataFrame) and list(data.columns).count(name) == 1:
        kind = data[name].dtype.kind
    if kind == "b":
        return list(data[name].tolist())
    if kind in ("i", "u", "f"):
        return [_number(text) for text in texts]
    return [text or None for text in texts]


def _number(text: str) -> Any:
    """The text itself where it is none: the model took it for something else."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None if text.strip() in MISSING else text


def _listed(names: Any) -> str:
    return ", ".join(repr(name) for name in names)
