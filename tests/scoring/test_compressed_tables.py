"""Compressed csv and JSON give what the plain files give: frames, refusals, rows."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.child.mlflow import compressed, kinds, sample
from shared.scoring.child.mlflow.failure import FileFailed, UnsupportedFileType
from tests.scoring.schemas import Schema, schema
from tests.scoring.text_scorer import GOOD, HEADER, TextScorer, told
from tests.support.archives import PACK

_GUIDE = Path(__file__).parents[2] / "docs" / "mlflow-models.md"
_CELLS = st.text("0123456789.,\"'\n\r aé", max_size=5)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables") / "0.local"


def outcome(file: Path, name: str, data: bytes, wanted: Schema | None) -> Any:
    """The frame, or why there is none."""
    file.write_bytes(data)
    try:
        return sample.read(str(file), name, wanted).data
    except FileFailed as error:
        return type(error), error.stage, str(error)


@given(
    rows=st.lists(st.tuples(_CELLS, _CELLS), max_size=5),
    packed=st.sampled_from(sorted(PACK)),
    wanted=st.sampled_from([None, schema(a="string"), schema(a="double", b="string")]),
)
def test_any_text_reads_as_it_does_plain(
    file: Path, rows: list[tuple[str, str]], packed: str, wanted: Schema | None
) -> None:
    """Most of them are csv, some are none."""
    data = "".join(f"{a},{b}\n" for a, b in [("a", "b"), *rows]).encode()

    plain = outcome(file, "a.csv", data, wanted)
    found = outcome(file, f"a.csv{packed}", PACK[packed](data), wanted)

    if isinstance(plain, pd.DataFrame):
        pd.testing.assert_frame_equal(plain, found)
    else:
        assert plain == found


@pytest.mark.parametrize("packed", sorted(PACK))
@pytest.mark.parametrize("kind", sorted(kinds.TEXTS))
@pytest.mark.parametrize(
    "data", [b"", b"\n", b"a\n1\n", b'{"a": 1}\n', b"[]", b"a\nx\n", b"b\n1\n", b"\xff", b"<html>"]
)
def test_every_kind_has_the_refusals_that_it_has_plain(
    file: Path, data: bytes, kind: str, packed: str
) -> None:
    plain = outcome(file, f"in/a{kind}", data, schema(a="long"))
    found = outcome(file, f"in/A{kind}{packed}".upper(), PACK[packed](data), schema(a="long"))

    assert str(plain) == str(found)


@pytest.mark.parametrize("name", ["a.parquet.gz", "a.png.zst", "a.tar.gz", "csv.gz", ".csv.gz"])
def test_what_else_is_compressed_is_not_supported_and_says_what_is(file: Path, name: str) -> None:
    kind, _, message = outcome(file, name, b"", None)

    assert UnsupportedFileType is kind
    codec = name.rpartition(".")[2]
    assert message == (
        f"File type '{codec}' is not supported unless the name says what is in it: "
        f".csv.{codec}, .jsonl.{codec}, .ndjson.{codec}, .json.{codec}"
    )


def test_an_empty_archive_is_an_empty_file(file: Path) -> None:
    for packed in PACK:
        assert "The file is empty" in outcome(file, f"a.csv{packed}", b"", None)[2]


def test_the_guide_lists_every_kind_of_file() -> None:
    guide = _GUIDE.read_text()
    assert set(kinds.CODECS) == set(compressed.CODECS)
    every = [*kinds.ALL, *kinds.CODECS]

    assert [] == [kind for kind in every if f"`{kind}`" not in guide]
    assert f"{compressed.MOST_BYTES >> 20:,} MiB" in guide


def test_a_model_scores_compressed_files_and_the_bad_one_fails_in_words(echo: TextScorer) -> None:
    """Under their own names; the others of the mini-batch keep their rows."""
    data = (HEADER + GOOD * 2).encode()
    files: dict[str, str | bytes] = {f"a.csv_{kind[1:]}": PACK[kind](data) for kind in PACK}

    scored = echo.score(plain_csv=data, **files, **{"cut.csv_gz": PACK[".gz"](data)[:-9]})

    names = ["in/plain.csv", *(f"in/a.csv{kind}" for kind in PACK)]
    assert [(str(row), name) for name in names for row in (0, 1)] == [
        (row[0], row[3]) for row in echo.rows
    ]
    assert 1 == len({tuple(row[1:3]) for row in echo.rows})
    (failure,) = scored.failures
    assert ("in/cut.csv.gz", "read", "Unreadable") == told(failure)
    assert failure.message == (
        "Error processing input file: 'in/cut.csv.gz'. "
        "Exception: The file is cut off: its gzip data has no end"
    )
