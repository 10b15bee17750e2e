"""What predict() returned, as the final lines of the output.

`row,prediction,file` for a table; for an image, which has no rows, `prediction,file`.
A prediction of several columns has several values.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from itertools import accumulate, repeat
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from . import number_text
from .failure import BadPrediction

if TYPE_CHECKING:
    from collections.abc import Sequence


def lines(prediction: Any, rows: int, name: str) -> bytes:
    """One line per row of the file, numbered from 0."""
    columns = _columns(prediction)
    for column in columns or [[]]:
        if len(column) != rows:
            raise BadPrediction(f"predict() returned {len(column)} predictions for {rows} rows")
    return _written([np.arange(rows), *columns], name)


def line(prediction: Any, name: str) -> bytes:
    """The one line of a file that is one sample, with or without a batch around it."""
    columns = _columns(_batch_of_one(prediction))
    for column in columns or [[]]:
        if len(column) != 1:
            raise BadPrediction(f"predict() returned {len(column)} predictions for one image")
    return _written(columns, name)


def split(prediction: Any, counts: Sequence[int]) -> list[Any]:
    """The prediction of several files, cut into the files' own."""
    ends = list(accumulate(counts))
    if isinstance(prediction, Mapping):
        parts = {key: split(values, counts) for key, values in prediction.items()}
        return [{key: parts[key][i] for key in parts} for i in range(len(counts))]
    prediction = _array_of(prediction)
    if isinstance(prediction, str) or not hasattr(prediction, "__getitem__"):
        raise BadPrediction("The prediction cannot be cut")
    if len(prediction) != ends[-1]:
        raise BadPrediction(f"{len(prediction)} predictions for {ends[-1]} rows")
    by_row = prediction.iloc if isinstance(prediction, (pd.DataFrame, pd.Series)) else prediction
    return [by_row[end - count : end] for count, end in zip(counts, ends)]  # noqa: B905  # 3.7


def _written(columns: list[Any], name: str) -> bytes:
    """Numbers need no quotes, and most predictions are numbers."""
    if all(isinstance(column, np.ndarray) for column in columns):
        return number_text.lines(columns, _end_of_line(name))
    cells = [
        number_text.listed(column) if isinstance(column, np.ndarray) else column
        for column in columns
    ]
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(zip(*cells, repeat(name)))
    return text.getvalue().encode()


def _end_of_line(name: str) -> str:
    """With quotes around the name, if it needs them."""
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow([0, name])
    return text.getvalue()[1:]


def _batch_of_one(prediction: Any) -> Any:
    if isinstance(prediction, Mapping):
        return {key: _batch_of_one(value) for key, value in prediction.items()}
    prediction = _array_of(prediction)
    if isinstance(prediction, (pd.DataFrame, pd.Series, list, tuple)):
        return prediction
    return prediction if getattr(prediction, "ndim", 0) else [prediction]


def _columns(prediction: Any) -> list[Any]:
    """Each is a numpy array of plain numbers, or a list of cells."""
    if isinstance(prediction, pd.DataFrame):
        return [_cells(prediction.iloc[:, index]) for index in range(prediction.shape[1])]
    if isinstance(prediction, Mapping):
        return [column for values in prediction.values() for column in _columns(values)]
    prediction = _array_of(prediction)
    if isinstance(prediction, np.ndarray) and prediction.ndim:
        return _of_array(prediction)
    if isinstance(prediction, (pd.Series, pd.Index)):
        return [_cells(prediction)]
    if isinstance(prediction, (list, tuple)):
        return _of_list(prediction)
    raise BadPrediction(
        f"predict() returned {type(prediction).__name__}, which is not one prediction per row"
    )


def _array_of(prediction: Any) -> Any:
    """A tensor of any framework, a sparse matrix or numpy's own matrix as a plain array."""
    if hasattr(prediction, "toarray"):
        return np.asarray(prediction.toarray())
    is_array = isinstance(prediction, np.ndarray) or hasattr(prediction, "__array__")
    is_known = isinstance(prediction, (pd.DataFrame, pd.Series, pd.Index, np.generic))
    return np.asarray(prediction) if is_array and not is_known else prediction


def _of_array(array: Any) -> list[Any]:
    if array.ndim == 1:
        return [_cells(array)]
    width = int(np.prod(array.shape[1:]))
    return [_cells(column) for column in array.reshape(array.shape[0], width).T]


def _of_list(elements: Any) -> list[Any]:
    """A list of equally long vectors is a table; any other list is one column."""
    widths = {_width(element) for element in elements}
    if len(widths) == 1 and 0 not in widths:
        return [[_cell(row[index]) for row in elements] for index in range(widths.pop())]
    return [[_cell(element) for element in elements]]


def _width(element: Any) -> int:
    """The length of a vector, and 0 for anything else."""
    is_vector = isinstance(element, (list, tuple)) or getattr(element, "ndim", 0) == 1
    return len(element) if is_vector else 0


def _cells(values: Any) -> Any:
    array = values if isinstance(values, np.ndarray) else values.to_numpy()
    if array.dtype in (np.float32, np.float64) or array.dtype.kind in "biu":
        return array
    return [_cell(value) for value in array]


def _cell(value: Any) -> Any:
    """Floats in their shortest form that reads back the same, at their own precision."""
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, (np.float16, np.float32)):
        return float(str(value))
    if isinstance(value, float):
        return float(value)
    if isinstance(value, (np.datetime64, np.timedelta64)) and np.isnat(value):
        return ""
    return str(value)
