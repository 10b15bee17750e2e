"""Splitting: a large file of records is scored in pieces, so that all workers share it.

A piece is some of a file's records, and a mini-batch of its own. What was asked for is a text:
`size`, `rows`, `size=64MB`, `rows=100000`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from shared.domain.message import Message

UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}
UNITS |= {"KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30}
# A piece is read whole into a scorer's memory.
LARGEST_PIECE = 1 << 30
# A mini-batch for each; a file that would make more is scored as one.
MOST_PIECES = 100_000
_AMOUNT = r"(?P<most>[0-9]{1,30})\s*(?P<unit>[a-z]*)"
_TEXT = re.compile(rf"(?P<by>[a-z]+)(?:\s*=\s*{_AMOUNT})?", re.IGNORECASE)
EXAMPLES = "size, rows, size=64MB or rows=100000"


class SplitBy(StrEnum):
    SIZE = "size"
    ROWS = "rows"


USUAL = {SplitBy.SIZE: 64 * 10**6, SplitBy.ROWS: 100_000}


@dataclass(frozen=True)
class Split:
    """`most` bytes or rows are in a piece; one of bytes ends with the record that reaches them."""

    by: SplitBy
    most: int

    def __str__(self) -> str:
        return f"{self.by}={self.most}"

    def may_split(self, size: int) -> bool:
        """Whether a file of so many bytes can make more than one piece: a row has two at least."""
        return size > self.most if self.by is SplitBy.SIZE else size // 2 >= self.most

    def pieces(self, size: int) -> int:
        """How many such a file makes, about; 1 where only its rows would tell."""
        return -(-size // self.most) if self.by is SplitBy.SIZE else 1


def parse_split(text: str) -> Split | None:
    """None for an empty text; raises ValueError, in words."""
    if not text.strip():
        return None
    match = _TEXT.fullmatch(text.strip())
    by = match["by"].lower() if match else ""
    unit = ((match and match["unit"]) or "").upper()
    known = UNITS if by == SplitBy.SIZE else {"": 1}
    if match is None or by not in list(SplitBy) or unit not in known:
        raise ValueError(
            f"'{text[:100]}' does not say how to split files: amounts are whole numbers, of bytes "
            "also with KB, MB, GB, KiB, MiB or GiB."
        )
    kind = SplitBy(by)
    if match["most"] is None:
        return Split(kind, USUAL[kind])
    most = int(match["most"]) * known[unit]
    if not 1 <= most <= LARGEST_PIECE:
        what = "bytes" if kind is SplitBy.SIZE else "rows"
        raise ValueError(f"'{text[:100]}': a piece has 1 to {LARGEST_PIECE} {what}.")
    return Split(kind, most)


class Piece(Message):
    """Some of a file's records: piece `number` (from 0) `of` so many.

    `first_row` counts the file's rows before it. Of a text it is the bytes from `start` up to
    `stop`, and goes below the file's first `head` bytes; `first_line` line ends are between.
    `columns` are keys that the file's other records may have. Of parquet it is the row groups from
    `start` up to `stop`, and `ranges` are the bytes that hold them.
    """

    number: int
    of: int
    first_row: int
    rows: int
    start: int
    stop: int
    head: int = Field(default=0, exclude_if=lambda head: not head)
    first_line: int = Field(default=0, exclude_if=lambda line: not line)
    columns: tuple[str, ...] = Field(default=(), exclude_if=lambda columns: not columns)
    ranges: tuple[tuple[int, int], ...] = Field(default=(), exclude_if=lambda ranges: not ranges)

    @property
    def is_last(self) -> bool:
        return self.number == self.of - 1

    @property
    def words(self) -> str:
        last = self.first_row + self.rows - 1
        return f"the piece of rows {self.first_row} to {last}"


class Unsplit(Message):
    """A file that is scored as one although it is large, and why: words without a full stop."""

    file: str
    why: str
