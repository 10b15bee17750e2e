"""Rows for a model whose signature MLflow took from a type hint: one Python value for each row.

MLflow enforces no such signature: the model's own predict() checks the values, and casts none. A
hint of objects (`list[Order]`, a pydantic class) takes the whole row, every other hint the values
of the only column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from .cast import FLOATS, INTEGERS, MISSING, to_boolean, to_bytes, to_float, to_integer
from .failure import Unfit
from .signature import Column, entries, require_one_column, require_unambiguous
from .typed_column import each, is_missing, to_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# A frame with this column alone is MLflow's own form of a list: its cells are the rows.
_OF_CELLS = ["0"]


class Hinted:
    """Stands for such a signature where the readers of tables expect one."""

    def __init__(self, schema: Any) -> None:
        self._kind = entries(schema)[0].type
        self._properties = {
            entry.name: entry.dtype for entry in getattr(self._kind, "properties", ())
        }

    def of_records(self, header: Sequence[str], records: Sequence[dict[str, Any]]) -> list[Any]:
        """Of rows whose values have types; a key that a row lacks is lacking in its object too."""
        if self._takes_cells(header):
            name = self._only(header)
            values = [self._cell(name, record.get(name)) for record in records]
            return each(values, _column(name), _fitting(self._kind))
        rows: list[dict[str, Any]] = [{} for _ in records]
        for name in header:
            kind = self._properties.get(name)
            present = [(row, record) for row, record in zip(rows, records) if name in record]  # noqa: B905  # 3.7
            fitted = each((record[name] for _, record in present), _column(name), _fitting(kind))
            for (row, _), value in zip(present, fitted):  # noqa: B905  # 3.7
                row[name] = value
        return rows

    def of_table(self, table: Any) -> list[Any]:
        """Of parquet, as arrow read it."""
        header = list(table.column_names)
        require_unambiguous(header, [_column(name) for name in header])
        return self.of_records(header, table.to_pylist())

    def of_texts(
        self, header: Sequence[str], texts: pd.DataFrame, inferred: pd.DataFrame
    ) -> list[Any]:
        """Of csv: every cell as it is written, and what pandas makes of it."""
        if self._takes_cells(header):
            name = self._only(list(texts.columns))
            kind = self._kind if not self._is_map_of_texts else self._kind.value_type
            return [self._cell(name, cell) for cell in _cast(texts[name], inferred[name], kind)]
        names = list(texts.columns)
        require_unambiguous(header, [_column(name) for name in self._properties])
        columns = [_cast(texts[name], inferred[name], self._properties.get(name)) for name in names]
        return [dict(zip(names, cells)) for cells in zip(*columns)]  # noqa: B905  # 3.7

    def _takes_cells(self, header: Sequence[str]) -> bool:
        is_of_cells = list(header) == _OF_CELLS and _OF_CELLS[0] not in self._properties
        return not self._properties or is_of_cells

    @property
    def _is_map_of_texts(self) -> bool:
        return getattr(getattr(self._kind, "value_type", None), "name", "") == "string"

    def _cell(self, name: str, value: Any) -> Any:
        """Beside dicts MLflow lets one column of texts be `list[dict[str, str]]`."""
        is_text = self._is_map_of_texts and isinstance(value, str)
        return {name: value} if is_text else value

    def _only(self, header: Sequence[str]) -> str:
        require_one_column(header)
        return header[0] if header else ""


def fit_value(raw: Any, kind: Any) -> Any:
    """A value of JSON or parquet as the Python value that the hint's type is strict about."""
    if is_missing(raw):
        return None
    if isinstance(raw, dict):
        types = {entry.name: entry.dtype for entry in getattr(kind, "properties", ())}
        other = getattr(kind, "value_type", None)
        return {key: fit_value(inner, types.get(key, other)) for key, inner in raw.items()}
    if isinstance(raw, list):
        return [fit_value(inner, getattr(kind, "dtype", None)) for inner in raw]
    return _scalar(raw, getattr(kind, "name", ""))


def _scalar(raw: Any, word: str) -> Any:
    if word == "datetime":
        return to_timestamp(raw)
    if word == "binary" and isinstance(raw, str):
        return to_bytes(raw)
    if word in INTEGERS and isinstance(raw, float) and raw.is_integer():
        return int(raw)
    return raw


def _fitting(kind: Any) -> Callable[[Any], Any]:
    return lambda raw: fit_value(raw, kind)


def _column(name: str) -> Column:
    return Column(name, "")


def _cast(texts: Any, inferred: Any, kind: Any) -> list[Any]:
    """A column of csv; one that the hint does not know, or knows as Any, is what pandas says."""
    word = getattr(kind, "name", "")
    name = str(texts.name)
    if word:
        return each(texts, _column(name), lambda text: _of_text(text, word))
    if hasattr(kind, "dtype") or hasattr(kind, "properties") or hasattr(kind, "value_type"):
        raise Unfit(f"The signature wants {kind} in the column {name!r}, which csv cannot hold")
    return [None if is_missing(value) else value for value in inferred.tolist()]


def _of_text(text: str, word: str) -> Any:
    if not text.strip() or (word != "string" and text.strip() in MISSING):
        return None
    if word in FLOATS:
        return to_float(text)
    if word in INTEGERS:
        return to_integer(text, word)
    casts: dict[str, Callable[[str], Any]] = {
        "boolean": to_boolean,
        "datetime": to_timestamp,
        "binary": to_bytes,
    }
    return casts.get(word, str)(text)
