"""What predict() returned, as the final lines of the output.

`row,prediction,file` for a table; for an image, which has no rows, `prediction,file`.
A prediction of several columns has several values.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate, repeat
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .. import number_text
from ..csv_lines import joined
from . import cell_text
from .failure import BadPrediction

if TYPE_CHECKING:
    from collections.abc import Sequence

    Columns = list[tuple[str, Any]]

_KNOWN = (pd.DataFrame, pd.Series, pd.Index, np.generic, np.ma.MaskedArray)


def lines(prediction: Any, rows: int, name: str, first: int = 0) -> bytes:
    """One line per row of the file, numbered from `first`."""
    return written(
        [np.arange(first, first + rows), *celled(columns_of_table(prediction, rows))], name
    )


def line(prediction: Any, name: str) -> bytes:
    """The one line of a file that is one sample, with or without a batch around it."""
    return written(celled(columns_of_one(prediction)), name)


def columns_of_table(prediction: Any, rows: int) -> Columns:
    """Name and values of each column, as long as the file; '' for the name of one without."""
    return _checked(_columns(prediction, rows), rows, f"{rows} rows")


def columns_of_one(prediction: Any) -> Columns:
    """The same of a file that is one sample, with or without a batch around it."""
    return _checked(_columns(_batch_of_one(prediction), 1), 1, "one image")


def _checked(columns: Columns, rows: int, what: str) -> Columns:
    for _, column in columns or [("", [])]:
        if len(column) != rows:
            raise BadPrediction(f"predict() returned {len(column)} predictions for {what}")
    return columns


def celled(columns: Columns) -> list[Any]:
    """Each is a numpy array of plain numbers, or a list of cells."""
    return [
        cell_text.listed(values) if isinstance(values, (list, tuple)) else cell_text.cells(values)
        for _, values in columns
    ]


def split(prediction: Any, counts: Sequence[int]) -> list[Any]:
    """The prediction of several files, cut into the files' own."""
    ends = list(accumulate(counts))
    if isinstance(prediction, Mapping):
        parts = {key: split(values, counts) for key, values in prediction.items()}
        return [{key: parts[key][i] for key in parts} for i in range(len(counts))]
    if _is_of_columns(prediction, ends[-1]):
        each = [split(values, counts) for values in prediction]
        return [tuple(values[i] for values in each) for i in range(len(counts))]
    prediction = _array_of(prediction)
    if isinstance(prediction, str) or not hasattr(prediction, "__getitem__"):
        raise BadPrediction("The prediction cannot be cut")
    if len(prediction) != ends[-1]:
        raise BadPrediction(f"{len(prediction)} predictions for {ends[-1]} rows")
    by_row = prediction.iloc if isinstance(prediction, (pd.DataFrame, pd.Series)) else prediction
    return [by_row[end - count : end] for count, end in zip(counts, ends)]  # noqa: B905  # 3.7


def written(columns: list[Any], name: str) -> bytes:
    """Numbers need no quotes, and most predictions are numbers."""
    if all(isinstance(column, np.ndarray) for column in columns):
        return number_text.lines(columns, joined([[0, name]])[1:])
    cells = [
        number_text.listed(column) if isinstance(column, np.ndarray) else column
        for column in columns
    ]
    return joined(zip(*cells, repeat(name))).encode()


def _batch_of_one(prediction: Any) -> Any:
    if isinstance(prediction, Mapping):
        return {key: _batch_of_one(value) for key, value in prediction.items()}
    prediction = _array_of(prediction)
    if isinstance(prediction, (pd.DataFrame, pd.Series, list, tuple)):
        return prediction
    return prediction if getattr(prediction, "ndim", 0) else [prediction]


def _columns(prediction: Any, rows: int) -> Columns:
    if isinstance(prediction, pd.DataFrame):
        names = map(str, prediction.columns)
        return [(name, prediction.iloc[:, index]) for index, name in enumerate(names)]
    if isinstance(prediction, Mapping):
        return _of_mapping(prediction, rows)
    if _is_of_columns(prediction, rows):
        return [column for values in prediction for column in _columns(values, rows)]
    prediction = _array_of(prediction)
    if isinstance(prediction, np.ndarray) and prediction.ndim:
        return _of_array(prediction)
    if isinstance(prediction, (pd.Series, pd.Index)):
        return [(prediction.name if isinstance(prediction.name, str) else "", prediction)]
    if isinstance(prediction, (list, tuple)):
        return _of_list(prediction)
    raise BadPrediction(
        f"predict() returned {type(prediction).__name__}, which is not one prediction per row"
    )


def _of_mapping(prediction: Any, rows: int) -> Columns:
    """A key that stands for several columns is the beginning of their names."""
    columns: Columns = []
    for key, values in prediction.items():
        inner = _columns(values, rows)
        names = [f"{key}_{name or number}" for number, (name, _) in enumerate(inner, 1)]
        names = [str(key)] if len(inner) == 1 else names
        columns += [(name, column) for name, (_, column) in zip(names, inner)]  # noqa: B905  # 3.7
    return columns


def _is_of_columns(prediction: Any, rows: int) -> bool:
    """A tuple of arrays or lists, each as long as the file: several outputs, as labels and scores.

    So is one of as many rows as columns, or its meaning would depend on the size of the file.
    """
    return (
        isinstance(prediction, tuple)
        and bool(prediction)
        and all(_length(values) == rows for values in prediction)
    )


def _length(values: Any) -> int:
    """Of a list, or of an array of any kind; -1 for anything else."""
    if isinstance(values, list):
        return len(values)
    return int(values.shape[0]) if getattr(values, "ndim", 0) else -1


def _array_of(prediction: Any) -> Any:
    """A tensor of any framework, a sparse matrix or numpy's own matrix as a plain array.

    Masked arrays stay: what they mask is missing. pandas' arrays become Series.
    """
    if isinstance(prediction, pd.api.extensions.ExtensionArray):
        return pd.Series(prediction)
    if hasattr(prediction, "toarray"):
        return np.asarray(prediction.toarray())
    is_array = isinstance(prediction, np.ndarray) or hasattr(prediction, "__array__")
    is_known = isinstance(prediction, _KNOWN)
    return np.asarray(prediction) if is_array and not is_known else prediction


def _of_array(array: Any) -> Columns:
    if array.ndim == 1:
        return [("", array)]
    width = int(np.prod(array.shape[1:]))
    return [("", column) for column in array.reshape(array.shape[0], width).T]


def _of_list(elements: Any) -> Columns:
    """A list of equally long vectors is a table; any other list is one column."""
    widths = {_width(element) for element in elements}
    if len(widths) == 1 and 0 not in widths:
        return [("", column) for column in zip(*elements)]  # noqa: B905  # 3.7
    return [("", elements)]


def _width(element: Any) -> int:
    """The length of a vector, and 0 for anything else."""
    is_vector = isinstance(element, (list, tuple)) or getattr(element, "ndim", 0) == 1
    return len(element) if is_vector else 0
