"""A csv file as the table a model wants: fast when the file is right, precise when it is wrong.

1. pandas infers the columns, except those that must stay text.
2. A column that came out as the signature wants it, or converts exactly, is taken as it is.
3. Any other is read again as text and cast cell by cell, which finds the cell at fault.
"""

from __future__ import annotations

import csv
import warnings
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .cast import INTEGER_BITS, MISSING, to_boolean, to_float, to_integer
from .failure import Unfit, Unreadable
from .signature import wanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from .signature import Column

_AS_TEXT = ("string", "datetime")
_FLOAT32_MAX = float(np.finfo(np.float32).max)
# Older pandas rounds the last digit of some numbers unless it is told not to.
_VERSION = tuple(int(part) for part in pd.__version__.split(".")[:2])
_EXACT: dict[str, Any] = {"float_precision": "round_trip"} if _VERSION < (3, 1) else {}
_ISO: dict[str, Any] = {"format": "ISO8601"} if _VERSION >= (2, 0) else {}
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read(path: str, schema: Any) -> pd.DataFrame:
    """Raises `Unreadable` when the file is no csv, and `Unfit` when it is not the model's."""
    data = Path(path).read_bytes()
    _require_utf8(data)
    raw = _header(data)
    header = raw if len(set(raw)) == len(raw) and all(raw) else list(_parse(data, nrows=0).columns)
    columns = wanted(schema, header)
    if columns is None:
        return _parse(data)
    _require_unambiguous(raw, columns)
    frame = _parse(
        data,
        dtype={column.name: str for column in columns if column.type in _AS_TEXT},
        na_values={
            column.name: [""] if column.type in _AS_TEXT else list(MISSING) for column in columns
        },
        keep_default_na=False,
    )
    return _fitted(frame[[column.name for column in columns]], columns, data)


def _text(data: bytes) -> TextIOWrapper:
    return TextIOWrapper(BytesIO(data), "utf-8-sig", newline="")


def _require_utf8(data: bytes) -> None:
    try:
        _ = data.isascii() or data.decode("utf-8")
    except UnicodeDecodeError as error:
        looks = "looks like UTF-16" if data[:2] in _UTF16_MARKS else "is not UTF-8"
        raise Unreadable(
            f"The file's encoding {looks}: byte 0x{data[error.start]:02x} "
            f"at position {error.start}. Save it as UTF-8"
        ) from error


def _header(data: bytes) -> list[str]:
    """The names as they are written: pandas renames the second of two equal ones."""
    try:
        header = next((row for row in csv.reader(_text(data)) if any(row)), None)
    except csv.Error as error:
        raise Unreadable(f"The header cannot be read: {error}") from error
    if header is None:
        raise Unreadable("The file is empty: it has no header")
    return header


def _parse(data: bytes, **options: Any) -> pd.DataFrame:
    """Without `usecols`: with it pandas cuts overlong rows in silence, and columns shift."""
    options = {"index_col": False, "low_memory": False, **_EXACT, **options}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return _dataframe(data, options)
    except pd.errors.ParserWarning as error:
        if not _is_surplus_blank(data):
            raise Unreadable("The first row has more values than the header has names") from error
    except (ValueError, OverflowError) as error:
        raise Unreadable(" ".join(str(error).split())) from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.ParserWarning)
        return _dataframe(data, options)


def _dataframe(data: bytes, options: dict[str, Any]) -> pd.DataFrame:
    frame: pd.DataFrame = pd.read_csv(BytesIO(data), **options)
    return frame


def _is_surplus_blank(data: bytes) -> bool:
    """Whether rows are longer than the header only by commas at their end."""
    width = len(_header(data))
    return not any(any(row[width:]) for row in csv.reader(_text(data)))


def _require_unambiguous(raw: list[str], columns: tuple[Column, ...]) -> None:
    """Two columns of one name are refused, unless the model knows the second as 'name.1'.

    That is what it was called when the model was trained from such a file.
    """
    known = {column.name for column in columns}
    for column in columns:
        count = raw.count(column.name)
        if count > 1 and f"{column.name}.1" not in known:
            raise Unfit(f"The file has {count} columns named {column.name!r}")


def _fitted(frame: pd.DataFrame, columns: tuple[Column, ...], data: bytes) -> pd.DataFrame:
    if frame.empty:
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


def _as_inferred(values: pd.Series[Any], kind: str) -> Any:
    """The column in its final type, or None when pandas inferred something else."""
    inferred = values.dtype.kind
    if kind == "string":
        return values
    if kind == "boolean" and inferred == "b":
        return values
    if kind == "long" and inferred == "i":
        return values
    if kind == "integer" and inferred == "i":
        narrow = values.astype(np.int32)
        return narrow if (narrow == values).all() else None
    if kind in ("float", "double") and inferred in "if":
        wide = values.astype(np.float64)
        return wide if kind == "double" else _narrow(wide)
    return None


def _narrow(wide: pd.Series[Any]) -> Any:
    """As 32-bit floats, or None when one of them would become infinite."""
    finite = wide[np.isfinite(wide)]
    return None if (finite.abs() > _FLOAT32_MAX).any() else wide.astype(np.float32)


def _as_cast(texts: pd.Series[Any], column: Column) -> Any:
    if column.type in INTEGER_BITS:
        numbers = _cells(texts, column, lambda text: to_integer(text, column.type))
        return np.array(numbers, dtype=f"int{INTEGER_BITS[column.type]}")
    if column.type == "boolean":
        return np.array(_cells(texts, column, to_boolean), dtype=np.bool_)
    if column.type == "datetime":
        return _datetimes(texts, column)
    if column.type == "float":
        return np.array(_cells(texts, column, _to_float32), dtype=np.float32)
    return np.array(_cells(texts, column, to_float), dtype=np.float64)


def _to_float32(text: str) -> float:
    number = to_float(text)
    if np.isfinite(number) and abs(number) > _FLOAT32_MAX:
        raise ValueError(f"{text.strip()} does not fit into a 32-bit float")
    return number


def _cells(texts: pd.Series[Any], column: Column, cast: Callable[[str], Any]) -> list[Any]:
    cells = []
    for row, text in enumerate(texts):
        try:
            cells.append(cast(text))
        except ValueError as error:
            raise Unfit(f"{error} (column {column.name!r}, row {row})") from error
    return cells


def _datetimes(texts: pd.Series[Any], column: Column) -> Any:
    """ISO 8601 only: 01/02/2020 is two days. Times with an offset become UTC."""
    stripped: Any = [text.strip() or None for text in texts]
    try:
        moments = pd.Series(pd.to_datetime(stripped, utc=True, **_ISO))
        return moments.dt.tz_localize(None).astype("datetime64[ns]")
    except (ValueError, OverflowError) as error:
        first = " ".join(str(error).split()).split(". ")[0]
        raise Unfit(f"{first} (column {column.name!r})") from error
