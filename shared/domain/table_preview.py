"""A table out of the first bytes of a file of predictions, whatever they are written as.

Scripts may write any text: what is no table of one delimiter is a table of lines.
"""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from shared.domain.message import JSON

LONGEST_CELL = 500
MOST_COLUMNS = 200
DELIMITERS = {"\t": "tsv", ",": "csv", ";": "csv", "|": "csv", " ": "spaces"}
JSONL, TEXT, PARQUET, BINARY, EMPTY = "jsonl", "text", "parquet", "binary", "empty"
LINE, PREDICTION = "line", "prediction"
_PARQUET_MAGIC = b"PAR1"
ELLIPSIS = "…"


@dataclass(frozen=True)
class TablePreview:
    """`format` says how the rows were read; of parquet, and of what is no text, there are none."""

    format: str
    columns: list[str] = field(default_factory=list[str])
    rows: list[list[JSON]] = field(default_factory=list[list[JSON]])
    delimiter: str = ""
    has_header: bool = False


type Names = Sequence[Sequence[str]]


def preview(
    data: bytes, *, is_whole: bool, most: int, known: Names = (), has_header: bool = False
) -> TablePreview:
    """The first rows; `known` are the columns that a file without a header may hold.

    Unless it `is_whole`, the last line of `data` may be cut, and is left out. One that is known to
    be csv with a header is read as that, whatever it looks like.
    """
    if data.startswith(_PARQUET_MAGIC):
        return TablePreview(PARQUET)
    text = _text(data, is_whole=is_whole)
    if text is None:
        return TablePreview(BINARY)
    if not text.strip():
        return TablePreview(EMPTY, list(known[0]) if known else [])
    if has_header:
        return _below_header(text, most)
    return _json_lines(text, most) or _delimited(text, most, known) or _lines(text, most)


def _below_header(text: str, most: int) -> TablePreview:
    header, *rows = islice(csv.reader(text.splitlines(keepends=True)), most + 1)
    cut = [[_cell(cell) for cell in row[:MOST_COLUMNS]] for row in rows]
    return TablePreview("csv", header[:MOST_COLUMNS], cut, ",", has_header=True)


def _text(data: bytes, *, is_whole: bool) -> str | None:
    """Whole lines; None for what is no text."""
    cut = data.rfind(b"\n") + 1
    if not is_whole and cut:
        data = data[:cut]
    if b"\x00" in data:
        return None
    try:
        return data.decode("utf-8-sig", errors="strict" if is_whole or cut else "ignore")
    except UnicodeDecodeError:
        return None


def _json_lines(text: str, most: int) -> TablePreview | None:
    lines = [line for line in islice(text.split("\n"), most) if line.strip()]
    if not lines or lines[0].lstrip()[:1] not in {"{", "["}:
        return None
    try:
        values = [json.loads(line) for line in lines]
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(value, type(values[0])) for value in values):
        return None
    return _of_objects(values) if isinstance(values[0], dict) else _of_arrays(values)


def _of_objects(values: Sequence[dict[str, JSON]]) -> TablePreview:
    names = list(dict.fromkeys(key for value in values for key in value))[:MOST_COLUMNS]
    rows = [[_cell(value.get(name)) for name in names] for value in values]
    return TablePreview(JSONL, names, rows, has_header=True)


def _of_arrays(values: Sequence[list[JSON]]) -> TablePreview:
    width = min(MOST_COLUMNS, max(map(len, values)))
    rows = [[_cell(cell) for cell in value[:width]] for value in values]
    return TablePreview(JSONL, _numbered(width), _padded(rows, width))


def _delimited(text: str, most: int, known: Names) -> TablePreview | None:
    """By the first delimiter that cuts every row into as many cells, two at the least."""
    for delimiter, kind in DELIMITERS.items():
        try:
            reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
            rows = [row for row in islice(reader, most + 1) if row]
        except csv.Error:
            continue
        widths = {len(row) for row in rows}
        if len(widths) == 1 and (width := widths.pop()) > 1:
            return _table(kind, delimiter, rows, most, _names(known, width))
    return None


def _table(
    kind: str, delimiter: str, rows: list[list[str]], most: int, known: list[str]
) -> TablePreview:
    has_header = not known and _is_header(rows)
    names = rows[0] if has_header else known or _numbered(len(rows[0]))
    shown = rows[has_header : most + has_header]
    cut = [[_cell(cell) for cell in row[:MOST_COLUMNS]] for row in shown]
    return TablePreview(kind, names[:MOST_COLUMNS], cut, delimiter, has_header)


def _lines(text: str, most: int) -> TablePreview:
    rows: list[list[JSON]] = [[_cell(line)] for line in islice(text.splitlines(), most)]
    return TablePreview(TEXT, [LINE], rows)


def _names(known: Names, width: int) -> list[str]:
    """The known names of so many columns; a model may predict several values for each row."""
    for columns in known:
        if len(columns) == width:
            return list(columns)
        if PREDICTION in columns and width > len(columns):
            place = list(columns).index(PREDICTION)
            many = [f"{PREDICTION} {one}" for one in range(1, width - len(columns) + 2)]
            return [*columns[:place], *many, *columns[place + 1 :]]
    return []


def _is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Different words, none of them a number, above a row that has a number."""
    first = rows[0]
    is_of_words = all(cell.strip() and not _is_number(cell) for cell in first)
    has_numbers = any(_is_number(cell) for row in rows[1:] for cell in row)
    return is_of_words and len(set(first)) == len(first) and has_numbers


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _numbered(width: int) -> list[str]:
    return [f"column {one}" for one in range(1, width + 1)]


def _padded(rows: Iterable[list[JSON]], width: int) -> list[list[JSON]]:
    return [row + [None] * (width - len(row)) for row in rows]


def _cell(value: JSON) -> JSON:
    """A short one as it is; what is nested is text."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        return value[: LONGEST_CELL - 1] + ELLIPSIS
    return value
