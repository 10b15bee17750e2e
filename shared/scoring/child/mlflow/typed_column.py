"""A column whose values have types, cast to the signature's: exactly, or refused with the row."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .cast import (
    FLOATS,
    INTEGERS,
    bounds,
    to_boolean,
    to_bytes,
    to_float,
    to_integer,
    to_moment,
)
from .failure import Unfit
from .nested import fit_nested

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .signature import Column

VERSION = tuple(int(part) for part in pd.__version__.split(".")[:2])
_ISO: dict[str, Any] = {"format": "ISO8601"} if VERSION >= (2, 0) else {}
# Where pandas says it is in what it was given, which is not the file.
_POSITION = re.compile(r",?(?: present)? at position \d+")
# pandas has it since 1.0; nothing is a new object.
_NA: Any = getattr(pd, "NA", object())
# What pandas makes of a column of text by itself.
TEXT: Any = "str" if VERSION >= (3, 0) else object


def fit(values: Any, column: Column) -> Any:
    """`values` is a numpy array: of numbers, booleans or moments, or of Python objects."""
    if column.nested is not None:
        return each(values, column, lambda value: fit_nested(value, column.nested))
    if column.is_tensor and any(isinstance(value, (list, np.ndarray)) for value in values[:1]):
        return each(values, column, lambda value: _vector(value, column.type))
    fast = _as_it_is(values, column.type)
    return _by_cell(values, column) if fast is None else fast


def narrow(wide: Any, kind: str) -> Any:
    """Doubles as a smaller float, or None when one of them would become infinite."""
    with np.errstate(over="ignore"):
        small = wide.astype(FLOATS[kind])
    return small if (np.isinf(small) == np.isinf(wide)).all() else None


def to_small_float(text: str, kind: str) -> float:
    number = to_float(text)
    if kind != "double" and narrow(np.array([number]), kind) is None:
        bits = FLOATS[kind][len("float") :]
        raise ValueError(f"{text.strip()} does not fit into a {bits}-bit float")
    return number


def each(values: Iterable[Any], column: Column, cast: Callable[[Any], Any]) -> list[Any]:
    cells = []
    for row, value in enumerate(values):
        try:
            cells.append(cast(value))
        except (ValueError, ArithmeticError, TypeError) as error:
            raise Unfit(f"{error} (column {column.name!r}, row {row})") from error
    return cells


def empty(column: Column) -> Any:
    """No values, in the type that some would have."""
    kind = column.type
    if kind == "string":
        return pd.Series([], dtype=TEXT)
    dtypes = {"boolean": "bool", "datetime": "datetime64[ns]", **FLOATS, **INTEGERS}
    return np.array([], dtype=dtypes.get(kind, "O"))


def booleans(values: Iterable[Any], column: Column, cast: Callable[[Any], bool | None]) -> Any:
    """As objects where some are missing: as a boolean, None would be False."""
    cells = each(values, column, cast)
    if None not in cells:
        return np.array(cells, dtype=np.bool_)
    if column.is_tensor:
        row = cells.index(None)
        raise Unfit(f"a blank value cannot be a boolean (column {column.name!r}, row {row})")
    return np.array(cells, dtype=object)


def to_timestamp(value: Any) -> Any:
    """One moment, as `datetimes` has it."""
    moment = _moment(value)
    return None if moment is None else _alone_utc(moment)


def is_missing(value: Any) -> bool:
    """None, NaN, NaT, or what pandas has for a missing value."""
    if isinstance(value, (list, dict, np.ndarray)):
        return False
    return value is None or value is _NA or value is pd.NaT or bool(value != value)  # noqa: PLR0124


def datetimes(values: Any, column: Column) -> Any:
    """Times with an offset become UTC. A bare number is no moment: nobody knows its unit."""
    is_typed = getattr(values.dtype, "kind", "") == "M"
    moments = values if is_typed else each(values.tolist(), column, _moment)
    try:
        return _utc(moments)
    except (ValueError, ArithmeticError, TypeError) as error:
        each(moments, column, _alone_utc)  # names the row
        raise Unfit(f"{_reason(error)} (column {column.name!r})") from error


def _utc(moments: Any) -> Any:
    series = pd.Series(pd.to_datetime(moments, utc=True, **_ISO))
    return series.dt.tz_localize(None).astype("datetime64[ns]")


def _alone_utc(moment: Any) -> Any:
    try:
        return _utc([moment]).iloc[0]
    except (ValueError, ArithmeticError, TypeError) as error:
        raise ValueError(_reason(error)) from error


def _reason(error: Exception) -> str:
    first = " ".join(str(error).split()).split(". ")[0]
    return _POSITION.sub("", first)


def _as_it_is(values: Any, kind: str) -> Any:
    """The whole column at once, or None when some value needs a closer look."""
    if values.dtype.kind == "O":
        values = _of_one_type(values, kind)
    dtype_kind = values.dtype.kind
    if kind in FLOATS and dtype_kind in "iuf":
        return narrow(values.astype(np.float64), kind)
    if kind in INTEGERS and (dtype_kind in "iu" or _is_whole(values)):
        least, greatest = bounds(kind)
        fits = least <= int(values.min()) and int(values.max()) <= greatest
        return values.astype(INTEGERS[kind]) if fits else None
    return values if kind == "boolean" and dtype_kind == "b" else None


def _of_one_type(values: Any, kind: str) -> Any:
    """Objects that are all of Python's type for `kind` as an array of it; others as they are."""
    types = set(map(type, values.tolist()))
    try:
        if kind in FLOATS and types <= {int, float, type(None)}:
            return values.astype(np.float64)
        if kind in INTEGERS and types == {int}:
            return values.astype(np.int64)
    except OverflowError:
        return values
    return values.astype(np.bool_) if kind == "boolean" and types == {bool} else values


