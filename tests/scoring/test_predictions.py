import csv
import io
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.child.mlflow.failure import BadPrediction
from shared.scoring.child.mlflow.prediction_rows import line, lines, split


@pytest.mark.parametrize(
    "prediction",
    [
        [0.5, 2.0],
        (0.5, 2.0),
        np.array([0.5, 2.0]),
        np.array([0.5, 2.0], dtype=np.float32),
        np.array([[0.5], [2.0]]),
        np.array([0.5, 2.0], dtype=object),
        [np.float32(0.5), np.float64(2.0)],
        [[0.5], [2.0]],
        [np.array([0.5]), np.array([2.0])],
        pd.Series([0.5, 2.0], index=[7, 9]),
        pd.Series([0.5, 2.0], dtype="Float64"),
        pd.DataFrame({"p": [0.5, 2.0]}, index=[7, 9]),
        {"p": np.array([0.5, 2.0])},
    ],
    ids=lambda prediction: type(prediction).__name__,
)
def test_one_prediction_per_row_whatever_holds_it(prediction: Any) -> None:
    assert b"0,0.5,f\n1,2.0,f\n" == lines(prediction, 2, "f")


@pytest.mark.parametrize(
    "prediction",
    [
        np.array([[1, 2], [3, 4]]),
        np.array([[1, 2], [3, 4]]).T.copy().T,
        [[1, 2], [3, 4]],
        [(1, 2), np.array([3, 4])],
        pd.DataFrame({"p": [1, 3], "q": [2, 4]}),
        {"p": [1, 3], "q": np.array([[2], [4]])},
        np.array([[[1], [2]], [[3], [4]]]),
    ],
)
def test_several_columns_are_several_values_in_order(prediction: Any) -> None:
    assert b"0,1,2,f\n1,3,4,f\n" == lines(prediction, 2, "f")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float32(0.1), "0.1"),
        (np.float32(16777216), "16777216.0"),
        (np.float16(0.1), "0.1"),
        (0.1, "0.1"),
        (1e16, "1e+16"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (np.int64(2**62), str(2**62)),
        (True, "True"),
        (np.False_, "False"),
        (None, ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        (np.datetime64("NaT", "ns"), ""),
        ("a,b", '"a,b"'),
        ('say "hi"', '"say ""hi"""'),
        ("two\nlines", '"two\nlines"'),
        ("two\rlines", '"two\rlines"'),
        ({"label": "x"}, "{'label': 'x'}"),
    ],
)
def test_a_value_is_written_in_its_shortest_exact_form(value: Any, text: str) -> None:
    assert f"0,{text},f\n".encode() == lines([value], 1, "f")
    column = np.empty(1, dtype=object)
    column[0] = value
    assert f"0,{text},f\n".encode() == lines(column, 1, "f")


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=1))
def test_32_bit_floats_read_back_as_they_were(values: list[float]) -> None:
    array = np.array(values, dtype=np.float32)
    rows = list(csv.reader(io.StringIO(lines(array, len(values), "f").decode())))

    assert array.tobytes() == np.array([row[1] for row in rows], dtype=np.float32).tobytes()
    assert all(
        len(row[1]) <= len(repr(float(value))) for row, value in zip(rows, array, strict=True)
    )


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1))
def test_any_text_reads_back_as_it_was(values: list[str]) -> None:
    text = lines(values, len(values), "a, file").decode()

    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [[str(i), value, "a, file"] for i, value in enumerate(values)] == rows


@pytest.mark.parametrize(
    ("prediction", "message"),
    [
        ([1], "predict() returned 1 predictions for 2 rows"),
        ([1, 2, 3], "predict() returned 3 predictions for 2 rows"),
        ([], "predict() returned 0 predictions for 2 rows"),
        (np.empty((0, 3)), "predict() returned 0 predictions for 2 rows"),
        (pd.DataFrame(), "predict() returned 0 predictions for 2 rows"),
        ({"a": [1, 2], "b": [1]}, "predict() returned 1 predictions for 2 rows"),
        (None, "predict() returned NoneType, which is not one prediction per row"),
        (3.5, "predict() returned float"),
        ("ab", "predict() returned str"),
        (np.array(3), "predict() returned ndarray"),
        ((value for value in (1, 2)), "predict() returned generator"),
        ({1, 2}, "predict() returned set"),
    ],
)
def test_anything_but_one_prediction_per_row_is_refused(prediction: Any, message: str) -> None:
    with pytest.raises(BadPrediction) as caught:
        lines(prediction, 2, "f")

    assert message in str(caught.value)


def test_vectors_of_different_length_are_one_column() -> None:
    ragged = [np.array([1.5]), np.array([2.5, 3.5])]

    assert b'0,[1.5],f\n1,"[2.5, 3.5]",f\n' == lines(ragged, 2, "f")
    labelled = [pd.Series([1, 2], index=[7, 8]), pd.Series([3, 4], index=[8, 7])]
    assert b"0,1,2,f\n1,3,4,f\n" == lines(labelled, 2, "f")


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_tuple_of_vectors_as_long_as_the_file_is_columns(rows: int) -> None:
    labels, scores = np.array(["cat", "dog", "cow"])[:rows], [0.5, 0.25, 0.125][:rows]
    expected = b"0,cat,0.5,f\n1,dog,0.25,f\n2,cow,0.125,f\n".splitlines(keepends=True)[:rows]

    assert b"".join(expected) == lines((labels, scores), rows, "f")
    assert b"".join(expected) == lines((pd.Series(labels), np.array([scores]).T), rows, "f")


def test_any_other_tuple_is_a_list() -> None:
    assert b"0,1,2,f\n1,3,4,f\n" == lines(((1, 2), (3, 4)), 2, "f")
    assert b"0,1,2,3,f\n1,4,5,6,f\n" == lines(([1, 2, 3], [4, 5, 6]), 2, "f")


def test_the_one_row_of_an_image_may_be_a_tuple_of_outputs() -> None:
    assert b"cat,0.5,f\n" == line((np.array(["cat"]), np.array([0.5])), "f")


def test_a_tuple_of_columns_is_cut_file_by_file() -> None:
    parts = split((["a", "b"], np.array([1, 2])), [1, 1])

    assert [b"0,a,1,f\n", b"0,b,2,f\n"] == [lines(part, 1, "f") for part in parts]
