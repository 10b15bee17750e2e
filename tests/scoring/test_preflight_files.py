"""A look at a file says what its scoring would say, without pandas and without the whole file."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema
from mlflow.types.schema import DataType

from shared.domain.minibatch import PlannedFile
from shared.scoring.child.mlflow import sample
from shared.scoring.child.mlflow.failure import FileFailed
from shared.scoring.preflight.mlflow_inputs import HEAD, MlflowInputs, Refusal
from shared.scoring.preflight.parquet_footer import NotParquet, column_names

KINDS = ("double", "integer", "long", "boolean", "string", "datetime")
SCHEMA = Schema([ColSpec(DataType.double, "x"), ColSpec(DataType.integer, "n")])


def mlmodel_of(schema: Schema | None) -> bytes:
    if schema is None:
        return b"flavors: {}\n"
    return json.dumps({"signature": ModelSignature(schema).to_dict()}).encode()


def look(name: str, data: bytes, schema: Schema | None = SCHEMA) -> Refusal | None:
    file = PlannedFile(name=f"in/{name}", etag="e", size=len(data))
    return MlflowInputs().look(file, lambda at, count: data[at : at + count], mlmodel_of(schema))


def scored(folder: Path, name: str, data: bytes, schema: Schema | None = SCHEMA) -> str:
    """Why the scorer refuses the file; '' if it reads it."""
    path = folder / name
    path.write_bytes(data)
    try:
        sample.read(str(path), name, schema)
    except FileFailed as error:
        return str(error)
    return ""


SAME = {
    "good.csv": b"x,n\n1.5,2\n",
    "more columns.csv": b"n,other,x\n2,any,1\n",
    "missing.csv": b"x\n1.5\n",
    "semicolons.csv": b"x;n\n1;2\n",
    "twice.csv": b"x,n,n\n1,2,3\n",
    "text in a number.csv": b"x,n\n1,2\nabc,3\n",
    "fraction.csv": b"x,n\n1,2\n1,2.5\n",
    "blank integer.csv": b"x,n\n1,\n",
    "short row.csv": b"x,n\n1\n",
    "blank double.csv": b"x,n\n,2\n",
    "empty.csv": b"",
    "blank lines.csv": b"\n\n",
    "header only.csv": b"x,n\n",
    "bom.csv": b"\xef\xbb\xbfx,n\n1,2\n",
    "quoted.csv": b'"x","n"\n"1","2"\n',
    "latin.csv": "x,n\né,1\n".encode("latin-1"),
    "utf16.csv": "x,n\n1,2\n".encode("utf-16"),
    "nul.csv": b"x,n\n1,\x002\n",
    "zipped.csv": b"\x1f\x8b\x08 and more",
    "page.csv": b"<!DOCTYPE html><p>Sign in",
    "good.jsonl": b'{"x": 1.5, "n": 2}\n{"x": null, "n": 3}\n',
    "good.json": b'[{"x": 1.5, "n": 2}]',
    "missing.jsonl": b'{"x": 1.5}\n',
    "later.jsonl": b'{"x": 1}\n{"n": 1}\n',
    "text.jsonl": b'{"x": "abc", "n": 2}\n',
    "list.jsonl": b'{"x": [1], "n": 2}\n',
    "no object.jsonl": b"[1]\n",
    "broken.jsonl": b'{"x": 1.5, "n": 2}\n{"x"\n',
    "empty.json": b" ",
    "no rows.json": b"[]",
}


@pytest.mark.parametrize("name", SAME)
def test_a_look_at_a_short_file_is_the_scorers_word(tmp_path: Path, name: str) -> None:
    reason = scored(tmp_path, name, SAME[name])

    refusal = look(name, SAME[name])

    assert reason == (refusal.reason if refusal else "")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(KINDS),
    cells=st.lists(
        st.sampled_from(
            (
                "1",
                "-3",
                "2.0",
                "1.5",
                "",
                "NA",
                "true",
                "False",
                "abc",
                "1e3",
                "2020-01-02",
                "\u0661",
            )
        ),
        min_size=1,
        max_size=5,
    ),
)
def test_what_is_refused_by_its_type_is_refused_by_the_scorer(
    tmp_path: Path, kind: str, cells: list[str]
) -> None:
    """And what the scorer reads is never refused before."""
    schema = Schema([ColSpec(DataType[kind], "c"), ColSpec(DataType.string, "d")])
    data = ("c,d\n" + "".join(f"{cell},t\n" for cell in cells)).encode()

    refusal, reason = look("a.csv", data, schema), scored(tmp_path, "a.csv", data, schema)

    assert bool(reason) == (refusal is not None), (refusal, reason)


def test_only_the_head_of_a_long_file_is_read_and_its_cut_row_counts_for_nothing() -> None:
    rows = b"1.5,22222\n" * (HEAD // 9)
    read = list[int]()

    def reading(at: int, count: int) -> bytes:
        read.append(count)
        return (b"x,n\n" + rows)[at : at + count]

    file = PlannedFile(name="a.csv", etag="e", size=len(rows) + 4)
    assert MlflowInputs().look(file, reading, mlmodel_of(SCHEMA)) is None
    assert [HEAD] == read
    long = b'{"x": 1, "n": 2, "note": "' + b"y" * 90 + b'"}\n'
    assert look("a.jsonl", long * (HEAD // len(long) + 9)) is None
    assert look("a.json", b"[" + b",".join([long] * (HEAD // len(long) + 9)) + b"]") is None


def test_without_a_signature_any_table_will_do(tmp_path: Path) -> None:
    assert look("a.csv", b"any\nthing\n", None) is None
    assert scored(tmp_path, "a.csv", b"", None) == getattr(look("a.csv", b"", None), "reason", "")


@pytest.mark.parametrize(
    "table",
    [
        {"x": [1.5], "n": [2]},
        {"x": [1.5]},
        {"other": ["é"], "n": [None], "x": [{"a": 1, "b": {"c": [1, 2]}}]},
        {"l": [[1]], "m": [{"a": [{"b": 1}]}], **{f"c{index}": [index] for index in range(40)}},
    ],
)
def test_the_columns_of_parquet_are_those_that_arrow_sees(tmp_path: Path, table: Any) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table(table), path)
    data = path.read_bytes()

    names = column_names(len(data), lambda at, count: data[at : at + count])

    assert list(pq.read_schema(path).names) == names == list(table)
    refusal = look("t.parquet", data)
    missing = [name for name in ("x", "n") if name not in table]
    assert bool(missing) == (refusal is not None)
    if refusal:
        assert ("SignatureMismatch", True) == (
            refusal.code,
            all(repr(name) in refusal.reason for name in missing),
        )


@settings(max_examples=60)
@given(damage=st.binary(max_size=64), cut=st.integers(0, 200))
def test_a_broken_footer_is_refused_and_nothing_worse(damage: bytes, cut: int) -> None:
    data = b"PAR1" + damage + b"\x15\x04"[:cut] + len(damage).to_bytes(4, "little") + b"PAR1"
    data = data[: max(0, len(data) - cut)] if cut < 100 else data

    with suppress(NotParquet):
        column_names(len(data), lambda at, count: data[at : at + count])


def test_images_are_for_tensors_and_a_disguise_is_named() -> None:
    assert look("a.png", b"\x89PNG\r\n...") is not None
    assert look("a.png", b"\x89PNG\r\n...", None) is None
    assert "web page" in getattr(look("a.jpg", b"<html>", None), "reason", "")


def test_a_signature_that_cannot_be_read_is_told() -> None:
    file = PlannedFile(name="a.csv", etag="e", size=4)

    refusal = MlflowInputs().look(file, lambda _at, _count: b"x\n1\n", b"signature: {inputs: '['}")

    assert refusal is not None
    assert "UnreadableSignature" == refusal.code
