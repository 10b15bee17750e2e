"""Lists and objects inside a column, cast to the nested types that newer signatures have.

MLflow checks their shape itself; but it refuses 1 where a double belongs, and every number of a
JSON file where a 32-bit float does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .cast import FLOATS, INTEGERS, bounds


def fit_nested(value: Any, kind: Any) -> Any:
    """What does not fit is left as it is: MLflow refuses it by its own rules."""
    if hasattr(kind, "properties") and isinstance(value, dict):
        types = {entry.name: entry.dtype for entry in kind.properties}
        return {
            key: fit_nested(inner, types[key]) if key in types else inner
            for key, inner in value.items()
        }
    if hasattr(kind, "value_type") and isinstance(value, dict):
        return {key: fit_nested(inner, kind.value_type) for key, inner in value.items()}
    if hasattr(kind, "dtype") and isinstance(value, (list, np.ndarray)):
        return _list([fit_nested(inner, kind.dtype) for inner in value], kind.dtype)
    return _scalar(value, str(getattr(kind, "name", "")))


def _list(values: list[Any], kind: Any) -> Any:
    """Numbers of a type that Python has none of as an array: a list would not show their type."""
    word = getattr(kind, "name", "")
    if word in ("double", "long"):
        return [value.item() if isinstance(value, np.generic) else value for value in values]
    dtype = FLOATS.get(word) or INTEGERS.get(word)
    if dtype and all(isinstance(value, np.generic) for value in values):
        return np.array(values, dtype=dtype)
    return values


def _scalar(value: Any, word: str) -> Any:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        return value
    if word in FLOATS:
        return np.dtype(FLOATS[word]).type(value)
    if word in INTEGERS and float(value).is_integer():
        least, greatest = bounds(word)
        return np.dtype(INTEGERS[word]).type(value) if least <= value <= greatest else value
    return value
