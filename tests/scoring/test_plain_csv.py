"""What arrow reads of csv is what the careful reader gives, bit for bit, or is left to it.

CSV_FILES=100000 compares so many files instead of some.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import accumulate
from typing import Any

import numpy as np
import pandas as pd
import pytest

from shared.scoring.child.mlflow import csv_table, plain_csv
from shared.scoring.child.mlflow.failure import FileFailed
from shared.scoring.child.mlflow.text import require_utf8
from tests.scoring.csv_files import Case, case
from tests.scoring.schemas import Schema, schema

FILES = int(os.environ.get("CSV_FILES", "600"))
# A test compares some thousand, far within the time that one has.
SHARDS = max(4, FILES // 5_000)
# Cases have more than one file on average.
FILES_PER_CASE = 1.7
# At least so many of a hundred cases are such as arrow reads.
OFTEN = 30


def outcome(read: Callable[[], Any]) -> Any:
    """The frame, or the refusal in its words."""
    try:
        return read()
    except FileFailed as refusal:
        return f"{type(refusal).__name__}: {refusal}"


def described(frame: Any) -> Any:
    """All that a model might see of a frame, to the bit."""
    if not isinstance(frame, pd.DataFrame):
        return frame
    columns = [frame.iloc[:, at] for at in range(frame.shape[1])]
    whole = frame.to_numpy()
    return {
        "labels": (list(frame.columns), str(frame.columns.dtype), str(frame.index)),
        "types": [repr(column.dtype) for column in columns],
        "values": [_bits(column) for column in columns],
        "layout": (str(whole.dtype), whole.flags.c_contiguous, whole.flags.f_contiguous),
    }


def _bits(column: Any) -> Any:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biufM":
        return column.to_numpy().tobytes()
    return [(type(value).__name__, "" if value != value else value) for value in column.tolist()]  # noqa: PLR0124  # nan


def legible(found: Case) -> Case:
    """Without files that are no text: these are refused before they are read."""
    files = []
    for data in found.files:
        with suppress(FileFailed):
            require_utf8(data)
            files.append(data)
    return replace(found, files=tuple(files))


def read_with_care(data: bytes, wanted: Schema | None) -> Any:
    return outcome(lambda: csv_table.of_any_text(data, wanted))


def read_swiftly(data: bytes, wanted: Schema | None) -> Any:
    return outcome(lambda: csv_table.of_text(data, wanted))


def read_together(found: Case) -> list[Any]:
    """Of one table of all files, what each has of it; nothing where arrow does not read them."""
    looks = [plain_csv.look(data) for data in found.files]
    lines = [one for one in looks if one is not None]
    if not lines or len(lines) < len(looks) or len({one.header for one in lines}) > 1:
        return []
    table = plain_csv.read(lines, found.wanted)
    if table is None:
        return []
    ends = list(accumulate(one.rows for one in lines))
    return [table.frame(end - one.rows, end) for one, end in zip(lines, ends, strict=True)]


def differences(seed: int) -> tuple[str, bool]:
    """Where the two ways to read a case part, and whether arrow read it at all."""
    found = legible(case(seed))
    alone = [read_with_care(data, found.wanted) for data in found.files]
    swift = [read_swiftly(data, found.wanted) for data in found.files]
    together = read_together(found)
    for ours in (swift, together):
        for data, careful, other in zip(found.files, alone, ours, strict=bool(ours)):
            if described(careful) != described(other):
                return f"{seed}: {data!r} for {found.wanted}: {careful}\n{other}", True
    return "", bool(together)


@pytest.mark.parametrize("shard", list(range(SHARDS)))
def test_both_ways_to_read_give_the_same_frame_or_the_same_refusal(shard: int) -> None:
    count = int(FILES / FILES_PER_CASE / SHARDS)
    seeds = range(shard * 10_000_000, shard * 10_000_000 + count)

    told = [differences(seed) for seed in seeds]

    assert [] == [difference for difference, _ in told if difference][:3]
    assert OFTEN * count / 100 < sum(is_plain for _, is_plain in told)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n-0,1\n",
        "a,b\n0x1F,1\n",
        "a,b\nnan(1),1\n",
        "a,b\n1,1\n\n2,2\n",
        "a,b\r1,2\r3,4\r",
        'a,b\n"1",2\n',
        "a,b\n1,2,\n",
        "a,b\n1\n",
        "a,b\n1,\n",
        "a,b\n1,300\n",
        "a,a\n1,2\n",
        "a,b\n\ufeff1,2\n",
        "a,b\n",
        "a,b",
    ],
)
def test_what_is_in_doubt_is_left_to_the_careful_reader(text: str) -> None:
    case_ = Case(schema(a="double", b="int8"), (text.encode(),))

    assert [] == read_together(case_)
    careful = described(read_with_care(text.encode(), case_.wanted))
    assert careful == described(read_swiftly(text.encode(), case_.wanted))


def test_a_line_of_blanks_is_no_row_where_there_is_one_column() -> None:
    for text in (b"a\n1\n  \n2\n", b"a\n1\n\n2\n", b"a\n1\n\t\n"):
        wanted = schema(a="string")

        assert described(read_with_care(text, wanted)) == described(read_swiftly(text, wanted))


def test_plain_files_of_one_header_are_one_table() -> None:
    files = (b"a,w,b\n1.5,x,2\n,y,3\n", b"a,w,b\r\n0.1,,4\r\n", b"\xef\xbb\xbfa,w,b\n7,z,5")

    frames = read_together(Case(schema(b="integer", a="float", w="string"), files))

    assert [2, 1, 1] == [len(frame) for frame in frames]
    assert [2, 3, 4, 5] == [value for frame in frames for value in frame["b"].tolist()]
    assert {"int32 float32 str"} == {" ".join(map(str, frame.dtypes)) for frame in frames}
