"""Parquet files: row groups, Arrow's types, pandas' index, and damage."""

import gzip
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.scoring.child.mlflow import json_table, parquet_table
from shared.scoring.child.mlflow.failure import Unfit, Unreadable
from tests.scoring.schemas import Schema, schema
from tests.scoring.table_files import parquet


def test_all_row_groups_are_read_in_order(tmp_path: Path) -> None:
    path = tmp_path / "groups.parquet"
    pq.write_table(pa.table({"x": list(range(1000))}), path, row_group_size=7)

    assert list(range(1000)) == parquet_table.read(str(path), schema(x="integer"))["x"].tolist()


@pytest.mark.parametrize(
    ("array", "kind", "expected"),
    [
        (pa.array([1, 2], pa.int8()), "integer", [1, 2]),
        (pa.array([1, 2], pa.uint64()), "long", [1, 2]),
        (pa.array([1.5, 2.5], pa.float32()), "double", [1.5, 2.5]),
        (pa.array([1, 2], pa.int64()), "float", [1.0, 2.0]),
        (pa.array([1.0, 2.0], pa.float64()), "long", [1, 2]),
        (pa.array([Decimal("1.50"), Decimal("2.00")]), "double", [1.5, 2.0]),
        (pa.array(["a", "b"]).dictionary_encode(), "string", ["a", "b"]),
        (pa.array(["a", "b"], pa.large_string()), "string", ["a", "b"]),
        (pa.array([b"a", None]), "binary", [b"a", None]),
        (pa.array([date(2020, 1, 2)] * 2), "datetime", [datetime(2020, 1, 2)] * 2),  # noqa: DTZ001
        (
            pa.array([datetime(2020, 1, 2)] * 2, pa.timestamp("ms", "Europe/Berlin")),  # noqa: DTZ001
            "datetime",
            [datetime(2020, 1, 2)] * 2,  # noqa: DTZ001
        ),
    ],
    ids=lambda value: str(getattr(value, "type", value)),
)
def test_arrows_types_become_the_signatures(
    tmp_path: Path, array: Any, kind: str, expected: list[Any]
) -> None:
    frame = parquet(tmp_path, pa.table({"x": array}), schema(x=kind))

    assert expected == frame["x"].tolist()
    assert kind != "datetime" or str(frame["x"].dtype) == "datetime64[ns]"


def test_what_pandas_saved_as_its_index_is_a_column_to_a_signature(tmp_path: Path) -> None:
    saved = pd.DataFrame({"id": [7, 3, 4], "x": [1.0, 2.0, 3.0]}).set_index("id")
    saved.to_parquet(tmp_path / "saved.parquet")

    frame = parquet_table.read(str(tmp_path / "saved.parquet"), schema(id="long", x="double"))

    assert [[7, 1.0], [3, 2.0], [4, 3.0]] == frame.to_numpy().tolist()
    assert [0, 1, 2] == list(frame.index)


def test_a_parquet_file_without_rows_is_checked_and_gives_none(tmp_path: Path) -> None:
    empty = pa.table({"x": pa.array([], pa.float64())})

    frame = parquet(tmp_path, empty, schema(x="integer"))
    assert ((0, 1), ["int32"]) == (frame.shape, [str(kind) for kind in frame.dtypes])
    assert 0 == len(parquet(tmp_path, empty, None))
    with pytest.raises(Unfit, match="'y'"):
        parquet(tmp_path, empty, schema(y="integer"))


def test_two_parquet_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"])

    with pytest.raises(Unfit, match="2 columns named 'x'"):
        parquet(tmp_path, twice, schema(x="long"))


@pytest.mark.parametrize("wanted", [schema(x="long"), None])
@pytest.mark.parametrize(
    "damage", [lambda data: b"a,b\n1,2\n", lambda data: b"", lambda data: data[:-30]]
)
def test_what_is_no_parquet_is_unreadable(
    tmp_path: Path, damage: Callable[[bytes], bytes], wanted: Schema | None
) -> None:
    path = tmp_path / "bad.parquet"
    pq.write_table(pa.table({"x": list(range(100))}), path)
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(Unreadable):
        parquet_table.read(str(path), wanted)


@pytest.mark.parametrize("module", [parquet_table, json_table])
def test_a_file_that_is_gone_is_not_the_files_fault(tmp_path: Path, module: Any) -> None:
    with pytest.raises(FileNotFoundError):
        module.read(str(tmp_path / "gone"), None)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gzip.compress(b"PAR1", mtime=0), "is compressed by gzip"),
        (b"PAR1xxxxPAR1", r"(?i)parquet|footer"),
    ],
)
def test_what_is_named_parquet_says_what_it_is(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "table.parquet").write_bytes(data)

    with pytest.raises(Unreadable, match=message):
        parquet_table.read(str(tmp_path / "table.parquet"), None)


TEXTS = pa.array(["7", "high"])
OF_TEXTS = "; the column is string in the file, and the signature wants "


@pytest.mark.parametrize(
    ("column", "wanted", "told", "row"),
    [
        (TEXTS, "double", f"'high'{OF_TEXTS}double. Write the column as float64, or log", 1),
        (TEXTS.dictionary_encode(), "long", f"{OF_TEXTS}long. Write the column as int64", 1),
        (TEXTS.cast(pa.large_string()), "datetime", "Write the column as timestamp, or", 0),
        (pa.array([1.5]), "string", "1.5 is not a text; the column is double in the file", 0),
        (pa.array([1, None]), "integer", "wants integer. Fill what is missing, or log the", 1),
        (pa.array([1 << 40]), "integer", "wants integer. Mend the value, or log the model", 0),
    ],
)
def test_a_column_of_another_type_is_told_with_both_types_and_the_fix(
    tmp_path: Path, column: pa.Array, wanted: str, told: str, row: int
) -> None:
    with pytest.raises(Unfit) as refused:
        parquet(tmp_path, pa.table({"x": column}), schema(x=wanted))

    assert told in str(refused.value)
    assert str(refused.value).endswith(f" (column 'x', row {row})")
