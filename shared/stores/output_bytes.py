"""What predictions have beside their rows: a header, and compression."""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Sequence


def header_line(columns: Sequence[str]) -> bytes:
    """Without columns, as of a job without rows, there is none."""
    if not columns:
        return b""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(columns)
    return (line.getvalue().removesuffix("\r\n") + "\n").encode()


def gzip_members(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """A member for each block: one behind the other they are one file. Nothing is one, too.

    The same blocks give the same bytes.
    """
    is_empty = True
    for block in blocks:
        is_empty = False
        yield gzip.compress(block, mtime=0)
    if is_empty:
        yield gzip.compress(b"", mtime=0)
