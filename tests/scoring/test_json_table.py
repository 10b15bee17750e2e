"""JSON files: lines, arrays, blanks, and what is no JSON."""

import gzip
from pathlib import Path

import pytest

from shared.scoring.child.mlflow import json_table
from shared.scoring.child.mlflow.failure import Unfit, Unreadable
from tests.scoring.schemas import Schema, schema


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
