"""A file of JSON objects as the table a model wants: one per line, or an array of them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from .failure import Unreadable
from .signature import select_all_columns
from .text import utf8
from .type_hints import Hinted
from .typed_table import chosen, fitted


def read(path: str, schema: Any, codec: str = "") -> Any:
    """Raises `Unreadable` when the file is no such JSON, and `Unfit` when it is not the model's."""
    text = utf8(path, codec).decode("utf-8-sig")
    if not text.strip():
        raise Unreadable("The file is empty: write [] if it shall have no rows")
    records = _records(text)
    header = list(dict.fromkeys(key for record in records for key in record))
    if isinstance(schema, Hinted):
        return schema.of_records(header, records)
    columns = chosen(schema, header) if records else select_all_columns(schema)
    if columns is None:
        return pd.DataFrame(records, columns=header)
    return fitted(columns, len(records), lambda name: _column(records, name))


def _column(records: list[dict[str, Any]], name: str) -> Any:
    """As objects: numpy would make floats of integers beside a null."""
    values = np.empty(len(records), dtype=object)
    for row, record in enumerate(records):
        values[row] = record.get(name)
    return values


def _records(text: str) -> list[dict[str, Any]]:
    try:
        return _objects(json.loads(text), "entry", 0) if _is_one_value(text) else _lines(text)
    except RecursionError as error:
        raise Unreadable("The JSON is nested too deeply") from error
    except ValueError as error:
        raise Unreadable(f"The file is not JSON: {error}") from error


def _is_one_value(text: str) -> bool:
    """An array of objects, or one object over several lines."""
    start = text.lstrip()
    if start.startswith("["):
        return True
    first = start.split("\n", 1)[0].rstrip()
    return start.startswith("{") and not first.endswith("}")


def _lines(text: str) -> list[dict[str, Any]]:
    records = []
    for number, line in enumerate(text.split("\n"), 1):  # other line ends may be inside a text
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:  # its own line is always the first
            reason = f"{error.msg} at column {error.colno}"
            raise Unreadable(f"Line {number} is not JSON: {reason}") from error
        except ValueError as error:
            raise Unreadable(f"Line {number} is not JSON: {error}") from error
        records.extend(_objects([value], "line", number))
    return records


def _objects(value: Any, noun: str, number: int) -> list[dict[str, Any]]:
    entries = value if isinstance(value, list) else [value]
    for index, entry in enumerate(entries, number):
        if not isinstance(entry, dict):
            raise Unreadable(
                f"The {noun} {index} is a {type(entry).__name__}: "
                'each must be an object, as {"column": value}'
            )
    return entries
