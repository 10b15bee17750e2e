"""Parquet and JSON, which know types: what reads the same from both, and what only one can say."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.child.mlflow import json_table, parquet_table
from shared.scoring.child.mlflow.failure import Unfit, Unreadable
from tests.scoring.schemas import Schema, Stored, Type, schema, tensor, unnamed

Table = dict[str, list[Any]]
Read = Callable[[Table, Schema | None], pd.DataFrame]


def json_lines(folder: Path, table: Table, wanted: Schema | None) -> pd.DataFrame:
    path = folder / "table.jsonl"
    rows = [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    frame: pd.DataFrame = json_table.read(str(path), wanted)
    return frame


def parquet(folder: Path, table: Table | pa.Table, wanted: Schema | None) -> pd.DataFrame:
    path = folder / "table.parquet"
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), path)
    frame: pd.DataFrame = parquet_table.read(str(path), wanted)
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


# Parquet.


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


# JSON.


@pytest.mark.parametrize("wanted", [schema(a="long", b="string"), None])
@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n',
        '{"a": 1, "b": "x"}\r\n\r\n{"b": "y", "a": 2}',
        '\ufeff{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n',
        '[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]',
        '\n [\n {"a": 1,\n "b": "x"}, {"a": 2, "b": "y"}\n]\n',
    ],
    ids=["lines", "crlf", "bom", "array", "pretty array"],
)
def test_lines_and_arrays_of_objects_read_the_same(
    tmp_path: Path, text: str, wanted: Schema | None
) -> None:
    path = tmp_path / "table.json"
    path.write_bytes(text.encode())

    assert [[1, "x"], [2, "y"]] == json_table.read(str(path), wanted).to_numpy().tolist()


def test_one_object_over_several_lines_is_one_row(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text('{\n  "a": 1\n}\n')

    assert [[1]] == json_table.read(
        str(tmp_path / "one.json"), schema(a="long")
    ).to_numpy().tolist()


def test_a_key_that_some_objects_lack_is_a_blank(tmp_path: Path) -> None:
    path = tmp_path / "gaps.jsonl"
    path.write_text('{"a": 1}\n{"b": 2}\n{"a": 3, "b": NaN}\n')

    frame = json_table.read(str(path), schema(a="double", b="double"))

    assert [[False, True], [True, False], [False, True]] == frame.isna().to_numpy().tolist()
    with pytest.raises(Unfit, match=r"a blank value .* row 1"):
        json_table.read(str(path), schema(a="long"))


def test_a_line_end_inside_a_text_ends_no_line(tmp_path: Path) -> None:
    path = tmp_path / "table.jsonl"
    path.write_text('{"a": "x\u2028y\x85z"}\n', encoding="utf-8")

    assert ["x\u2028y\x85z"] == json_table.read(str(path), schema(a="string"))["a"].tolist()


def test_no_objects_are_no_rows(tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text("[]")

    frame = json_table.read(str(tmp_path / "empty.json"), schema(a="long", b="boolean"))
    assert (0, ["int64", "bool"]) == (len(frame), [str(kind) for kind in frame.dtypes])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The file is empty"),
        (b"\xef\xbb\xbf\n\n", "The file is empty"),
        (b'{"a": 1}\n{"a": \n', "Line 2 is not JSON: Expecting value at column 7$"),
        (b"a,b\n1,2\n", "Line 1 is not JSON"),
        (b'{"a": 1}\n[1]\n', "The line 2 is a list: each must be an object"),
        (b"[1, 2]", "The entry 0 is a int"),
        (b'[{"a": 1}', "The file is not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": "\xe9"}', "is not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "looks like UTF-16"),
        (gzip.compress(b'{"a": 1}', mtime=0), "is compressed by gzip"),
        (b"<html><body>403", "is a web page .*begins '<html><body>403'"),
        (b'{"a": ' + b"1" * 5000 + b"}", "not JSON"),
    ],
)
def test_what_is_no_json_is_unreadable_and_says_why(
    tmp_path: Path, data: bytes, message: str
) -> None:
    (tmp_path / "bad.jsonl").write_bytes(data)

    with pytest.raises(Unreadable, match=message):
        json_table.read(str(tmp_path / "bad.jsonl"), None)


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


def test_a_table_that_does_not_fit_shows_its_columns(read: Read) -> None:
    with pytest.raises(Unfit, match=r"requires: 'a'. The file has the columns 'b;c', 'd'$"):
        read({"b;c": [1], "d": [2]}, schema(a="long"))
