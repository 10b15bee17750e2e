"""Parquet and JSON, which know types: what reads the same from both, and what only one can say."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.child.mlflow import json_table
from shared.scoring.child.mlflow.failure import Unfit
from tests.scoring.schemas import Schema, Stored, Type, schema, tensor, unnamed
from tests.scoring.table_files import Table, parquet

Read = Callable[[Table, Schema | None], pd.DataFrame]


def json_lines(folder: Path, table: Table, wanted: Schema | None) -> pd.DataFrame:
    path = folder / "table.jsonl"
    rows = [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    frame: pd.DataFrame = json_table.read(str(path), wanted)
    return frame


@pytest.fixture(name="read", params=[json_lines, parquet], ids=lambda reader: reader.__name__)
def _read(request: pytest.FixtureRequest, tmp_path: Path) -> Read:
    return lambda table, wanted: request.param(tmp_path, table, wanted)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("float", 0.1, np.float32(0.1)),
        ("float", 3, np.float32(3)),
        ("double", 3, np.float64(3)),
        ("double", None, np.float64("nan")),
        ("double", "2.5", np.float64(2.5)),
        ("integer", 3, np.int32(3)),
        ("integer", 3.0, np.int32(3)),
        ("long", 9007199254740993, np.int64(9007199254740993)),
        ("long", "9007199254740993", np.int64(9007199254740993)),
        ("uint8", 255, np.uint8(255)),
        ("int16", -32768, np.int16(-32768)),
        ("boolean", True, np.True_),
        ("boolean", 0, np.False_),
        ("boolean", "true", np.True_),
        ("boolean", None, None),
        ("binary", "dGV4dA==\n", b"text"),
        ("binary", None, None),
        ("string", "007", "007"),
        ("string", 7, "7"),
        ("datetime", "2020-01-02T10:00:00+02:00", np.datetime64("2020-01-02T08:00:00")),
        ("datetime", None, np.datetime64("NaT", "ns")),
    ],
)
def test_a_value_is_cast_to_the_type_of_the_signature(
    read: Read, kind: str, value: Any, expected: Any
) -> None:
    got = read({"x": [value], "other": [1]}, schema(x=kind))["x"].to_numpy()[0]

    assert type(expected) is type(got)
    assert expected == got or (expected != expected and got != got)  # noqa: PLR0124  # nan


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("integer", 3.7, "invalid literal for int() with base 10: '3.7'"),
        ("integer", None, "a blank value cannot be an integer"),
        ("integer", 2147483648, "2147483648 does not fit into a 32-bit integer"),
        ("uint8", 256, "256 does not fit into an unsigned 8-bit integer"),
        ("uint8", -1, "-1 does not fit into an unsigned 8-bit integer"),
        ("integer", True, "True is not a number"),
        ("integer", [1], "[1] is not a number"),
        ("double", "abc", "could not convert string to float: 'abc'"),
        ("float", 1e39, "1e+39 does not fit into a 32-bit float"),
        ("boolean", 2, "'2' is not a boolean"),
        ("string", 0.5, "0.5 is not a text"),
        ("string", True, "True is not a text"),
        ("string", ["a"], "['a'] is not a text"),
        ("datetime", 1577836800, "1577836800 is not a date: write ISO 8601"),
        ("datetime", "01/02/2020", "01/02/2020"),
        ("binary", "a text", "'a text' is not binary: write base64"),
        ("binary", "dGV4dA", "'dGV4dA' is not binary: write base64"),
        ("binary", 7, "7 is not binary"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_column_and_row(
    read: Read, kind: str, value: Any, message: str
) -> None:
    with pytest.raises(Unfit) as caught:
        read({"the value": [value]}, schema(**{"the value": kind}))

    assert message in str(caught.value)
    assert "(column 'the value'" in str(caught.value)


def test_the_row_at_fault_is_named(read: Read) -> None:
    with pytest.raises(Unfit, match="row 2"):
        read({"x": [1, 2, None]}, schema(x="long"))


@given(values=st.lists(st.integers(-(2**63), 2**63 - 1) | st.none(), min_size=1))
def test_whole_numbers_are_exact_as_text_even_beside_a_null(
    tmp_path_factory: pytest.TempPathFactory, values: list[int | None]
) -> None:
    """Arrow's own way to pandas makes doubles of them, which lose the last digits."""
    folder = tmp_path_factory.getbasetemp()
    expected = [None if value is None else str(value) for value in values]

    for reader in (json_lines, parquet):
        got = reader(folder, {"x": values}, schema(x="string"))["x"]
        assert expected == [None if pd.isna(value) else value for value in got]


