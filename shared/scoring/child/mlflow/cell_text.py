"""One column of a prediction as cells: numbers as they are, anything else as its text, in full.

What is missing is blank. Arrays inside a cell are written as the lists they are: numpy's own text
of them is rounded, abbreviated and takes several lines.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

# pandas has it since 1.0; nothing is a new object.
_NA: Any = getattr(pd, "NA", object())
_OF_PANDAS = (pd.Series, pd.Index, pd.api.extensions.ExtensionArray)


class _Bare(str):
    """A number that Python has no type for: without quotes, in a list too."""

    __slots__ = ()
    __repr__ = str.__str__


def cells(values: Any) -> Any:
    """An array, a Series or an Index: an array of plain numbers, or a list of cells."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        return listed(values)
    if isinstance(values, np.ndarray) or isinstance(values.dtype, (np.dtype, pd.SparseDtype)):
        array = np.asarray(values)
        return _native(array) if _is_plain(array.dtype) else listed(array)
    return _of_extension(values)


def listed(values: Any) -> list[Any]:
    """NaN beside a text is a missing text: which of the two a Series holds is up to pandas."""
    texts = [cell(value) for value in values]
    if any(isinstance(value, str) for value in values):
        return ["" if text != text else text for text in texts]  # noqa: PLR0124  # nan
    return texts


def cell(value: Any) -> Any:
    """Floats in their shortest form that reads back the same, at their own precision."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float) and value is not pd.NaT:
        return float(value)
    plain = _plain(value)
    if plain is None or isinstance(plain, float):
        return "" if plain is None else plain
    return str(plain)


def _is_plain(dtype: Any) -> bool:
    return dtype.kind in "biu" or (dtype.kind == "f" and dtype.itemsize in (4, 8))


def _native(array: Any) -> Any:
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _of_extension(values: Any) -> Any:
    """The types of pandas itself: beside a missing value their numbers would become doubles."""
    is_missing = np.asarray(values.isna(), dtype=bool)
    present = values[~is_missing]
    kind = getattr(values.dtype, "numpy_dtype", None)
    is_number = isinstance(kind, np.dtype) and _is_plain(kind)
    some = cells(present.to_numpy(dtype=kind) if is_number else np.asarray(present, dtype=object))
    if not is_missing.any():
        return some
    texts = iter(listed(some))
    return ["" if missing else next(texts) for missing in is_missing]


def _plain(value: Any) -> Any:
    """As Python's own lists, dicts and numbers; None for what is missing."""
    if value is None or value is _NA or value is pd.NaT or value is np.ma.masked:
        return None
    if isinstance(value, np.generic):
        return _scalar(value)
    if isinstance(value, dict):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    for kind in (list, tuple, set, frozenset):
        if isinstance(value, kind):
            return kind(map(_plain, value))
    return _of_array(value)


def _of_array(value: Any) -> Any:
    """Of a tensor of any framework, and of what pandas has, too; what is no array stays."""
    if isinstance(value, _OF_PANDAS) and not isinstance(value.dtype, np.dtype):
        return [_plain(inner) for inner in value]
    dense = value.toarray() if hasattr(value, "toarray") else value
    return _nested(np.asanyarray(dense)) if hasattr(dense, "__array__") else value


def _nested(array: Any) -> Any:
    is_exact = array.dtype.kind in "biuSU" or array.dtype == np.float64
    if is_exact and not isinstance(array, np.ma.MaskedArray):
        return array.tolist()
    if not array.ndim:
        return _plain(array[()])
    return [_plain(inner) for inner in array]


def _scalar(value: Any) -> Any:
    kind = value.dtype.kind
    if kind in "biuSU" or isinstance(value, np.float64):
        return value.item()
    if isinstance(value, (np.float16, np.float32)):
        return float(str(value))
    if kind in "mM":
        return None if np.isnat(value) else str(value)
    if kind == "V" and value.dtype.names:
        return tuple(_plain(value[name]) for name in value.dtype.names)
    return _Bare(value)
