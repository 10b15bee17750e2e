from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.child.mlflow import csv_table
from shared.scoring.child.mlflow.failure import Unfit, Unreadable
from tests.scoring.csv_reader import Reader
from tests.scoring.schemas import Schema, Stored, Type, schema, unnamed


@pytest.fixture(name="read")
def _read(tmp_path: Path) -> Reader:
    return Reader(tmp_path / "table.csv")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv") / "table.csv"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("float", "0.1", np.float32(0.1)),
        ("float", "3", np.float32(3)),
        ("float", "-1e-3", np.float32(-0.001)),
        ("float", "", np.float32("nan")),
        ("float", "NA", np.float32("nan")),
        ("float", "inf", np.float32("inf")),
        ("double", "0.1", np.float64(0.1)),
        ("double", "9007199254740993", np.float64(9007199254740992)),
        ("double", "123456789012345678901234567890", np.float64(1.2345678901234568e29)),
        ("double", " 2.5 ", np.float64(2.5)),
        ("integer", "3", np.int32(3)),
        ("integer", "3.0", np.int32(3)),
        ("integer", " 3 ", np.int32(3)),
        ("integer", "1e3", np.int32(1000)),
        ("integer", "-2147483648", np.int32(-2147483648)),
        ("long", "9007199254740993", np.int64(9007199254740993)),
        ("long", "9007199254740993.0", np.int64(9007199254740993)),
        ("long", "9223372036854775807", np.int64(9223372036854775807)),
        ("string", "00123", "00123"),
        ("string", "NA", "NA"),
        ("string", "1.50", "1.50"),
        ("string", '"a\nb, ""c"""', 'a\nb, "c"'),
        ("boolean", "True", np.True_),
        ("boolean", "false", np.False_),
        ("boolean", "1", np.True_),
        ("datetime", "2020-01-02", np.datetime64("2020-01-02")),
        (
            "datetime",
            "2020-01-02T10:00:00.123456789",
            np.datetime64("2020-01-02T10:00:00.123456789"),
        ),
        ("datetime", "2020-01-02T10:00:00+02:00", np.datetime64("2020-01-02T08:00:00")),
        ("datetime", "2020-01-02 10:00 +0200", np.datetime64("2020-01-02T08:00:00")),
        ("datetime", "20200102T101112.5", np.datetime64("2020-01-02T10:11:12.5")),
        ("datetime", "2020-02", np.datetime64("2020-02-01")),
        ("datetime", "2020/2/3", np.datetime64("2020-02-03")),
        ("datetime", "", np.datetime64("NaT", "ns")),
        ("datetime", "NaT", np.datetime64("NaT", "ns")),
    ],
)
def test_a_cell_is_cast_to_the_type_of_the_signature(
    read: Reader, kind: str, text: str, value: Any
) -> None:
    frame = read(f"x,value\na,{text}\n", schema(value=kind))

    got = frame["value"].to_numpy()[0]
    assert ["value"] == list(frame.columns)
    assert type(value) is type(got)
    assert value == got or (value != value and got != got)  # noqa: PLR0124  # nan


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("integer", "value", "invalid literal for int() with base 10: 'value'"),
        ("integer", "3.7", "invalid literal for int() with base 10: '3.7'"),
        ("integer", "1_000", "invalid literal for int() with base 10: '1_000'"),
        ("integer", "inf", "invalid literal for int() with base 10: 'inf'"),
        ("integer", "True", "invalid literal for int() with base 10: 'True'"),
        ("integer", "٣", "invalid literal for int() with base 10: '٣'"),
        ("integer", "", "a blank value cannot be an integer"),
        ("integer", "nan", "a blank value cannot be an integer"),
        ("integer", "2147483648", "2147483648 does not fit into a 32-bit integer"),
        ("integer", "-2147483649", "-2147483649 does not fit into a 32-bit integer"),
        ("long", "9223372036854775808", "9223372036854775808 does not fit into a 64-bit integer"),
        ("long", "1e999999999", "1e999999999 does not fit into a 64-bit integer"),
        ("long", "1e-999999999", "invalid literal for int() with base 10: '1e-999999999'"),
        ("float", "abc", "could not convert string to float: 'abc'"),
        ("float", "1_0", "could not convert string to float: '1_0'"),
        ("float", "True", "could not convert string to float: 'True'"),
        ("float", "1e39", "1e39 does not fit into a 32-bit float"),
        ("double", "1,5", None),
        ("boolean", "yes", "'yes' is not a boolean: write true or false"),
        ("binary", "a text", "'a text' is not binary: write base64"),
        ("datetime", "01/02/2020", "'01/02/2020' is not a date: write ISO 8601"),
        ("datetime", "now", "'now' is not a date: write ISO 8601"),
        ("datetime", "today", "'today' is not a date"),
        ("datetime", "2020-01-02T10:00:00 UTC", "is not a date"),
        ("datetime", "2020-01-02t10:00", "is not a date"),
        ("datetime", "2020-01-02T10:00+25:00", "is not a date"),
        ("datetime", "202001", "'202001' is not a date"),
        ("datetime", "٢٠٢٠-01-01", "is not a date"),
        ("datetime", "2020-02-30", "2020-02-30"),
        ("datetime", "1500-01-01", "Out of bounds"),
    ],
)
def test_a_cell_that_does_not_fit_is_refused_by_column_and_row(
    read: Reader, kind: str, text: str, message: str | None
) -> None:
    good = {"boolean": "true", "datetime": "2020-01-01", "binary": "YQ=="}.get(kind, "1")

    with pytest.raises((Unfit, Unreadable)) as caught:
        read(f"x,the value\na,{good}\nb,{text}\n", schema(**{"the value": kind}))

    if message is not None:
        assert message in str(caught.value)
        assert "(column 'the value', row 1)" in str(caught.value)
    assert "\n" not in str(caught.value)