def test_columns_come_in_the_signatures_order_and_others_are_not_read(read: Read) -> None:
    table: Table = {"b": [1], "x": [[]], "a": ["t"]}

    assert ["a", "b"] == list(read(table, schema(a="string", b="long")).columns)
    assert ["a", "b"] == list(read(table, schema(a="string", b="long", c="long?")).columns)
    with pytest.raises(Unfit, match="the model requires: 'c', 'd'"):
        read(table, schema(a="string", c="long", d="float"))
    assert [[1, "t"]] == read({"p": [1], "q": ["t"]}, unnamed("long", "string")).to_numpy().tolist()


def test_without_a_signature_the_file_decides(read: Read) -> None:
    frame = read({"a": [1, 2], "b": [0.5, None], "c": ["x", "y"]}, None)

    assert ["int64", "float64", "str"] == [str(kind) for kind in frame.dtypes]


def test_lists_are_the_rows_of_a_tensor(read: Read) -> None:
    frame = read({"x": [[1, 2], [3, 4]]}, tensor("float32", -1, 2))

    assert [[1.0, 2.0], [3.0, 4.0]] == [row.tolist() for row in frame["x"]]
    assert {np.dtype("float32")} == {row.dtype for row in frame["x"]}
    with pytest.raises(Unfit, match="do not fit into uint8"):
        read({"x": [[1, 256]]}, tensor("uint8", -1, 2))
    with pytest.raises(Unfit, match="more than numbers"):
        read({"x": [["a", "b"]]}, tensor("uint8", -1, 2))


@dataclass(frozen=True)
class ListOf:
    """As MLflow's `Array`."""

    dtype: Any


@dataclass(frozen=True)
class Property:
    name: str
    dtype: Any


@dataclass(frozen=True)
class ObjectOf:
    """As MLflow's `Object`."""

    properties: tuple[Property, ...]


def test_numbers_inside_lists_and_objects_get_the_type_that_mlflow_insists_on(read: Read) -> None:
    numbers = ListOf(Type("float"))
    inner = ObjectOf((Property("score", Type("double")), Property("counts", ListOf(Type("long")))))
    wanted = Schema((Stored("numbers", numbers), Stored("inner", inner)))
    table: Table = {"numbers": [[1, 2], []], "inner": [{"score": 1, "counts": [1.0]}] * 2}

    row, empty = (cells for _, cells in read(table, wanted).iterrows())

    assert (np.float32, [1.0, 2.0]) == (row["numbers"].dtype, row["numbers"].tolist())
    assert (np.float32, 0) == (empty["numbers"].dtype, len(empty["numbers"]))
    assert isinstance(row["inner"]["score"], np.float64)
    counts = row["inner"]["counts"]
    assert [1] == list(counts)
    assert type(counts[0]) is (np.int64 if isinstance(counts, np.ndarray) else int)


@pytest.mark.parametrize(
    ("name", "spelt"), [(0, "0"), (-1, "-1"), (0.5, "0.5"), (1.0, "1"), (True, "true")]
)
def test_a_column_whose_name_is_no_text_is_found_by_its_spelling(
    read: Read, name: Any, spelt: str
) -> None:
    frame = read({spelt: [3]}, Schema((Stored(name, Type("long")),)))

    assert [(name, type(name))] == [(one, type(one)) for one in frame.columns]
    assert [3] == frame[name].tolist()


def test_a_name_that_a_file_cannot_tell_from_another_is_refused(read: Read) -> None:
    both = Schema((Stored(0, Type("long")), Stored("0", Type("long"))))

    with pytest.raises(Unfit, match="has 2 columns that a file calls '0'"):
        read({"0": [3]}, both)


def test_a_missing_boolean_stays_missing_beside_others(read: Read) -> None:
    assert [True, None] == read({"x": [True, None]}, schema(x="boolean"))["x"].tolist()
    with pytest.raises(Unfit, match=r"a blank value .* row 1"):
        read({"x": [True, None]}, Schema((Stored("x", Type("bool")),), tensors=True))


def test_one_unnamed_column_is_not_picked_among_several(read: Read) -> None:
    with pytest.raises(Unfit, match=r"one value per row.* has 2 columns: 'p', 'q'"):
        read({"p": [1], "q": [2]}, unnamed("long"))


def test_a_table_that_does_not_fit_shows_its_columns(read: Read) -> None:
    with pytest.raises(Unfit, match=r"requires: 'a'. The file has the columns 'b;c', 'd'$"):
        read({"b;c": [1], "d": [2]}, schema(a="long"))