def _is_whole(values: Any) -> bool:
    """Whether all are whole numbers, small enough to be exact as a double."""
    if values.dtype.kind != "f":
        return False
    return bool(((values == np.trunc(values)) & (np.abs(values) < 2**53)).all())


def _by_cell(values: Any, column: Column) -> Any:
    kind = column.type
    if kind == "datetime":
        return datetimes(values, column)
    if kind == "string":
        return pd.Series(each(_objects(values), column, _text), dtype=TEXT)
    if kind in FLOATS:
        cells = each(_objects(values), column, lambda value: to_small_float(_written(value), kind))
        return np.array(cells, dtype=FLOATS[kind])
    if kind in INTEGERS:
        cells = each(_objects(values), column, lambda value: to_integer(_written(value), kind))
        return np.array(cells, dtype=INTEGERS[kind])
    if kind == "boolean":
        return booleans(_objects(values), column, _truth)
    return each(_objects(values), column, _bytes)


def _objects(values: Any) -> list[Any]:
    """Numbers as Python's own, which tell their exact value."""
    return list(values.tolist())


def _written(value: Any) -> str:
    """A number as its text: the rules for csv hold here too."""
    if isinstance(value, (list, dict, np.ndarray, bool, bytes, date)):
        raise TypeError(f"{value!r} is not a number")
    return "" if is_missing(value) else str(value)


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else to_boolean(_written(value))


def _text(value: Any) -> Any:
    """Of what is no text only whole numbers become it: 0.1 has many spellings, 7 has one."""
    if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, (list, dict, np.ndarray)) or not is_missing(value):
        raise TypeError(f"{value!r} is not a text")
    return np.nan


def _bytes(value: Any) -> Any:
    """Text is base64: JSON has no other way to say bytes."""
    if isinstance(value, str):
        return to_bytes(value)
    if is_missing(value) or isinstance(value, bytes):
        return None if is_missing(value) else value
    raise TypeError(f"{value!r} is not binary")


def _moment(value: Any) -> Any:
    if isinstance(value, (list, dict, np.ndarray)):
        raise TypeError(f"{value!r} is not a date")
    if is_missing(value):
        return None
    if not isinstance(value, (str, date)):
        raise TypeError(f"{value!r} is not a date: write ISO 8601")
    return to_moment(value) if isinstance(value, str) else value


def _vector(value: Any, kind: str) -> Any:
    """One row's share of a tensor, in the tensor's own type."""
    dtype = np.dtype(FLOATS.get(kind) or INTEGERS.get(kind) or {"boolean": "bool"}.get(kind, "O"))
    array = np.array(value.tolist() if isinstance(value, np.ndarray) else value)
    if dtype.kind == "O":
        return array.astype(object)
    if array.dtype.kind not in "biuf":
        raise TypeError("the list holds more than numbers, or its parts differ in length")
    cast = array.astype(dtype)
    if dtype.kind in "biu" and not (cast == array).all():
        raise ValueError(f"the list holds numbers that do not fit into {dtype.name}")
    return cast