@given(values=st.lists(st.floats(allow_nan=False, width=64), min_size=1, max_size=20))
def test_doubles_are_read_to_the_last_bit(scratch: Path, values: list[float]) -> None:
    frame = Reader(scratch)("v\n" + "\n".join(map(repr, values)), schema(v="double"))

    assert np.array(values).tobytes() == frame["v"].to_numpy().tobytes()


@given(values=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20))
def test_longs_are_exact_even_beside_a_written_fraction(scratch: Path, values: list[int]) -> None:
    """One '.0' makes pandas read the whole column as floats, which lose the last digits."""
    lines = ["7.0", *map(str, values)]
    frame = Reader(scratch)("v\n" + "\n".join(lines), schema(v="long"))

    assert [7, *values] == frame["v"].tolist()


def test_columns_come_in_the_order_of_the_signature_and_extra_ones_are_dropped(
    read: Reader,
) -> None:
    frame = read("c,b,a,z\nx,1,2.5,é\n", schema(a="float", b="integer", c="string"))

    assert [("a", "float32"), ("b", "int32"), ("c", "str")] == [
        (name, str(kind)) for name, kind in frame.dtypes.items()
    ]


def test_missing_columns_are_all_named_and_optional_ones_may_be_missing(read: Reader) -> None:
    wanted = schema(a="float", b="integer", c="string", d="double?")

    assert ["a", "b", "c"] == list(read("a,b,c\n1,2,3\n", wanted).columns)
    assert ["a", "b", "c", "d"] == list(read("a,d,b,c\n1,2,3,4\n", wanted).columns)
    with pytest.raises(Unfit, match="the model requires: 'a', 'c'"):
        read("b,A\n1,2\n", wanted)


def test_a_blank_is_a_missing_text_and_a_missing_number(read: Reader) -> None:
    frame = read("s,f,t\n,,\nNone,1,2020-01-01\n", schema(s="string", f="float", t="datetime"))

    assert [True, False] == frame["s"].isna().tolist()
    assert [True, False] == frame["f"].isna().tolist()
    assert [True, False] == frame["t"].isna().tolist()
    assert "None" == frame["s"][1]


