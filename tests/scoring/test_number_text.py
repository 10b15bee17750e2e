"""The fast ways to write numbers give the bytes that the csv module gives."""

import csv
import io
import sys
from typing import Any

import numpy as np
import pyarrow.compute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shared.scoring.child import number_text
from shared.scoring.child.mlflow.prediction_rows import lines

MANY = 600
COLUMNS = st.sampled_from(
    [np.float64, np.float32, np.int64, np.int32, np.int8, np.uint64, np.bool_]
).flatmap(lambda dtype: hnp.arrays(dtype, st.integers(1, 20)))


def plainly(values: Any, name: str) -> bytes:
    text = io.StringIO()
    shortest = float if values.dtype == np.float32 else lambda value: value
    cells = [
        shortest(str(value)) if values.dtype == np.float32 else value.item() for value in values
    ]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([row, cell, name] for row, cell in enumerate(cells))
    return text.getvalue().encode()


@given(values=COLUMNS, name=st.sampled_from(["f.csv", "a, b.csv", 'say "hi".csv', "ü\nß", "%d{}"]))
def test_few_and_many_numbers_are_the_csv_modules_bytes(values: Any, name: str) -> None:
    many = np.resize(values, MANY)

    assert hasattr(pyarrow.compute, "replace_with_mask")
    assert "pyarrow.compute" in sys.modules
    assert plainly(values, name) == lines(values, len(values), name)
    assert plainly(many, name) == lines(many, MANY, name)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_floats_of_every_size_are_the_csv_modules_bytes(dtype: Any) -> None:
    """Both spellings change with the exponent: at 1e-4, at 1e16, and at whole numbers."""
    sizes = 10.0 ** np.arange(-45, 39)
    near = [np.nextafter(sizes, 0), sizes, np.nextafter(sizes, np.inf), sizes * 1.2345678901234567]
    values = np.concatenate([*near, -sizes, [0.0, -0.0, np.nan, np.inf, -np.inf]]).astype(dtype)
    many = np.resize(values, max(MANY, len(values)))

    assert plainly(many, "f") == lines(many, len(many), "f")


@pytest.mark.parametrize("rows", [2, MANY])
def test_the_order_of_a_floats_bytes_does_not_change_its_text(rows: int) -> None:
    values = np.resize([0.1, 1677721.6], rows)

    assert number_text.lines([values.astype("<f4")], "\n") == number_text.lines(
        [values.astype(">f4")], "\n"
    )


def test_several_columns_of_many_rows_keep_their_order() -> None:
    table = np.random.default_rng(5).random((MANY, 3))

    expected = "".join(
        f"{row},{a!r},{b!r},{c!r},f\n" for row, (a, b, c) in enumerate(table.tolist())
    )
    assert expected.encode() == lines(table, MANY, "f")
    mixed = {"p": table[:, 0], "q": ["x"] * MANY}
    assert f"0,{table[0, 0].item()!r},x,f\n".encode() == lines(mixed, MANY, "f").splitlines(True)[0]  # noqa: FBT003
