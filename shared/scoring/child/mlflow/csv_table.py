"""A csv file as the table a model wants: fast when the file is right, precise when it is wrong.

0. Plain numbers and words are read by arrow, in the signature's types: see `plain_csv`.
1. Of others pandas infers the columns, except those that must stay text.
2. A column that came out as the signature wants it, or converts exactly, is taken as it is.
3. Any other is read again as text and cast cell by cell, which finds the cell at fault.
"""

from __future__ import annotations

import csv
import re
import warnings
from io import BytesIO, TextIOWrapper
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from . import plain_csv
from .cast import FLOATS, INTEGERS, MISSING, to_boolean, to_bytes, to_integer
from .failure import Unreadable
from .headers import matched
from .signature import ANY, require_cells, require_unambiguous
from .text import utf8
from .type_hints import Hinted
from .typed_column import VERSION, booleans, datetimes, each, empty, narrow, to_small_float
from .typed_table import label_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .signature import Column

# A cell may be as long as it likes: pandas knows no limit.
csv.field_size_limit(2**31 - 1)

_AS_TEXT = ("string", "datetime", "binary")
# Older pandas rounds the last digit of some numbers unless it is told not to.
_EXACT: dict[str, Any] = {"float_precision": "round_trip"} if VERSION < (3, 1) else {}
# Where pandas says which record has too many cells: blank lines count, and the header.
_RECORD = re.compile(r"(?<=fields in line )\d+")
# The columns that need nothing done to them, by what pandas inferred.
_AS_THEY_ARE = {"double": "float64", "long": "int64"}


def read(path: str, schema: Any, codec: str = "") -> Any:
    """Raises `Unreadable` when the file is no csv, and `Unfit` when it is not the model's."""
    return of_text(utf8(path, codec), schema)


def of_text(data: bytes, schema: Any) -> Any:
    """The same, of what was read."""
    lines = plain_csv.look(data)
    table = plain_csv.read([lines], schema) if lines is not None else None
    return of_any_text(data, schema) if table is None else table.frame(0, table.rows)


def of_any_text(data: bytes, schema: Any) -> Any:
    """The same, with care: it gives what `plain_csv` gives, and errors with their places."""
    if b"\0" in data:  # older pandas drops the rest of the cell
        raise Unreadable(f"The file has a NUL byte at position {data.index(0)}: it is no text")
    raw = _header(data)
    _refuse_surplus_values(data, len(raw))
    if isinstance(schema, Hinted):
        return schema.of_texts(raw, _parse(data, dtype=str, na_filter=False), _parse(data))
    header = raw if len(set(raw)) == len(raw) and all(raw) else list(_parse(data, nrows=0).columns)
    columns = matched(schema, header, in_csv=True)
    if columns is None:
        return _parse(data)
    require_unambiguous(raw, columns)
    require_cells(columns)
    frame = _parse(data, **_types(columns))
    fitted = _fitted(_chosen(frame, [column.name for column in columns]), columns, data)
    return label_columns(fitted, columns)


def read_texts(path: str, codec: str = "") -> dict[str, list[str]]:
    """All columns as they are written, of a file that was read before."""
    frame = _parse(utf8(path, codec), dtype=str, na_filter=False)
    return {str(name): frame.iloc[:, at].tolist() for at, name in enumerate(frame.columns)}


def _types(columns: tuple[Column, ...]) -> dict[str, Any]:
    """Which columns stay text, and what stands for a missing value in each."""
    texts = {column.name: str for column in columns if column.type in _AS_TEXT}
    if not texts:  # one list for all columns: it parses faster than one for each
        return {"na_values": MISSING, "keep_default_na": False}
    blanks = {column.name: [""] if column.name in texts else list(MISSING) for column in columns}
    return {"dtype": texts, "na_values": blanks, "keep_default_na": False}


