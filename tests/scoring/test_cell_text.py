"""What a single cell of the predictions says: all of its value, and nothing where there is none."""

import csv
import io
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from shared.scoring.child.mlflow.prediction_rows import lines


def column(*values: Any) -> Any:
    array = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        array[row] = value
    return array


LONG = np.arange(2000) / 3


@pytest.mark.parametrize(
    "prediction",
    [
        column(LONG, LONG),
        pd.Series([LONG, LONG]),
        pd.DataFrame({"v": [LONG, LONG]}),
        {"v": column(LONG, LONG)},
        [LONG.reshape(2, 1000), LONG.reshape(2, 1000)],
        [{"v": LONG}, {"v": LONG}],
        column([LONG], (LONG, 1)),
    ],
    ids=["objects", "Series", "DataFrame", "dict", "matrices", "records", "lists"],
)
def test_arrays_inside_cells_are_written_in_full(prediction: Any) -> None:
    rows = list(csv.reader(io.StringIO(lines(prediction, 2, "f").decode())))

    assert [["0", "f"], ["1", "f"]] == [[row[0], row[2]] for row in rows]
    for _, text, _ in rows:
        assert LONG.tolist() == [float(number) for number in re.findall(r"\d+\.[-e\d]+", text)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([0.1, 0.2], dtype=np.float32), "[0.1, 0.2]"),
        (np.array([0.1, np.nan]), "[0.1, nan]"),
        (np.array([[1, 2], [3, 4]]), "[[1, 2], [3, 4]]"),
        (np.array([True, False]), "[True, False]"),
        (np.array(["a", "b"]), "['a', 'b']"),
        (np.array(0.1, dtype=np.float32), "0.1"),
        (np.array([], dtype=np.float32), "[]"),
        (np.array(["2020-01-02", "NaT"], dtype="M8[D]"), "['2020-01-02', None]"),
        (np.array([np.longdouble("0.1")]), f"[{np.longdouble('0.1')}]"),
        (np.ma.MaskedArray([1, 2], mask=[True, False]), "[None, 2]"),
        (pd.Series([0.1, 0.2], dtype=np.float32), "[0.1, 0.2]"),
        (pd.array([2**53 + 1, None], dtype="Int64"), f"[{2**53 + 1}, None]"),
        ([np.float64(0.1), np.float32(0.1), 0.1], "[0.1, 0.1, 0.1]"),
        ({"p": np.float64(0.1), "l": np.str_("x"), "n": None}, "{'p': 0.1, 'l': 'x', 'n': None}"),
        ({np.str_("p"): (np.int64(1), [np.array([1.5])])}, "{'p': (1, [[1.5]])}"),
        ([pd.NA, pd.NaT, None], "[None, None, None]"),
        ([[0.1, "a", True], {"b": 1}], "[[0.1, 'a', True], {'b': 1}]"),
    ],
    ids=str,
)
def test_a_cell_of_several_values_is_the_text_of_pythons_lists_and_dicts(
    value: Any, text: str
) -> None:
    written = lines(column(value), 1, "f").decode()

    assert ["0", text, "f"] == next(csv.reader(io.StringIO(written)))


@pytest.mark.parametrize(
    ("prediction", "first", "second"),
    [
        (pd.DataFrame({"i": pd.array([2**53 + 1, None], dtype="Int64")}), str(2**53 + 1), ""),
        (pd.Series([2**53 + 1, None], dtype="int64[pyarrow]"), str(2**53 + 1), ""),
        (pd.array([2**53 + 1, None], dtype="Int64"), str(2**53 + 1), ""),
        (pd.Categorical([2**53 + 1, None]), str(2**53 + 1), ""),
        (pd.Series([0.1, None], dtype="Float32"), "0.1", ""),
        (pd.Series([0.1, None], dtype="float[pyarrow]"), "0.1", ""),
        (pd.Series([True, None], dtype="boolean"), "True", ""),
        (pd.Series(["a", None], dtype="string"), "a", ""),
        (pd.Series(["a", np.nan], dtype="str"), "a", ""),
        (pd.Series(["a", np.nan], dtype=object), "a", ""),
        (["a", float("nan")], "a", ""),
        (pd.Categorical(["a", None]), "a", ""),
        (pd.Series([0.1, np.nan]), "0.1", "nan"),
        (pd.arrays.SparseArray([0.1, np.nan]), "0.1", "nan"),
        (np.ma.MaskedArray([0.1, 0.2], mask=[False, True], dtype=np.float32), "0.1", ""),
        (np.ma.MaskedArray([[1], [2]], mask=[[False], [True]]), "1", ""),
        (np.ma.MaskedArray([1, 2]), "1", "2"),
    ],
)
def test_what_is_missing_is_blank_and_leaves_the_others_digits_alone(
    prediction: Any, first: str, second: str
) -> None:
    assert f"0,{first},f\n1,{second},f\n".encode() == lines(prediction, 2, "f")


@pytest.mark.parametrize("rows", [2, 600])
@pytest.mark.parametrize("kind", [">f4", ">f8", ">i4"])
def test_the_order_of_bytes_changes_no_digit(rows: int, kind: str) -> None:
    values = np.resize([16777216, 3], rows) / (1 if kind == ">i4" else 10)

    assert lines(values.astype(kind.replace(">", "=")), rows, "f") == lines(
        values.astype(kind), rows, "f"
    )
