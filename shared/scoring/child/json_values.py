"""Values of models and scripts as JSON has them: numbers stay numbers, and what is missing is null.

JSON knows no infinity: it is the text "Infinity", with its sign. What has no type in JSON is its
text; a text that stands for a time says so by its class, for files whose columns have types. The
library of a type is never imported here: who has a value of it has loaded it.
"""

from __future__ import annotations

import json
import math
import re
import sys
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NOTHING = object()
# Units of numpy's times that are days, and those that ISO 8601 has names for.
_DAYS, _TIMES = ("D",), ("h", "m", "s", "ms", "us", "ns")
_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


class Moment(str):
    """A date with its time."""

    __slots__ = ()


class Day(str):
    """A date."""

    __slots__ = ()


class Infinite(str):
    """A number beyond all others."""

    __slots__ = ()


def line(row: dict[str, Any]) -> str:
    """One object, of values that are JSON's already."""
    return _ENCODE(row) + "\n"


def lines(names: Sequence[str], columns: Iterable[Iterable[Any]]) -> str:
    """One object for each row."""
    return "".join(each(names, columns))


def each(names: Sequence[str], columns: Iterable[Iterable[Any]]) -> list[str]:
    return [line(dict(zip(names, row))) for row in zip(*columns)]  # noqa: B905  # 3.7


def column(values: Any) -> list[Any]:
    """Of a list, an array, or what pandas has."""
    dtype = getattr(values, "dtype", None)
    if hasattr(values, "to_numpy") and type(dtype).__module__.split(".")[0] == "numpy":
        values = values.to_numpy()  # a Series itself would widen the floats of 32 bits
    if getattr(dtype, "str", "")[1:] in ("i8", "f8", "b1") and not _is_masked(values):
        values = values.tolist()
    return [value_of(value) for value in values]


def value_of(value: Any) -> Any:
    """As JSON's own types."""
    if isinstance(value, (bool, str, int, float)):
        return _plain(value)
    if value is None or _is_missing(value):
        return None
    if isinstance(value, dict):
        return {str(key): value_of(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [value_of(inner) for inner in value]
    return _of_time(value) if isinstance(value, (date, time)) else _of_numpy(value)


def _of_time(value: Any) -> str:
    if isinstance(value, datetime):
        return Moment(value.isoformat())
    return Day(value.isoformat()) if isinstance(value, date) else str(value.isoformat())


def _plain(value: Any) -> Any:
    """Of Python's own types, and numpy's that are of them; an enum's own is its value."""
    if isinstance(value, float):
        return _number(float(value))
    if isinstance(value, bool):
        return value
    return int(value) if isinstance(value, int) else str.__str__(value)


def _number(value: float) -> Any:
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else Infinite("Infinity" if value > 0 else "-Infinity")


def _is_masked(values: Any) -> bool:
    return isinstance(values, _kind("numpy.ma", "MaskedArray"))


def _is_missing(value: Any) -> bool:
    """What pandas and numpy say instead of None."""
    marks = (("pandas", "NA"), ("pandas", "NaT"), ("numpy.ma", "masked"))
    return any(value is getattr(sys.modules.get(module), name, _NOTHING) for module, name in marks)


def _of_numpy(value: Any) -> Any:
    """A scalar, an array of any framework, or something else, which is its text."""
    if isinstance(value, _kind("numpy", "generic")):
        return _scalar(value)
    dense = value.toarray() if hasattr(value, "toarray") else value
    if isinstance(getattr(dense, "dtype", None), _kind("pandas.api.extensions", "ExtensionDtype")):
        return [value_of(inner) for inner in dense]
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(dense, "__array__"):
        return str(value)
    array = numpy.asanyarray(dense)
    return [value_of(inner) for inner in array] if array.ndim else value_of(array[()])


def _scalar(value: Any) -> Any:
    kind = value.dtype.kind
    if kind in "biuU":
        return value.item()
    if kind == "f":
        return _number(float(str(value)))  # as short as it is at its own precision
    if kind in "mM":
        return None if str(value) == "NaT" else _of_numpy_time(value)
    if kind == "V" and value.dtype.names:
        return {name: value_of(value[name]) for name in value.dtype.names}
    return str(value)


def _of_numpy_time(value: Any) -> str:
    unit = re.fullmatch(r"datetime64\[(\w+)\]", str(value.dtype))
    if unit and unit[1] in _TIMES:
        return Moment(value)
    return Day(value) if unit and unit[1] in _DAYS else str(value)


def _kind(module: str, name: str) -> Any:
    """A type that `isinstance` takes; nothing is of it while its library is not loaded."""
    kind = getattr(sys.modules.get(module), name, None)
    return kind if isinstance(kind, type) else ()
