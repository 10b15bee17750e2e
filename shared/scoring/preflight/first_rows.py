"""The header and the first rows of a table of text, held against a model's signature."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO, TextIOWrapper
from itertools import islice
from typing import Any

from shared.scoring.child.mlflow.cast import (
    FLOATS,
    INTEGERS,
    to_boolean,
    to_bytes,
    to_float,
    to_integer,
    to_moment,
)
from shared.scoring.child.mlflow.failure import Unfit, Unreadable
from shared.scoring.child.mlflow.headers import matched
from shared.scoring.child.mlflow.json_records import is_one_value, records_of, records_of_lines
from shared.scoring.child.mlflow.signature import Column, require_cells, require_unambiguous
from shared.scoring.child.mlflow.text import require_utf8
from shared.scoring.preflight.model_signature import ModelSignature

MOST_ROWS = 100

type Cast = Callable[[str], object]
_CASTS: dict[str, Cast] = {
    **dict.fromkeys(FLOATS, to_float),
    **{kind: partial(to_integer, kind=kind) for kind in INTEGERS},
    "boolean": to_boolean,
    "datetime": to_moment,
    "binary": lambda text: to_bytes(text) if text else None,
}


def check_csv(data: bytes, signature: ModelSignature | None, *, is_whole: bool) -> list[str]:
    """The names of its columns. Raises Unreadable or Unfit, in the scorer's words."""
    data = _whole_lines(data, is_whole=is_whole)
    require_utf8(data)
    if b"\0" in data:
        raise Unreadable(f"The file has a NUL byte at position {data.index(0)}: it is no text")
    rows = _rows(data, is_whole=is_whole)
    if not rows and not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise Unreadable("The file is empty: it has no header")
    raw = rows[0] if rows else []
    header = _renamed(raw)
    if signature is None or signature.is_hinted or not rows:
        return header
    columns = matched(signature, header, in_csv=True) or ()
    require_unambiguous(raw, columns)
    require_cells(columns)
    for column in columns:
        place = header.index(column.name)
        cells = [row[place] if place < len(row) else "" for row in rows[1:]]
        _cast_all(cells, column)
    return header


def check_json(
    data: bytes, signature: ModelSignature | None, *, is_whole: bool
) -> list[str] | None:
    """The names of its columns, if they are known. Raises Unreadable or Unfit.

    Of one long value only its beginning is here, and nothing said. Keys may come later: columns
    are missed in a whole file only.
    """
    data = _whole_lines(data, is_whole=is_whole)
    require_utf8(data)
    text = data.decode("utf-8-sig")
    if not text.strip():
        raise Unreadable("The file is empty: write [] if it shall have no rows")
    if not is_whole and is_one_value(text):
        return None
    records = records_of(text) if is_whole else records_of_lines(text)
    header = list(dict.fromkeys(key for record in records for key in record))
    told = header if is_whole and records else None
    if signature is None or signature.is_hinted or not records:
        return told
    known = header if is_whole else [*header, *_named(signature)]
    columns = matched(signature, list(dict.fromkeys(known)), in_csv=False) or ()
    for column in columns:
        _cast_values([one.get(column.name) for one in records[:MOST_ROWS]], column)
    return told


def _named(signature: ModelSignature) -> list[str]:
    return [one.name for one in signature.inputs if isinstance(one.name, str)]


def _whole_lines(data: bytes, *, is_whole: bool) -> bytes:
    """Without a last line that was cut off; one endless line stays, without half a character."""
    if is_whole:
        return data
    cut = data.rfind(b"\n") + 1
    return data[:cut] if cut else data.decode("utf-8", "ignore").encode()


def _rows(data: bytes, *, is_whole: bool) -> list[list[str]]:
    """The header and the first rows; the last one may end inside a quoted cell."""
    rows = list(islice(_written(data), MOST_ROWS + 1))
    is_cut = not is_whole and 1 < len(rows) <= MOST_ROWS
    return rows[:-1] if is_cut else rows


def _written(data: bytes) -> Iterator[list[str]]:
    reader = csv.reader(TextIOWrapper(BytesIO(data), "utf-8-sig", newline=""))
    try:
        yield from (row for row in reader if len(row) > 1 or "".join(row).strip(" \t"))
    except csv.Error:  # of a cell longer than this process reads: the scorer knows no limit
        return


def _renamed(raw: Sequence[str]) -> list[str]:
    """As pandas calls columns: the second of two equal names, and those without one."""
    seen = Counter[str]()
    names = list[str]()
    for place, name in enumerate(raw):
        own = name or f"Unnamed: {place}"
        names.append(f"{own}.{seen[own]}" if seen[own] else own)
        seen[own] += 1
    return names


def _cast_all(cells: Sequence[str], column: Column) -> None:
    cast = _CASTS.get(column.type)
    if cast is not None and column.nested is None:
        _each(cells, column, cast)


def _cast_values(values: Sequence[Any], column: Column) -> None:
    """Of values that have types: numbers go by their text, as in the scorer."""
    cast = _CASTS.get(column.type)
    is_vector = column.is_tensor and any(isinstance(value, list) for value in values)
    if cast is not None and column.nested is None and not is_vector and column.type != "binary":
        _each(values, column, lambda value: _cast_value(value, column.type, cast))


def _cast_value(value: Any, kind: str, cast: Cast) -> object:
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind == "datetime":
        if value is None or isinstance(value, str):
            return cast(value or "")
        raise TypeError(f"{value!r} is not a date")
    if isinstance(value, list | dict | bool):
        raise TypeError(f"{value!r} is not a number")
    return cast("" if value is None else str(value))


def _each(values: Sequence[Any], column: Column, cast: Callable[[Any], object]) -> None:
    for row, value in enumerate(values):
        try:
            cast(value)
        except (ValueError, ArithmeticError, TypeError) as error:
            raise Unfit(f"{error} (column {column.name!r}, row {row})") from error
