"""The fast way to write a DataFrame gives pandas' bytes, or leaves it to pandas."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shared.scoring.child.script import frame_text, rows

MANY = 600
NUMBERS = st.sampled_from([np.float64, np.int64, np.int32, np.int8, np.uint64, np.bool_]).flatmap(
    lambda dtype: hnp.arrays(dtype, st.integers(1, 12))
)
WORDS = st.lists(st.text(max_size=6), min_size=1, max_size=8)
PLAIN_WORDS = st.lists(st.text("abé'\u540d,;\t#", min_size=1, max_size=6), min_size=1, max_size=8)


def many(values: Any) -> Any:
    """So many that the fast way is worth it."""
    return [values[index % len(values)] for index in range(MANY)]


def by_pandas(frame: Any) -> bytes:
    text: str = frame.to_csv(sep=" ", header=False, index=False)
    return text.encode("utf-8", "backslashreplace")


def written(frame: Any, folder: Path) -> bytes:
    output = folder / "output"
    count, size = rows.write(frame, str(output))
    assert (len(frame), size) == (count, output.stat().st_size)
    return output.read_bytes()


@given(numbers=NUMBERS, words=PLAIN_WORDS)
def test_plain_numbers_and_words_are_pandas_bytes(
    tmp_path_factory: pytest.TempPathFactory, numbers: Any, words: list[str]
) -> None:
    frame = pd.DataFrame(
        {"n": np.resize(numbers, MANY), "w": many(words), "row": range(MANY)},
    )
    frame.insert(0, "n", frame["n"], allow_duplicates=True)

    assert by_pandas(frame) == written(frame, tmp_path_factory.mktemp("frame"))


@given(words=WORDS, kind=st.sampled_from(["object", "str"]))
def test_words_of_any_kind_are_pandas_bytes(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], kind: str
) -> None:
    frame = pd.DataFrame({"w": pd.Series(many(words), dtype=kind), "row": range(MANY)})

    assert by_pandas(frame) == written(frame, tmp_path_factory.mktemp("frame"))


ODD = {
    "missing number": [0.5, np.nan],
    "missing word": ["a", None],
    "bytes": [b"a", b"b"],
    "mixed": ["a", 1],
    "large numbers": [2**70, 2**71],
    "bytes and words": ["a", b"b"],
    "blank": ["a b", "c"],
    "quote": ['a"', "c"],
    "line end": ["a\n", "c\r"],
    "empty": ["", "c"],
    "lists": [[1], [2]],
    "short floats": np.array([0.1, 1e6], dtype="f4"),  # numpy has several texts for them
    "decimals": [np.float16(0.1), np.float16(1000)],
    "dates": list(pd.to_datetime(["2020-01-01", "2021-02-03"])),
    "categories": pd.Categorical(["a", "b"]),
    "nullable": pd.array([1, None], dtype="Int64"),
    "complex": [1j, 2j],
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_not_plain_is_left_to_pandas(tmp_path: Path, kind: str) -> None:
    values = ODD[kind]
    column = pd.Series(values).repeat(MANY // 2).reset_index(drop=True)
    frame = pd.DataFrame({"v": column, "row": range(MANY)})

    assert frame_text.blocks(frame) is None
    assert by_pandas(frame) == written(frame, tmp_path)


def test_half_a_surrogate_pair_is_spelt_out(tmp_path: Path) -> None:
    """No UTF-8 can hold it."""
    words = pd.Series(["\ud800"] * MANY, dtype=object)

    assert b"\\ud800\n" * MANY == written(pd.DataFrame({"w": words}), tmp_path)


def test_arrays_in_cells_are_whole(tmp_path: Path) -> None:
    """Numpy's own text of a long one has its middle cut away."""
    frame = pd.DataFrame({"e": [np.arange(1536), np.arange(2)], "f": ["a", "b"]})

    first, second = written(frame, tmp_path).decode().splitlines()
    assert list(range(1536)) == [int(one) for one in first.split('"')[1].strip("[]").split()]
    assert second.endswith("b")


def test_small_frames_and_frames_without_columns_are_left_to_pandas() -> None:
    assert frame_text.blocks(pd.DataFrame({"a": range(10)})) is None
    assert frame_text.blocks(pd.DataFrame(index=range(MANY))) is None


@pytest.mark.parametrize("rows_in_all", [19_999, 20_000, 50_001])
def test_long_frames_come_in_slices(rows_in_all: int) -> None:
    frame = pd.DataFrame({"row": range(rows_in_all), "file": "a.csv"})

    blocks = list(frame_text.blocks(frame) or [])

    assert by_pandas(frame) == b"".join(blocks)
    assert -(-rows_in_all // 20_000) == len(blocks)


def test_words_that_arrow_holds_as_large_strings_are_plain_too() -> None:
    words: Any = pd.array(many(["a", "b"]), dtype=pd.ArrowDtype(pa.large_string()))
    frame = pd.DataFrame({"w": pd.Series(words).astype("str"), "row": range(MANY)})

    assert by_pandas(frame) == b"".join(frame_text.blocks(frame) or [])
