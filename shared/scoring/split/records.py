"""Cutting a stream of bytes between its records, in bounded memory.

A `Scan` knows what a record is. It gets blocks that begin with one; where a quoted text may hold
line ends, that can only be known by having read all before it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from shared.domain.split import MOST_PIECES, Split, SplitBy

# Bytes of one record: a longer one is rather a quote that nothing closes.
LONGEST_RECORD = 64 << 20
# Bytes that are looked at before they tell how long rows are: at most, and for each row wanted.
STEP, SHORT_ROW = 64 << 10, 8


class NotSplit(Exception):
    """The file is scored as one: why, in words without a last full stop."""


class Scan(Protocol):
    """What is asked of a format. Blocks begin with a record; each method raises NotSplit."""

    def begin(self, block: bytes) -> int | None:
        """The bytes that go before each piece; None: they are not all there yet.

        The block is the file's first.
        """
        ...

    def whole(self, block: bytes) -> int:
        """The bytes of the whole records in the block, which may end within one."""
        ...

    def rows(self, block: bytes) -> int:
        """How many rows there are in a block of whole records."""
        ...

    def first(self, block: bytes) -> int:
        """The bytes of its first record, blank or not."""
        ...

    def can_begin_piece(self, block: bytes) -> bool:
        """Whether the block told that its first row may follow the head; False: not yet."""
        ...


@dataclass
class Cut:
    """A piece as it is found: `lines` are the line ends in it, `first_line` those before it.

    Line ends of what goes before each piece do not count.
    """

    start: int
    first_row: int = 0
    first_line: int = 0
    stop: int = 0
    rows: int = 0
    lines: int = 0
    is_checked: bool = False

    def next(self) -> "Cut":
        first_row, first_line = self.first_row + self.rows, self.first_line + self.lines
        return Cut(self.stop, first_row, first_line, self.stop)


def pieces_of(blocks: Iterable[bytes], scan: Scan, split: Split) -> tuple[int, list[Cut]]:
    """The bytes that go before each piece, and the pieces in order: none is without rows."""
    found, head = list[Cut](), b""
    cut: Cut | None = None
    for block in _of_records(blocks, scan):
        text, at = block, 0
        if cut is None:
            head += block
            size = scan.begin(head)
            if size is None:
                continue
            head, text = head[:size], head[size:]
            cut = Cut(size, stop=size)
        while at < len(text):
            size, rows = _taken(text, at, scan, split, cut)
            cut.is_checked = cut.is_checked or scan.can_begin_piece(text[at : at + size])
            cut.rows += rows
            cut.lines += text.count(b"\n", at, at + size)
            cut.stop += size
            at += size
            if _is_full(cut, split):
                found.append(cut)
                cut = cut.next()
                if len(found) > MOST_PIECES:
                    raise NotSplit(f"it would make more than {MOST_PIECES} pieces")
    return len(head), [one for one in (*found, cut) if one is not None and one.rows]


def _is_full(cut: Cut, split: Split) -> bool:
    done = cut.stop - cut.start if split.by is SplitBy.SIZE else cut.rows
    return done >= split.most


def _taken(block: bytes, at: int, scan: Scan, split: Split, cut: Cut) -> tuple[int, int]:
    """The bytes from there on that go into the piece, and their rows: whole records.

    No more of the block is copied than those: there may be very many pieces in it.
    """
    if split.by is SplitBy.ROWS:
        return _through_row(block, at, scan, split.most - cut.rows)
    room, size = split.most - (cut.stop - cut.start), len(block) - at
    if room < size:
        before = scan.whole(block[at : at + room])
        size = room if before == room else before + len(_first(block, at + before, scan))
    return size, scan.rows(block[at : at + size])


def _through_row(block: bytes, at: int, scan: Scan, count: int) -> tuple[int, int]:
    """The bytes up to the end of the `count`-th row, or all; and the rows in them."""
    taken, rows, step = at, 0, min(STEP, count * SHORT_ROW)
    while taken < len(block) and rows < count:
        part = _records_of(block, taken, step, scan)
        found = scan.rows(part)
        if rows + found > count:  # of one record at last
            step = max(1, step // 2)
        else:
            taken, rows = taken + len(part), rows + found
            step = max(1, (count - rows) * (taken - at) // max(1, rows))
    return taken - at, rows


def _records_of(block: bytes, at: int, step: int, scan: Scan) -> bytes:
    """The whole records in so many bytes from there on; if there is none, the one."""
    if at + step >= len(block):
        return block[at:]
    size = scan.whole(block[at : at + step])
    return block[at : at + size] if size else _first(block, at, scan, step)


def _first(block: bytes, at: int, scan: Scan, step: int = SHORT_ROW) -> bytes:
    """The record that begins there, found in windows that grow."""
    while at + step < len(block):
        step *= 2
        if size := scan.whole(block[at : at + step]):
            records = block[at : at + size]
            return records[: scan.first(records)]
    records = block[at:]
    return records[: scan.first(records)]


def _of_records(blocks: Iterable[bytes], scan: Scan) -> Iterator[bytes]:
    """The same bytes in blocks of whole records; the last one may lack its line end."""
    rest = b""
    for more in blocks:
        block = rest + more if rest else more
        size = scan.whole(block)
        if size:
            yield block[:size]
        rest = block[size:]
        if len(rest) > LONGEST_RECORD:
            raise NotSplit(f"it has a record of more than {LONGEST_RECORD} bytes")
    if rest:
        yield rest
