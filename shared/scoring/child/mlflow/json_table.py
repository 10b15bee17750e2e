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
    from collections.abc import Sequence


def read(path: str, schema: Any, codec: str = "", others: Sequence[str] = ()) -> Any:
    """`others` are keys that objects of the same file have which are not here.

    Raises `Unreadable` when the file is no such JSON, and `Unfit` when it is not the model's.
    """
    text = utf8(path, codec).decode("utf-8-sig")
    if not text.strip():
        raise Unreadable("The file is empty: write [] if it shall have no rows")
    records = records_of(text)
    header = list(dict.fromkeys(chain((key for record in records for key in record), others)))
    if isinstance(schema, Hinted):
        return schema.of_records(header, records)
    columns = chosen(schema, header) if records else select_all_columns(schema)
    if columns is None:
        return pd.DataFrame(records, columns=header)
    return fitted(columns, len(records), lambda name: _column(records, name))


def read_columns(path: str, codec: str = "", others: Sequence[str] = ()) -> dict[str, list[Any]]:
    """All columns, of a file that was read before; what an object lacks is None."""
    records = records_of(utf8(path, codec).decode("utf-8-sig"))
    names = dict.fromkeys(chain((key for record in records for key in record), others))
    return {name: [record.get(name) for record in records] for name in names}


def _column(records: list[dict[str, Any]], name: str) -> Any:
    """As objects: numpy would make floats of integers beside a null."""
    values = np.empty(len(records), dtype=object)
    for row, record in enumerate(records):
        values[row] = record.get(name)
    return values
