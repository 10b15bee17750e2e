"""What predict() returned, as rows whose columns have names: below a header, or as JSON objects.

Carried columns of the input, the prediction's, then the lineage. Without a lineage of its own a row
has its number and its file, as Azure ML's rows do: `row,prediction,file`.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import csv_lines, json_values, number_text
from ..framed_rows import check_partition, framed, without_partition
from ..messages import JSONL
from ..named_columns import (
    FILE,
    ROW,
    Header,
    WrongColumns,
    lineage_values,
    named,
    require_distinct,
)
from ..value_shapes import RowShapes
from . import prediction_rows
from .batches import Loaded, Rows, batch_of
from .failure import BadPrediction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..messages import RowForm

    Columns = list[tuple[str, Any]]


class WrongHeader(BadPrediction):
    """The rows cannot stand in the output."""

    stage = "write"


class NamedRows:
    """Of one mini-batch."""

    def __init__(self, form: RowForm, minibatch: int) -> None:
        self.header = Header(form)
        self.shapes = RowShapes()
        self._form = form
        self._values = lineage_values(form, minibatch)

    def rows_of(self, file: Loaded, prediction: Any) -> Rows:
        """Raises `BadPrediction`."""
        sample = file.sample
        if sample is None:
            return Rows()
        if sample.is_table:
            predicted = prediction_rows.columns_of_table(prediction, sample.rows)
        else:
            predicted = prediction_rows.columns_of_one(batch_of(sample, prediction))
        if not sample.rows:
            return Rows()
        names = named([name for name, _ in predicted])
        columns = [(name, values) for name, (_, values) in zip(names, predicted)]  # noqa: B905
        first, last = self._lineage(is_table=sample.is_table)
        ordered = [*first, *(name for name, _ in file.carried), *names, *last]
        try:
            self._accept(ordered)
            return Rows(sample.rows, self._written(file, columns, first, last))
        except WrongColumns as error:
            raise WrongHeader(str(error)) from error

    def _accept(self, names: list[str]) -> None:
        """What goes into the path of a file is not in the file."""
        if not self._form.partition:
            self.header.accept(names)
            return
        require_distinct(names)
        check_partition(names, self._form.partition)
        self.header.accept([name for name in names if name not in self._form.partition])

    def _lineage(self, *, is_table: bool) -> tuple[list[str], list[str]]:
        """What stands before the other columns, and behind them."""
        if self._form.lineage is None:
            return [ROW] if is_table else [], [FILE]
        return [], list(self._form.lineage)

    def _written(
        self, file: Loaded, predicted: Columns, first: list[str], last: list[str]
    ) -> bytes:
        rows = file.sample.rows if file.sample else 0
        form, is_json = self._form, self._form.format == JSONL
        if not is_json and form.lineage is None and not file.carried and not form.layout:
            numbers = [np.arange(file.first_row, file.first_row + rows)] if first else []
            return prediction_rows.written(
                [*numbers, *prediction_rows.celled(predicted)], file.name
            )
        make = _typed if is_json else _cells
        columns = [
            *(self._of_lineage(name, file, rows) for name in first),
            *make([*file.carried, *predicted]),
            *(self._of_lineage(name, file, rows) for name in last),
        ]
        names = [*first, *(name for name, _ in [*file.carried, *predicted]), *last]
        return self._encoded(names, columns, repeat(file.key, rows))

    def _encoded(self, names: list[str], columns: list[Any], keys: Iterable[str]) -> bytes:
        form = self._form
        if form.is_typed or form.partition:
            columns = [list(column) for column in columns]
        if form.partition:
            names, columns, keys = without_partition(names, columns, form.partition)
        is_json = form.format == JSONL
        lines = json_values.each(names, columns) if is_json else csv_lines.each(zip(*columns))  # noqa: B905  # 3.7
        written = b"".join(framed(keys, lines)) if form.layout else "".join(lines).encode()
        if form.is_typed:
            self.shapes.note(names, columns)
        return written

    def _of_lineage(self, name: str, file: Loaded, rows: int) -> Any:
        if name == ROW:
            return range(file.first_row, file.first_row + rows)
        return repeat(file.name if name == FILE else self._values[name], rows)


def _cells(columns: Columns) -> list[Any]:
    cells = prediction_rows.celled(columns)
    return [number_text.listed(one) if isinstance(one, np.ndarray) else one for one in cells]


def _typed(columns: Columns) -> list[Any]:
    return [json_values.column(values) for _, values in columns]