def test_a_column_of_any_type_is_as_pandas_reads_it(read: Reader) -> None:
    """MLflow writes Any for a column that was empty when the model was trained."""
    wanted = schema(a="double", none="Any?", word="Any?", number="Any?")

    frame = read("a,none,word,number,x\n1,,b,7,1\n2,,,8,1\n", wanted)

    assert [None, None] == frame["none"].tolist()
    assert ["b", True] == [frame["word"][0], pd.isna(frame["word"][1])]
    assert [7, 8] == frame["number"].tolist()


def test_two_columns_of_one_name_are_refused_if_the_model_needs_one_of_them(read: Reader) -> None:
    with pytest.raises(Unfit, match="2 columns named 'a'"):
        read("a,a,b\n1,2,3\n", schema(a="integer"))

    assert [3] == read("a,a,b\n1,2,3\n", schema(b="integer"))["b"].tolist()
    trained_so = read("a,a\n1,2\n", schema(**{"a": "integer", "a.1": "integer"}))
    assert [[1, 2]] == trained_so.to_numpy().tolist()


def test_without_a_signature_pandas_decides(read: Reader) -> None:
    frame = read("a,a,b,c\n1,2.5,x,\n", None)

    assert ["a", "a.1", "b", "c"] == list(frame.columns)
    assert ["int64", "float64", "str", "float64"] == [str(kind) for kind in frame.dtypes]


def test_unnamed_columns_are_taken_by_position(read: Reader) -> None:
    frame = read("x,y,z\n1,00,3\n", unnamed("double", "string"))

    assert [[1.0, "00"]] == frame.to_numpy().tolist()
    with pytest.raises(Unfit, match="has 1 columns, and the model requires 2"):
        read("x\n1\n", unnamed("double", "string"))


def test_a_tensor_signature_gives_every_column_its_type(read: Reader) -> None:
    frame = read("x,y\n1,2\n", unnamed("float32", tensors=True))

    assert {"float32"} == {str(kind) for kind in frame.dtypes}


def test_a_type_that_csv_cannot_hold_is_refused(read: Reader) -> None:
    with pytest.raises(Unfit, match=r"wants Array.* in the column 'a', which csv cannot hold"):
        read("a\n1\n", schema(a="Array(long)"))


def test_bytes_are_written_as_base64(read: Reader) -> None:
    assert [b"text", None] == read("x,a\n1,dGV4dA==\n2,\n", schema(a="binary"))["a"].tolist()


def test_a_missing_boolean_stays_missing_beside_others(read: Reader) -> None:
    assert [True, None, False] == read("x,b\n1,true\n2,\n3,0\n", schema(b="boolean"))["b"].tolist()


def test_a_column_whose_name_is_a_number_is_found_by_its_spelling(read: Reader) -> None:
    numbers = Schema(tuple(Stored(name, Type("long")) for name in (1, 0)))

    frame = read("0,1,2\n7,8,9\n", numbers)

    names: list[Any] = list(frame.columns)
    assert ([1, 0], [[8, 7]]) == (names, frame.to_numpy().tolist())


def test_a_header_alone_has_columns_of_the_signatures_types(read: Reader) -> None:
    frame = read("a,b,c,d\n", schema(a="float", b="boolean", c="datetime", d="string"))

    assert ["float32", "bool", "datetime64[ns]", "str"] == [str(kind) for kind in frame.dtypes]


def test_one_unnamed_column_is_not_picked_among_several(read: Reader) -> None:
    with pytest.raises(Unfit, match=r"one value per row.* has 2 columns: 'x', 'y'"):
        read("x,y\n1,2\n", unnamed("double"))


def test_a_file_that_is_gone_is_not_the_files_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        csv_table.read(str(tmp_path / "gone.csv"), None)