def _chosen(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return frame if list(frame.columns) == names else frame[names]


def _text(data: bytes) -> TextIOWrapper:
    return TextIOWrapper(BytesIO(data), "utf-8-sig", newline="")


def _rows(data: bytes) -> Iterator[list[str]]:
    """As they are written, without the lines that pandas takes for empty."""
    rows = csv.reader(_text(data))
    return (row for row in rows if len(row) > 1 or "".join(row).strip(" \t"))


def _header(data: bytes) -> list[str]:
    """The names as they are written: pandas renames the second of two equal ones."""
    header = next(_rows(data), None)
    if header is None:
        raise Unreadable("The file is empty: it has no header")
    return header


def _refuse_surplus_values(data: bytes, width: int) -> None:
    """Rows may be longer than the header only by commas at their end.

    Of the first row pandas before 1.3 drops the surplus in silence, and then of the others. A row
    that is longer than those before it is refused by every pandas, so the first is the one to see;
    but where lines end in CR alone, pandas may count the commas of two lines as one's.
    """
    first = next(islice(_rows(data), 1, None), [])
    is_doubtful = len(first) > width or data.count(b"\r") > data.count(b"\r\n")
    if is_doubtful and any(any(row[width:]) for row in _rows(data)):
        raise Unreadable("The first row has more values than the header has names")


def _parse(data: bytes, **options: Any) -> pd.DataFrame:
    """Without `usecols`: with it pandas cuts overlong rows in silence, and columns shift."""
    options = {"index_col": False, "low_memory": False, **_EXACT, **options}
    try:
        with warnings.catch_warnings():  # of commas at the end of rows
            warnings.simplefilter("ignore", pd.errors.ParserWarning)
            frame: pd.DataFrame = pd.read_csv(BytesIO(data), **options)
            return frame
    except (ValueError, OverflowError) as error:
        reason = " ".join(str(error).split())
        line = _RECORD.sub(lambda found: str(_line_of(data, int(found[0]))), reason, count=1)
        raise Unreadable(line) from error


def _line_of(data: bytes, record: int) -> int:
    """Where a record begins, with the line ends that are inside quotes."""
    rows = csv.reader(_text(data))
    for _ in islice(rows, record - 1):
        pass
    return rows.line_num + 1


def _fitted(frame: pd.DataFrame, columns: tuple[Column, ...], data: bytes) -> pd.DataFrame:
    if not len(frame):
        return pd.DataFrame({column.name: empty(column) for column in columns})
    if _is_fit(frame, columns):
        return frame
    fitted: dict[str, Any] = {}
    texts: pd.DataFrame | None = None
    for column in columns:
        values = _as_inferred(frame[column.name], column.type)
        if values is None:
            if texts is None:
                texts = _parse(data, dtype=str, na_filter=False)
            values = _as_cast(texts[column.name], column)
        fitted[column.name] = values
    return pd.DataFrame(fitted)


def _is_fit(frame: pd.DataFrame, columns: tuple[Column, ...]) -> bool:
    requested_types = [_AS_THEY_ARE.get(column.type, "") for column in columns]
    return requested_types == [str(dtype) for dtype in frame.dtypes]


def _as_inferred(values: pd.Series[Any], kind: str) -> Any:
    """The column in its final type, or None when pandas inferred something else."""
    inferred = values.dtype.kind
    if kind == ANY:
        return np.full(len(values), None) if values.isna().all() else values
    if kind == "string":
        return values
    if kind == "boolean" and inferred == "b":
        return values
    if kind in INTEGERS and inferred == "i":
        small = values.astype(np.dtype(INTEGERS[kind]))
        return small if (small == values).all() else None
    if kind in FLOATS and inferred in "if":
        wide = values.to_numpy().astype(np.float64)
        return wide if kind == "double" else narrow(wide, kind)
    return None


def _as_cast(texts: pd.Series[Any], column: Column) -> Any:
    kind = column.type
    if kind in INTEGERS:
        return np.array(each(texts, column, lambda text: to_integer(text, kind)), INTEGERS[kind])
    if kind == "boolean":
        return booleans(texts, column, to_boolean)
    if kind == "binary":
        return each(texts, column, lambda text: to_bytes(text) if text else None)
    if kind == "datetime":
        return datetimes(texts, column)
    return np.array(each(texts, column, lambda text: to_small_float(text, kind)), FLOATS[kind])
