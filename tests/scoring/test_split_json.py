"""Splitting laws of JSON lines: as the reader has them, wherever they are cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.split import Split, SplitBy
from shared.scoring.child.mlflow.failure import Unreadable
from shared.scoring.child.mlflow.json_records import records_of
from shared.scoring.split.json_scan import JsonScan
from shared.scoring.split.records import Cut, NotSplit, pieces_of

WANTED = ("x", "é", "a\nb")
VALUES = st.dictionaries(st.sampled_from([*WANTED, "other"]), st.integers(0, 9), max_size=3)
LINES = st.one_of(
    VALUES.map(json.dumps),
    VALUES.map(lambda value: json.dumps(value, ensure_ascii=False)),
    st.sampled_from(["", " ", "\t\r", "\u00a0", "\u2003 ", '{"x": "\u2028"}', '{"x": {"y": 1}}']),
)
SPLITS = st.builds(Split, st.sampled_from(SplitBy), st.integers(1, 40))


def cut(data: bytes, split: Split, block: int = 1 << 20) -> tuple[int, list[Cut], tuple[str, ...]]:
    scan = JsonScan(WANTED)
    blocks = [data[start : start + block] for start in range(0, len(data), block)]
    head, cuts = pieces_of(blocks, scan, split)
    return head, cuts, scan.seen


@given(
    lines=st.lists(LINES, max_size=15),
    start=st.sampled_from(["", "\ufeff"]),
    end=st.sampled_from(["", "\n"]),
    split=SPLITS,
    block=st.integers(1, 40),
)
def test_the_pieces_of_a_file_are_its_objects_once_and_in_order(
    lines: list[str], start: str, end: str, split: Split, block: int
) -> None:
    data = (start + "\n".join(lines) + end).encode()
    try:
        head, cuts, seen = cut(data, split, block)
    except NotSplit:
        return

    text = data.decode("utf-8-sig")
    whole = records_of(text) if text.strip() else []
    pieces = [
        records_of((data[:head] + data[one.start : one.stop]).decode("utf-8-sig")) for one in cuts
    ]

    assert whole == [record for piece in pieces for record in piece]
    assert [one.rows for one in cuts] == [len(piece) for piece in pieces]
    assert [data.count(b"\n", 0, one.start) for one in cuts] == [one.first_line for one in cuts]
    assert {name for name in WANTED if any(name in record for record in whole)} == set(seen)


@pytest.mark.parametrize("text", ['[{"x": 1}]', '{\n"x": 1}', "1\n2\n"])
def test_what_is_not_an_object_on_each_line_is_not_split(text: str) -> None:
    with pytest.raises(NotSplit, match="on each line"):
        cut(text.encode(), Split(SplitBy.ROWS, 1))


def test_a_line_that_is_no_json_is_its_pieces_to_refuse() -> None:
    data = b'{"x": 1}\n{"x": 2}\noops\n'

    head, cuts, seen = cut(data, Split(SplitBy.ROWS, 2))

    assert (0, 2, ("x",)) == (head, len(cuts), seen)
    with pytest.raises(Unreadable, match="Line 1"):
        records_of(data[cuts[1].start :].decode())
