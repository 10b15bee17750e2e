"""What predict() returned, as the final lines of the output: `row,prediction,file`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd

from .failure import BadPrediction


def lines(prediction: Any, rows: int, name: str) -> bytes:
    """One line per row of the file; a prediction of several columns has several values."""
    columns = _columns(prediction)
    for column in columns or [[]]:
        if len(column) != rows:
            raise BadPrediction(f"predict() returned {len(column)} predictions for {rows} rows")
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(zip(range(rows), *columns, repeat(name)))
    return text.getvalue().encode()


def _columns(prediction: Any) -> list[list[Any]]:
    if isinstance(prediction, pd.DataFrame):
        return [_cells(prediction.iloc[:, index]) for index in range(prediction.shape[1])]
    if isinstance(prediction, Mapping):
        return [column for values in prediction.values() for column in _columns(values)]
    if isinstance(prediction, np.ndarray) and prediction.ndim:
        return _of_array(prediction)
    if isinstance(prediction, (pd.Series, pd.Index)):
        return [_cells(prediction)]
    if isinstance(prediction, (list, tuple)):
        return _of_list(prediction)
    raise BadPrediction(
        f"predict() returned {type(prediction).__name__}, which is not one prediction per row"
    )


def _of_array(array: Any) -> list[list[Any]]:
    if array.ndim == 1:
        return [_cells(array)]
    width = int(np.prod(array.shape[1:]))
    return [_cells(column) for column in array.reshape(array.shape[0], width).T]


def _of_list(elements: Any) -> list[list[Any]]:
    """A list of equally long vectors is a table; any other list is one column."""
    widths = {_width(element) for element in elements}
    if len(widths) == 1 and 0 not in widths:
        return [[_cell(row[index]) for row in elements] for index in range(widths.pop())]
    return [[_cell(element) for element in elements]]


def _width(element: Any) -> int:
    """The length of a vector, and 0 for anything else."""
    is_vector = isinstance(element, (list, tuple)) or getattr(element, "ndim", 0) == 1
    return len(element) if is_vector else 0


def _cells(values: Any) -> list[Any]:
    array = values if isinstance(values, np.ndarray) else values.to_numpy()
    if array.dtype == np.float64 or array.dtype.kind in "biu":
        return list(array.tolist())
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
