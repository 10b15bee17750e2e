"""A file of JSON objects as the table a model wants: one per line, or an array of them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .failure import Unreadable
from .json_records import records_of
from .signature import select_all_columns
from .text import utf8
from .type_hints import Hinted
from .typed_table import chosen, fitted

if TYPE_CHECKING:
    from ..messages import FilePiece


def read(path: str, schema: Any, codec: str = "", piece: FilePiece | None = None) -> Any:
    """Of a piece of a file its other objects may have keys that are not here.

    Raises `Unreadable` when the file is no such JSON, and `Unfit` when it is not the model's.
    """
    text = utf8(path, codec).decode("utf-8-sig")
    if not text.strip():
        raise Unreadable("The file is empty: write [] if it shall have no rows")
    records = records_of(text, in_lines=piece is not None)
    header = _keys(records, piece)
    if isinstance(schema, Hinted):
        return schema.of_records(header, records)
    columns = chosen(schema, header) if records else select_all_columns(schema)
    if columns is None:
        return pd.DataFrame(records, columns=header)
    return fitted(columns, len(records), lambda name: _column(records, name))


def read_columns(
    path: str, codec: str = "", piece: FilePiece | None = None
) -> dict[str, list[Any]]:
    """All columns, of a file that was read before; what an object lacks is None."""
    records = records_of(utf8(path, codec).decode("utf-8-sig"), in_lines=piece is not None)
    return {name: [record.get(name) for record in records] for name in _keys(records, piece)}


def _keys(records: list[dict[str, Any]], piece: FilePiece | None) -> list[str]:
    others = piece.columns if piece else ()
    return list(dict.fromkeys(chain((key for record in records for key in record), others)))


def _column(records: list[dict[str, Any]], name: str) -> Any:
    """As objects: numpy would make floats of integers beside a null."""
    values = np.empty(len(records), dtype=object)
    for row, record in enumerate(records):
        values[row] = record.get(name)
    return values
