"""Values of every library, as JSON has them."""

import datetime as dt
import decimal
import enum
import json
import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse  # type: ignore[import-untyped]  # it has none

from shared.scoring.child import json_values


class Size(enum.IntEnum):
    LARGE = 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (np.bool_(1), True),
        (Size.LARGE, 3),
        (2**70, 2**70),
        (np.int8(-3), -3),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (0.1, 0.1),
        (np.float32(0.1), 0.1),
        (np.float16(0.1), 0.1),
        (np.float64("nan"), None),
        (math.nan, None),
        (math.inf, "Infinity"),
        (np.float32("-inf"), "-Infinity"),
        (pd.NA, None),
        (pd.NaT, None),
        (np.ma.masked, None),
        (np.datetime64("NaT", "D"), None),
        (np.datetime64("2020-01-02"), "2020-01-02"),
        (pd.Timestamp("2020-01-02 03:04"), "2020-01-02T03:04:00"),
        (dt.date(2020, 1, 2), "2020-01-02"),
        (decimal.Decimal("1.10"), "1.10"),
        (np.str_("ä"), "ä"),
        ({"a": np.array([1, 2]), 3: (None, np.nan)}, {"a": [1, 2], "3": [None, None]}),
        (np.array([[1.5, np.nan]]), [[1.5, None]]),
        (np.array(7), 7),
        (pd.Series([1, None], dtype="Int64"), [1, None]),
        (pd.array(["a", None], dtype="string"), ["a", None]),
        (sparse.csr_matrix([[0, 2]]), [[0, 2]]),
        (np.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f4")]), [{"a": 1, "b": 2.5}]),
    ],
)
def test_a_value_is_what_json_has_for_it(value: object, expected: object) -> None:
    found = json_values.value_of(value)

    assert expected == found
    texts = (json_values.Day, json_values.Moment, json_values.Infinite)
    assert type(expected) is (str if isinstance(found, texts) else type(found))
    assert found == json.loads(json_values.line({"x": found}))["x"]


@pytest.mark.parametrize(
    "values",
    [
        [1, 2],
        np.array([1, 2], dtype="i4"),
        pd.Series([1, 2]),
        pd.Series([1, 2], dtype="Int8"),
        pd.Series([1, 2], dtype=pd.ArrowDtype(pa.int64())),
        pd.Index([1, 2]),
        pd.Series([1, 2], dtype="category"),
    ],
)
def test_a_column_of_whole_numbers_stays_whole(values: object) -> None:
    column = json_values.column(values)

    assert [1, 2] == column
    assert all(type(value) is int for value in column)


@pytest.mark.parametrize(
    "values",
    [
        np.array([0.1, np.nan], dtype="f4"),
        pd.Series([0.1, np.nan], dtype="f4"),
        pd.Series([0.1, None], dtype="Float32"),
        np.ma.MaskedArray([0.1, 5.0], [False, True], dtype="f8"),
        pd.Series([0.1, None], dtype=object),
        [np.float32(0.1), None],
    ],
)
def test_a_column_of_fractions_is_as_short_as_they_are_and_null_where_one_is_missing(
    values: object,
) -> None:
    assert [0.1, None] == json_values.column(values)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_read_back_the_same(values: list[float]) -> None:
    text = json_values.lines(["x"], [json_values.column(np.array(values))])

    assert values == [json.loads(line)["x"] for line in text.splitlines()]
