"""Parquet files out of rows that are JSON: what a reader finds in them is what the rows say."""

import io
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from functools import reduce
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain import value_shape
from shared.domain.column_types import TypeName, Types, mixed_columns, types_of
from shared.domain.value_shape import Columns, ValueKind, merged, read_shapes
from shared.scoring.child import json_values, value_shapes
from shared.scoring.child.named_columns import WrongColumns
from shared.scoring.child.value_shapes import RowShapes
from shared.stores.parquet import parquet_file as module
from shared.stores.parquet.parquet_file import NotAsTold, ParquetFile

type Rows = list[dict[str, Any]]

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 70), 1 << 70) | st.integers(-5, 5),
    st.text(max_size=4),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(timezone(timedelta(hours=-7)))),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=2)
    ),
    max_leaves=6,
)
# Most columns have values of one sort.
COLUMNS = st.one_of(
    st.lists(VALUES, max_size=6),
    st.lists(st.integers(-(1 << 62), 1 << 62) | st.none(), max_size=6),
    st.lists(st.floats() | st.integers(-9, 9), max_size=6),
    st.lists(st.lists(st.dictionaries(st.sampled_from("xy"), st.integers()), max_size=2)),
    st.lists(st.datetimes() | st.none(), max_size=6),
)
ROWS = st.dictionaries(st.sampled_from(["a", "b", "c.d", "", "ä"]), COLUMNS, max_size=4).map(
    lambda columns: [
        {name: values[at] for name, values in columns.items() if at < len(values)}
        for at in range(max(map(len, columns.values()), default=0))
    ]
)


def said(rows: Rows) -> tuple[Columns, bytes]:
    """What a mini-batch leaves: what its values are, and its lines."""
    noted, plain = RowShapes(), [json_values.value_of(row) for row in rows]
    noted.note_rows(plain)
    return read_shapes(noted.written()), "".join(map(json_values.line, plain)).encode()


def written(batches: Sequence[Rows], *, is_packed: bool = False) -> bytes:
    parts = [said(rows) for rows in batches]
    columns: Columns = reduce(merged, (shapes for shapes, _ in parts), {})
    return of_pieces((content for _, content in parts), types_of(columns), is_packed=is_packed)


def of_pieces(pieces: Iterable[bytes], types: Types, *, is_packed: bool = False) -> bytes:
    file = ParquetFile(types, is_packed=is_packed)
    return b"".join([*(block for piece in pieces for block in file.take(piece)), *file.end()])


def read(data: bytes) -> Rows:
    rows: Rows = pq.read_table(io.BytesIO(data)).to_pylist()
    return rows


def same(found: Any, said_: Any) -> bool:
    """Whether a value of the file is what its row says; what is not there is missing."""
    if isinstance(found, dict) and isinstance(said_, dict):
        return all(same(found.get(key), said_.get(key)) for key in {*found, *said_})
    if isinstance(found, list) and isinstance(said_, list):
        return len(found) == len(said_) and all(map(same, found, said_))
    if isinstance(said_, str):
        read_as: dict[type, Any] = {float: float, date: date.fromisoformat, str: str}
        return bool(found == read_as.get(type(found), pd.Timestamp)(said_))
    if isinstance(found, str):
        return bool(json.loads(found) == said_)
    return bool(found == said_) and isinstance(found, bool) == isinstance(said_, bool)


@settings(max_examples=50, deadline=None)
@given(rows=ROWS, cuts=st.lists(st.integers(0, 6), max_size=3), is_packed=st.booleans())
def test_a_reader_finds_what_the_rows_say_however_they_were_cut_into_mini_batches(
    rows: Rows,
    cuts: list[int],
    is_packed: bool,  # noqa: FBT001  # hypothesis names it
) -> None:
    """The bytes are those of one mini-batch with all rows, and the order of the rows stays."""
    edges = [0, *(at for at in accumulate(cuts) if at < len(rows)), len(rows)]
    batches = [rows[first:stop] for first, stop in pairwise(edges)]

    data = written(batches, is_packed=is_packed)

    lines = said(rows)[1].decode().split("\n")[:-1]
    assert written([rows], is_packed=is_packed) == data
    assert len(lines) == pq.ParquetFile(io.BytesIO(data)).metadata.num_rows
    if any(rows):
        assert all(map(same, read(data), map(json.loads, lines)))


