"""Of a parquet file only the columns that the signature wants are read; nothing else changes."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.child.mlflow import parquet_table
from shared.scoring.child.mlflow.failure import FileFailed, Unreadable
from tests.scoring.schemas import Schema, schema, unnamed

# Names with dots are how parquet calls the fields of a struct.
_NAMES = st.sampled_from(["a", "b", "a.b", "a.b.c", "b.list.element", "c"])
_COLUMNS = st.sampled_from(
    [
        pa.array([1, 2, None]),
        pa.array([1.5, float("nan"), 2.5]),
        pa.array(["x", None, ""]),
        pa.array([True, False, None]),
        pa.array([{"b": 1}, {"b": 2}, None]),
        pa.array([[1], [], None]),
        pa.array(["u", "v", "u"]).dictionary_encode(),
    ]
)
_WANTED = st.dictionaries(
    _NAMES, st.sampled_from(["long?", "double", "string", "boolean?"]), min_size=1
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("columns") / "table.parquet"


def outcome(path: Path, table: pa.Table, wanted: Schema | None) -> Any:
    pq.write_table(table, path, row_group_size=2)
    try:
        return parquet_table.read(str(path), wanted)
    except FileFailed as error:
        return type(error), str(error).split(". The file has")[0]


@given(st.dictionaries(_NAMES, _COLUMNS, min_size=1), _WANTED)
def test_columns_that_nobody_wants_change_nothing(
    path: Path, columns: dict[str, pa.Array], kinds: dict[str, str]
) -> None:
    """What a file of all columns gives is what a file of the wanted ones alone gives."""
    table = pa.table(columns)
    wanted = schema(**kinds)
    present = [name for name in columns if name in kinds]

    whole = outcome(path, table, wanted)
    alone = outcome(path, table.select(present), wanted)

    if isinstance(whole, pd.DataFrame):
        pd.testing.assert_frame_equal(whole, alone)
    else:
        assert whole == alone


@pytest.mark.parametrize(
    "wanted",
    [schema(b="long"), unnamed("long", "string")],
    ids=["named", "by position"],
)
def test_what_is_not_wanted_is_not_even_read(path: Path, wanted: Schema) -> None:
    """The pages of a column that is not read may be damaged."""
    table = pa.table({"b": [1, 2, 3], "s": ["x", "y", "z"], "wide": [b"needle" * 50] * 3})
    pq.write_table(table, path, compression="none", use_dictionary=False)
    data = path.read_bytes()
    chunk = pq.ParquetFile(path).metadata.row_group(0).column(2)
    start = chunk.data_page_offset
    damaged = data[:start] + b"\xff" * 40 + data[start + 40 :]
    path.write_bytes(damaged)

    assert [1, 2, 3] == parquet_table.read(str(path), wanted).iloc[:, 0].tolist()
    with pytest.raises(Unreadable):
        parquet_table.read(str(path), None)
