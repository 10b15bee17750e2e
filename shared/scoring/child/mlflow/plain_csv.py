"""Csv of plain numbers and words, read at once by arrow: one file, or several of one header.

It gives the frame that `csv_table` gives, or None. A look at the bytes finds what readers of csv
understand in different ways - quotes, lone CRs, blank lines, numbers that only some read - and
arrow refuses rows of other lengths and cells that are not of the signature's type.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .cast import FLOATS, INTEGERS, MISSING
from .failure import FileFailed
from .headers import matched
from .type_hints import Hinted
from .typed_column import TEXT, datetimes, narrow
from .typed_table import label_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .signature import Column

_BOM = b"\xef\xbb\xbf"
# Arrow of before was not compared.
_OLDEST_ARROW = 12
# Of columns of numbers, what arrow reads and Python does not: '0x1F', 'nan(1)'.
# One byte is found faster than two.
_DOUBTFUL_IN_NUMBERS = ((b"x", b"0x"), (b"X", b"0X"), (b"(", b"("))
# Where all of a column are whole numbers pandas reads no sign of it.
_NEGATIVE_ZERO = re.compile(rb"-0+[ \t]*[,\n]")
_TYPES = {
    **dict.fromkeys(FLOATS, "float64"),
    **dict.fromkeys(INTEGERS, "int64"),
    "boolean": "bool_",
    "string": "string",
    "datetime": "string",
}
_TEXTS = ("string", "datetime")


@dataclass(frozen=True)
class Lines:
    """A file in which each line is a row, and commas part its cells; `body` ends with a LF."""

    header: bytes
    body: bytes
    rows: int


@dataclass(frozen=True)
class Table:
    """Several files' rows, one behind the other."""

    columns: tuple[Column, ...]
    values: dict[str, Any]
    rows: int

    def frame(self, start: int, stop: int) -> pd.DataFrame:
        """Some of the rows, as the file that has them alone would be read."""
        parts = {
            column.name: _series(self.values[column.name][start:stop], column.type)
            for column in self.columns
        }
        return label_columns(pd.DataFrame(parts), self.columns)


def look(data: bytes) -> Lines | None:
    """None where a line or a cell may be another than it seems."""
    if b'"' in data or b"\0" in data:
        return None
    if b"\r" in data:
        if data.count(b"\r") != data.count(b"\r\n"):
            return None
        data = data.replace(b"\r\n", b"\n")
    at = data.find(b"\n") + 1
    body = data[at:]
    if not at or not body or body.startswith((b"\n", _BOM)):
        return None
    header = data[len(_BOM) if data.startswith(_BOM) else 0 : at - 1]
    if b"," not in header and (b" " in data or b"\t" in data):
        return None  # a line of blanks is no row to pandas
    if not body.endswith(b"\n"):
        body += b"\n"
    return Lines(header, body, body.count(b"\n"))


def read(files: Sequence[Lines], schema: Any) -> Table | None:
    """Files of one header as one table; None where any of it is to be read with care."""
    arrow = _arrow()
    columns = _columns(schema, files[0].header) if arrow is not None else None
    body = b"".join([file.body for file in files]) if len(files) > 1 else files[0].body
    if columns is None or _has_doubtful_numbers(body, columns):
        return None
    try:
        cells = _parsed(arrow, body, files[0].header.decode().split(","), columns)
    except arrow.ArrowException:
        return None
    values = {column.name: _values(cells.column(column.name), column) for column in columns}
    # Blank lines are no rows to arrow, and lines to `look`.
    is_whole = cells.num_rows == sum(file.rows for file in files)
    if not is_whole or any(found is None for found in values.values()):
        return None
    if _has_negative_zero(columns, values) and _NEGATIVE_ZERO.search(body):
        return None
    return Table(columns, values, cells.num_rows)


def _arrow() -> Any:
    """Where it is loaded anyway, as pandas of today and whole MLflow do."""
    arrow = sys.modules.get("pyarrow")
    if arrow is None or int(arrow.__version__.split(".")[0]) < _OLDEST_ARROW:
        return None
    import pyarrow.csv  # noqa: F401, PLC0415  # not where there is none

    return arrow


def _columns(schema: Any, header: bytes) -> tuple[Column, ...] | None:
    if schema is None or isinstance(schema, Hinted):
        return None
    try:
        names = header.decode().split(",")
        if len(set(names)) != len(names) or not all(name.strip(" \t") for name in names):
            return None
        columns = matched(schema, names, in_csv=True)
    except (UnicodeDecodeError, FileFailed):
        return None
    if not columns or not all(column.type in _TYPES for column in columns):
        return None
    return columns


def _has_doubtful_numbers(body: bytes, columns: Sequence[Column]) -> bool:
    has_numbers = any(column.type in FLOATS or column.type in INTEGERS for column in columns)
    return has_numbers and any(byte in body and mark in body for byte, mark in _DOUBTFUL_IN_NUMBERS)


def _parsed(arrow: Any, body: bytes, names: list[str], columns: Sequence[Column]) -> Any:
    csv = arrow.csv
    types = {column.name: getattr(arrow, _TYPES[column.type])() for column in columns}
    return csv.read_csv(
        arrow.BufferReader(body),
        csv.ReadOptions(
            use_threads=False, block_size=min(len(body) + 1, 1 << 27), column_names=names
        ),
        csv.ParseOptions(quote_char=False, double_quote=False),
        csv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            null_values=list(MISSING),
            strings_can_be_null=False,
        ),
    )


def _values(cells: Any, column: Column) -> Any:
    """As an array in its final type; None where a value does not fit, or is missing and may not."""
    kind = column.type
    if kind in _TEXTS:
        texts = cells.to_numpy()
        return _moments(texts, column) if kind == "datetime" else texts
    if kind in FLOATS:
        wide = cells.to_numpy()
        return wide if kind == "double" else narrow(wide, kind)
    if cells.null_count:
        return None
    values = cells.to_numpy()
    if kind in ("boolean", "long"):
        return values
    small = values.astype(INTEGERS[kind])
    return small if (small == values).all() else None


def _moments(texts: Any, column: Column) -> Any:
    try:
        return datetimes(texts, column).to_numpy()
    except FileFailed:
        return None


def _has_negative_zero(columns: Sequence[Column], values: dict[str, Any]) -> bool:
    floats = [values[column.name] for column in columns if column.type in FLOATS]
    return any(bool((np.signbit(one) & (one == 0)).any()) for one in floats)


def _series(values: Any, kind: str) -> Any:
    if kind != "string":
        return values
    texts = values.copy()
    texts[texts == ""] = np.nan
    return pd.Series(texts, dtype=TEXT)
