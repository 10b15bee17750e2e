"""The objects of a JSON file: one per line, an array of them, or one over several lines."""

from __future__ import annotations

import json
from typing import Any

from .failure import Unreadable


def records_of(text: str, *, in_lines: bool = False) -> list[dict[str, Any]]:
    """`in_lines`: there is one on each line, whatever it looks like."""
    try:
        if not in_lines and is_one_value(text):
            return _objects(json.loads(text), "entry", 0)
        return records_of_lines(text)
    except RecursionError as error:
        raise Unreadable("The JSON is nested too deeply") from error
    except ValueError as error:
        raise Unreadable(f"The file is not JSON: {error}") from error


def is_one_value(text: str) -> bool:
    """An array of objects, or one object over several lines."""
    start = text.lstrip()
    if start.startswith("["):
        return True
    first = start.split("\n", 1)[0].rstrip()
    return start.startswith("{") and not first.endswith("}")


def records_of_lines(text: str) -> list[dict[str, Any]]:
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
