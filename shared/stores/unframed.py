"""Rows that were for several files as the rows of one: what a partition's path says is in front.

The path has texts only, so that the columns come back as texts; what is missing is missing again.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from shared.domain.message import JSON
from shared.domain.output_options import OutputFormat, OutputLayout, OutputOptions
from shared.stores.frames import BadFrame, frames

# As Hive spells it.
NOTHING = "__HIVE_DEFAULT_PARTITION__"


def unframed(pieces: Iterable[bytes], options: OutputOptions) -> Iterator[bytes]:
    """In the order of the frames. Raises BadFrame."""
    if options.layout is not OutputLayout.HIVE:
        yield from (piece.data for piece in frames(pieces))
        return
    is_csv = options.rows_format is OutputFormat.CSV_HEADER
    records, put_before = (_records, _cells_before) if is_csv else (_lines, _members_before)
    held, values = b"", dict[str, JSON]()
    for piece in frames(pieces):
        if piece.rows:
            _refuse(held)
            values = _values(piece.key, options.partition)
        whole, held = records(held + piece.data)
        yield b"".join(put_before(values, whole))
    _refuse(held)


def _lines(data: bytes) -> tuple[list[bytes], bytes]:
    """Those that are whole, and what is left."""
    *lines, rest = data.split(b"\n")
    return lines, rest


def _records(data: bytes) -> tuple[list[bytes], bytes]:
    """The same of csv, in which a line end may be quoted: as it is written, quotes are in pairs."""
    lines, rest = _lines(data)
    whole, held, quotes = list[bytes](), list[bytes](), 0
    for line in lines:
        held.append(line)
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            whole.append(b"\n".join(held))
            held, quotes = [], 0
    return whole, b"\n".join([*held, rest])


def _values(key: str, names: Iterable[str]) -> dict[str, JSON]:
    texts = [unquote(folder.partition("=")[2]) for folder in key.split("/")]
    values = [None if text == NOTHING else text for text in texts]
    try:
        return dict(zip(names, values, strict=True))
    except ValueError as error:
        raise BadFrame(f"'{key[:100]}' is no partition") from error


def _cells_before(values: dict[str, JSON], records: Iterable[bytes]) -> Iterator[bytes]:
    line = io.StringIO()
    cells = ["" if value is None else value for value in values.values()]
    csv.writer(line, lineterminator="\r\n").writerow([*cells, ""])
    first = line.getvalue().removesuffix("\r\n").encode()
    return (b"%b%b\n" % (first, record) for record in records)


def _members_before(values: dict[str, JSON], lines: Iterable[bytes]) -> Iterator[bytes]:
    first = json.dumps(values, ensure_ascii=False)[:-1].encode()
    for line in lines:
        rest = line.removeprefix(b"{").lstrip()
        yield b"%b%b%b\n" % (first, b"" if rest.startswith(b"}") else b", ", rest)


def _refuse(held: bytes) -> None:
    if held:
        raise BadFrame("a frame ends within a row")
