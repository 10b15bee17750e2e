"""A table whose values have types, as parquet and JSON have them, for a model's signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from .headers import matched
from .signature import require_unambiguous
from .typed_column import empty, fit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .signature import Column


def chosen(schema: Any, header: Sequence[str]) -> tuple[Column, ...] | None:
    """The columns to take; None when the model has no signature. Raises `Unfit`."""
    columns = matched(schema, header, in_csv=False)
    if columns is not None:
        require_unambiguous(header, columns)
    return columns


def fitted(columns: Sequence[Column], rows: int, values: Callable[[str], Any]) -> pd.DataFrame:
    """`values` gives the numpy array of a column. Raises `Unfit`."""
    fitted = {
        column.name: fit(values(column.name), column) if rows else empty(column)
        for column in columns
    }
    return label_columns(pd.DataFrame(fitted), columns)


def label_columns(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Under the model's own names."""
    if any(column.label is not None for column in columns):
        names = [column.name if column.label is None else column.label for column in columns]
        frame.columns = pd.Index(names, dtype=object)
    return frame
