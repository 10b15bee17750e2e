"""Frames of rows, in whatever pieces a store hands them out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.child.framed_rows import framed
from shared.scoring.child.named_columns import WrongColumns
from shared.stores.frames import BadFrame, frames

ROWS = st.lists(st.tuples(st.sampled_from(["a", "ä/b", "\n"]), st.text(max_size=5)), max_size=9)


@given(rows=ROWS, size=st.integers(1, 40))
def test_each_key_gets_its_rows_in_their_order(rows: list[tuple[str, str]], size: int) -> None:
    lines = [f"{text}\n".encode("utf-8", "backslashreplace").decode() for _, text in rows]
    content = b"".join(framed([key for key, _ in rows], lines))

    found, counts = dict[str, bytes](), dict[str, int]()
    for key, count, data in frames(content[at : at + size] for at in range(0, len(content), size)):
        found[key] = found.get(key, b"") + data
        counts[key] = counts.get(key, 0) + count

    expected = dict[str, str]()
    for (key, _), line in zip(rows, lines, strict=True):
        expected[key] = expected.get(key, "") + line
    assert {key: text.encode() for key, text in expected.items()} == found
    assert len(rows) == sum(counts.values())


@pytest.mark.parametrize(
    "content",
    [
        b"x",
        b"{}\nrows",
        b'["k", 1]\nrows',
        b'["k", 1, 9]\nrows',
        b'["k", 0, 4]\nrows',
        b'["k", 1, -4]\nrows',
        b"[1, 1, 4]\nrows",
        b"x" * 20_000,
    ],
)
def test_what_is_no_frame_is_refused(content: bytes) -> None:
    with pytest.raises(BadFrame):
        list(frames([content]))


def test_more_partitions_than_an_output_may_have_are_refused_at_once() -> None:
    with pytest.raises(WrongColumns, match="for 1001 partitions"):
        list(framed(map(str, range(1_001)), ["x"] * 1_001))
