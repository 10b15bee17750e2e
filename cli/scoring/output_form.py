"""What predictions shall look like, and their first rows in that form."""

import gzip
from itertools import islice
from pathlib import Path

from cli.answers import JSON
from cli.downloads.download_all import MARKER

SHOWN_ROWS = 5
# Bytes that are read of a file, and characters of a cell that are shown.
FIRST_BYTES, LONGEST_CELL = 64 << 10, 40
CSV_HEADER, JSONL, PARQUET = "csv_header", "jsonl", "parquet"
# Flags, and the properties that they are.
FLAGS = {
    "output_format": "outputFormat",
    "output_lineage": "outputLineage",
    "output_carry": "outputCarry",
    "output_compress": "outputCompress",
    "output_layout": "outputLayout",
    "output_partition": "outputPartition",
}


def output_form(**texts: str) -> dict[str, str] | None:
    """The properties of a job; None when nothing is asked for."""
    return {FLAGS[flag]: text for flag, text in texts.items() if text} or None


def first_rows(paths: list[Path], form: JSON) -> list[str]:
    """As the file has them; with names for its columns, as a table. `form` is the job's own.

    None of parquet, which takes a library to be read.
    """
    kind = (form or {}).get("outputFormat", "")
    path = next((one for one in paths if one.name != MARKER), None)
    if path is None or kind == PARQUET:
        return []
    open_ = gzip.open if path.suffix == ".gz" else open
    if kind in {CSV_HEADER, JSONL}:
        with open_(path, "rb") as content:
            return _table(content.read(FIRST_BYTES), has_header=kind == CSV_HEADER)
    with open_(path, "rt", encoding="utf-8", errors="replace") as lines:
        return [line.rstrip("\n") for line in islice(lines, SHOWN_ROWS)]


def _table(data: bytes, *, has_header: bool) -> list[str]:
    from shared.domain.table_preview import preview  # noqa: PLC0415  # pydantic: not for --help

    is_whole = len(data) < FIRST_BYTES
    table = preview(data, is_whole=is_whole, most=SHOWN_ROWS, has_header=has_header)
    rows = [table.columns, *(map(_text, row) for row in table.rows[:SHOWN_ROWS])]
    cells = [[cell[:LONGEST_CELL] for cell in row] for row in rows if table.rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=False)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]


def _text(value: JSON) -> str:
    return "" if value is None else " ".join(str(value).split())