@settings(max_examples=30, deadline=None)
@given(one=ROWS, two=ROWS, three=ROWS)
def test_mini_batches_say_together_what_all_their_rows_are(
    one: Rows, two: Rows, three: Rows
) -> None:
    """However they are bundled."""
    first, second, third = (said(rows)[0] for rows in (one, two, three))

    whole = said([*one, *two, *three])[0]

    for together in (merged(merged(first, second), third), merged(first, merged(second, third))):
        assert whole == together
        assert list(whole) == list(together)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, None, 2], pa.int64()),
        ([1, 1 << 60], pa.int64()),
        ([1, 0.5, float("nan"), float("-inf")], pa.float64()),
        ([np.float32(0.1), np.int8(1)], pa.float64()),
        ([(1 << 53) + 1, 0.5], pa.string()),
        ([1 << 63], pa.string()),
        ([True, None], pa.bool_()),
        ([True, 1], pa.string()),
        (["1", 1], pa.string()),
        ([None, float("nan")], pa.null()),
        ([date(2026, 1, 2)], pa.date32()),
        ([datetime(2026, 1, 2)], pa.timestamp("us")),  # noqa: DTZ001
        ([datetime(1, 1, 1)], pa.timestamp("us")),  # noqa: DTZ001
        ([datetime(2026, 1, 2, tzinfo=UTC)], pa.timestamp("us", "UTC")),
        ([pd.Timestamp("2026-01-02T00:00:00.000000001")], pa.timestamp("ns")),
        ([np.datetime64("2026-01-02T03"), pd.NaT], pa.timestamp("us")),
        ([np.datetime64("2026-01-02")], pa.date32()),
        ([datetime(2026, 1, 2), "2026-01-02"], pa.string()),  # noqa: DTZ001
        ([[1], [], None, [0.5]], pa.list_(pa.field("element", pa.float64()))),
        ([{"x": 1}, {"y": "t"}], pa.struct([("x", pa.int64()), ("y", pa.string())])),
        ([{}], pa.string()),
        ([{str(at): 1 for at in range(101)}], pa.string()),
    ],
)
def test_a_column_has_the_narrowest_type_that_loses_nothing(
    values: list[Any], expected: pa.DataType
) -> None:
    data = written([[{"c": value}] for value in values])

    table = pq.read_table(io.BytesIO(data))

    assert expected == table.schema.field("c").type
    lines = [json.loads(line)["c"] for line in said([{"c": one} for one in values])[1].splitlines()]
    assert all(same(one, line) for one, line in zip(table["c"].to_pylist(), lines, strict=True))


def test_nanoseconds_are_kept() -> None:
    at = pd.Timestamp("2026-01-02T03:04:05.678901234+02:00")

    frame = pd.read_parquet(io.BytesIO(written([[{"at": at}], [{"at": at.floor("s")}]])))

    assert [at, at.floor("s")] == list(frame["at"])


def test_columns_without_a_type_are_told_with_what_they_hold() -> None:
    columns = said([{"a": [{"b": 1}, {"b": "x"}], "c": 1}, {"c": True, "d": {}}])[0]

    found = {name: list(map(str, kinds)) for name, kinds in mixed_columns(columns)}

    assert {"a[].b": ["int", "text"], "c": ["bool", "int"]} == found


def test_row_groups_end_where_memory_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GROUP_ROWS", 4)
    rows = [{"n": at, "t": "x" * (at % 3)} for at in range(10)]

    file = pq.ParquetFile(io.BytesIO(written([rows[:7], rows[7:]])))

    sizes = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]
    assert ([4, 4, 2], rows) == (sizes, file.read().to_pylist())


def test_words_that_come_again_are_stored_once_and_pages_are_packed() -> None:
    rows = [{"file": f"a long name {at % 3}.csv", "n": at} for at in range(5_000)]

    plain, packed = written([rows]), written([rows], is_packed=True)

    assert rows == read(plain) == read(packed)
    assert len(plain) < 5_000 * 9
    assert len(packed) < len(plain) / 3


@pytest.mark.parametrize("line", [b"[1]", b"{", b'{"n": "x"}', b'{"n": [1]}', b'{"n": 1e400}'])
def test_rows_that_are_not_what_was_said_are_refused(line: bytes) -> None:
    types = types_of(said([{"n": 1}])[0])

    with pytest.raises(NotAsTold):
        of_pieces([line, b"\n"], types)


def test_a_line_that_is_cut_is_refused() -> None:
    with pytest.raises(NotAsTold, match="cut"):
        of_pieces([b'{"n": 1}\n{"n"', b": 2}"], types_of(said([{"n": 1}])[0]))


def test_rows_with_endless_names_are_refused_where_they_are_scored() -> None:
    with pytest.raises(WrongColumns, match="more than 2000 columns"):
        RowShapes().note_rows([{str(at): 1} for at in range(2_001)])


def test_child_and_domain_mean_the_same() -> None:
    bounds = (value_shapes.MOST_FIELDS, value_shapes.DEEPEST, value_shapes.MOST_COLUMNS)
    assert bounds == (value_shape.MOST_FIELDS, value_shape.DEEPEST, value_shape.MOST_COLUMNS)
    nested: Any = 1
    for _ in range(20):
        nested = [nested]
    kinds, shape = set[ValueKind](), said([{"a": nested}])[0]["a"]
    while shape.items:
        shape = shape.items
        kinds.update(shape.kinds)
    assert ValueKind.DEEP in kinds
    assert TypeName.MIXED in str(types_of(said([{"a": nested}])[0]))


@pytest.mark.parametrize("text", ["[]", '{"a": 1}', "{", '{"a": {"kinds": ["odd"]}}', "[" * 5_000])
def test_what_is_no_shape_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_shapes(text)
