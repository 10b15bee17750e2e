"""Lists and objects inside a column, cast to the nested types that newer signatures have.

MLflow checks their shape itself; but it refuses 1 where a double belongs, and every number of a
JSON file where a 32-bit float does. A list stays a list, and an array, as parquet has it, an array:
to a model they are not the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .cast import FLOATS, INTEGERS, bounds

if TYPE_CHECKING:
    from collections.abc import Sequence


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
    if hasattr(kind, "dtype") and isinstance(value, list):
        return _list([fit_nested(inner, kind.dtype) for inner in value], kind.dtype)
    if hasattr(kind, "dtype") and isinstance(value, np.ndarray):
        return _array(value, kind)
    return _scalar(value, str(getattr(kind, "name", "")))


def objects(values: Sequence[Any]) -> Any:
    """One array of them, whatever they are."""
    array = np.empty(len(values), dtype=object)
    for index, value in enumerate(values):
        array[index] = value
    return array


def _array(values: Any, kind: Any) -> Any:
    """Parts of different lengths, of which MLflow cannot make its array, as the lists of JSON."""
    word = getattr(kind.dtype, "name", "")
    if word:
        dtype = FLOATS.get(word) or INTEGERS.get(word)
        return _cast(values, dtype) if dtype and values.dtype.kind in "iuf" else values
    fitted = [fit_nested(inner, kind.dtype) for inner in values]
    try:
        np.array(fitted)
    except ValueError:
        return fit_nested(_listed(values), kind)
    return objects(fitted)


def _cast(values: Any, dtype: str) -> Any:
    """Whole, or as it is: an integer must be the same one, and a number not become infinite."""
    with np.errstate(all="ignore"):
        cast = values.astype(dtype)
        if cast.dtype.kind == "f":
            is_exact = (np.isinf(cast) == np.isinf(values)).all()
        else:
            is_exact = (cast == values).all() and ((cast < 0) == (values < 0)).all()
    return cast if is_exact else values


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _listed(inner) for key, inner in value.items()}
    return [_listed(inner) for inner in value] if isinstance(value, np.ndarray) else value


def _list(values: list[Any], kind: Any) -> Any:
    """Numbers of a type that Python has none of as an array: a list would not show their type."""
    word = getattr(kind, "name", "")
    if word in ("double", "long"):
        return [value.item() if isinstance(value, np.generic) else value for value in values]
    dtype = FLOATS.get(word) or INTEGERS.get(word)
    blank = (type(None),) if word in FLOATS else ()
    if dtype and all(isinstance(value, (np.generic, *blank)) for value in values):
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
