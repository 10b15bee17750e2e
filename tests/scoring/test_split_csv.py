"""Splitting laws of csv: no row is lost or doubled, wherever what pandas can read is cut."""

import io
import warnings
from contextlib import suppress

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.split import Split, SplitBy
from shared.scoring.split.csv_scan import CsvScan
from shared.scoring.split.records import Cut, NotSplit, pieces_of

HEADERS = ["x,y\n", "x\r\n", '\n "a,y\n', '"x\n1",y,z\r\n', " \t\n\nx,y,z\n"]
HEADERS += ["\ufeffx,y\n", '\ufeff"x\n1",y\n']
# Whatever may be in a csv file, and what is likely to be.
ANYTHING = st.text(st.sampled_from('ab,,""\n\n\r\t é'), max_size=60)
FIELDS = st.sampled_from(
    ["", "1", "é", " ", '"a"', '"a,b"', '"a\nb"', '"a\r\nb"', '"a""b"', '""', 'a"b', ' "a', '"a"b']
)
LINES = st.lists(st.lists(FIELDS, min_size=1, max_size=2).map(",".join), max_size=12)
BODIES = ANYTHING | st.tuples(LINES, st.sampled_from(["\n", "\r\n"])).map(
    lambda both: both[1].join(both[0])
)
SPLITS = st.builds(Split, st.sampled_from(SplitBy), st.integers(1, 30))


def parsed(data: bytes) -> pd.DataFrame | None:
    """As the scorer parses it; None for what pandas refuses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.ParserWarning)
            return pd.read_csv(
                io.BytesIO(data), dtype=str, na_filter=False, index_col=False, low_memory=False
            )
    except ValueError:
        return None


def cut(data: bytes, split: Split, block: int = 1 << 20) -> tuple[int, list[Cut]]:
    blocks = [data[start : start + block] for start in range(0, len(data), block)]
    return pieces_of(blocks, CsvScan(), split)


def records_of(data: bytes) -> tuple[list[bytes], bytes, bool]:
    """Byte by byte, as pandas' parser goes; what is behind the last, and if that is in quotes."""
    records, begin, is_new, is_quoted, was_quote = list[bytes](), 0, True, False, False
    for at, byte in enumerate(data):
        if is_quoted and (byte == ord('"') or not was_quote):
            was_quote = byte == ord('"') and not was_quote
            continue
        is_quoted, was_quote = is_new and byte == ord('"'), False
        is_new = byte in b",\n"
        if byte == ord("\n"):
            records.append(data[begin : at + 1])
            begin = at + 1
    return records, data[begin:], is_quoted and not was_quote


@given(header=st.sampled_from(HEADERS), body=BODIES, split=SPLITS, block=st.integers(1, 40))
def test_the_pieces_of_a_file_are_its_rows_once_and_in_order(
    header: str, body: str, split: Split, block: int
) -> None:
    data = (header + body).encode()
    try:
        head, cuts = cut(data, split, block)
    except NotSplit:
        return  # it is scored as one

    whole = parsed(data)
    pieces = [parsed(data[:head] + data[one.start : one.stop]) for one in cuts]

    if whole is None:
        assert any(piece is None for piece in pieces)
        return
    frames = [piece for piece in pieces if piece is not None]
    assert len(pieces) == len(frames)
    assert [one.rows for one in cuts] == [len(frame) for frame in frames]
    assert len(whole) == sum(one.rows for one in cuts)
    for one, frame in zip(cuts, frames, strict=True):
        same = whole.iloc[one.first_row : one.first_row + one.rows].reset_index(drop=True)
        pd.testing.assert_frame_equal(same, frame)


@given(text=BODIES)
def test_quotes_are_read_as_one_who_looks_at_every_byte_reads_them(text: str) -> None:
    block, scan = text.encode(), CsvScan()
    records, rest, is_open = records_of(block)

    assert len(block) - len(rest) == scan.whole(block)
    if block:
        assert len([*records, rest][0]) == scan.first(block)
    if is_open:
        with pytest.raises(NotSplit):
            scan.rows(block)
        return
    with suppress(NotSplit):  # of a lone CR, wherever it is
        assert sum(bool(one.strip()) for one in [*records, rest]) == scan.rows(block)


def test_many_quotes_are_read_in_a_time_that_grows_with_the_file_alone() -> None:
    """A million of them take a moment; one that looks back to the beginning would take hours."""
    for cell in (b'"', b'""', b'a"', b'"a"', b'"\n"', b',"', b'" "'):
        block = cell * (1 << 20)

        scan = CsvScan()

        assert 0 <= scan.whole(block) <= len(block)
        with suppress(NotSplit):
            scan.rows(block)


class Counted(CsvScan):
    """Adds up how many bytes it is given to look at."""

    seen = 0

    def whole(self, block: bytes) -> int:
        self.seen += len(block)
        return super().whole(block)

    def rows(self, block: bytes) -> int:
        self.seen += len(block)
        return super().rows(block)

    def first(self, block: bytes) -> int:
        self.seen += len(block)
        return super().first(block)

    def can_begin_piece(self, block: bytes) -> bool:
        self.seen += len(block)
        return super().can_begin_piece(block)


@pytest.mark.parametrize("row", [b"1,2\n", b'1,"a\nb"\n'])
@pytest.mark.parametrize("by", list(SplitBy))
def test_very_many_pieces_cost_no_more_than_their_bytes(by: SplitBy, row: bytes) -> None:
    data, scan = b"x,y\n" + row * 50_000, Counted()

    _, cuts = pieces_of([data], scan, Split(by, 1))

    assert 50_000 == len(cuts)
    assert scan.seen < 30 * len(data)


def test_pieces_are_as_large_as_was_asked_for() -> None:
    data = b"x,y\n" + b"".join(b'%d,"a\n%d"\n' % (row, row) for row in range(5_000))

    _, by_rows = cut(data, Split(SplitBy.ROWS, 700))
    _, by_size = cut(data, Split(SplitBy.SIZE, 10_000))

    assert [700] * 7 + [100] == [one.rows for one in by_rows]
    assert all(10_000 <= one.stop - one.start < 10_030 for one in by_size[:-1])
    assert (4, len(data)) == (by_size[0].start, by_size[-1].stop)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x,y\r1,2\r3,4\r", "CR alone"),
        ("x,y\n1,2\r3\n", "CR alone"),
        ('x,y\n1,"2\n3,4\n', "not closed"),
        ("x,y\n1,2,\n3,4,\n", "more fields than the header"),
        ("x,y\n1,\0\n", "NUL"),
        ('""\n1\n', "header is blank"),
    ],
)
def test_a_file_whose_rows_are_not_certain_is_not_split(text: str, why: str) -> None:
    with pytest.raises(NotSplit, match=why):
        cut(text.encode(), Split(SplitBy.ROWS, 1))


def test_a_file_that_is_not_utf_8_is_not_split() -> None:
    with pytest.raises(NotSplit, match="UTF-8"):
        cut("x\ngrün\n".encode("latin-1"), Split(SplitBy.ROWS, 1))
