"""Which texts are a csv file, whatever their dialect and the version of pandas; which are none."""

import bz2
import csv
import gzip
import io
import lzma
import warnings
from contextlib import nullcontext, suppress
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.scoring.child.mlflow import csv_table
from shared.scoring.child.mlflow.failure import Unfit, Unreadable
from tests.scoring.csv_reader import Reader
from tests.scoring.schemas import Schema, Stored, Type, schema


@pytest.fixture(name="read")
def _read(tmp_path: Path) -> Reader:
    return Reader(tmp_path / "table.csv")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv") / "table.csv"


@pytest.mark.parametrize("wanted", [schema(a="integer", b="string"), None])
@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,x\n2,y\n",
        b"a,b\r\n1,x\r\n2,y\r\n",
        b"a,b\r1,x\r2,y",
        b"\xef\xbb\xbfa,b\n1,x\n2,y\n",
        b'\xef\xbb\xbf"a","b"\n"1","x"\n"2","y"\n',
        b"\n\na,b\n\n1,x\n\n2,y\n\n",
        b"a,b\n1,x,\n2,y,\n",
    ],
    ids=["lf", "crlf", "cr", "bom", "bom and quotes", "blank lines", "trailing commas"],
)
def test_all_dialects_of_csv_read_the_same(
    read: Reader, content: bytes, wanted: Schema | None
) -> None:
    frame = read(content, wanted)

    assert ["a", "b"] == list(frame.columns)
    assert [[1, "x"], [2, "y"]] == [list(row) for row in frame.itertuples(index=False)]
    assert [0, 1] == list(frame.index)


@pytest.mark.parametrize("wanted", [schema(a="string"), None])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        ("a,b\né,1\n".encode("latin-1"), "is not UTF-8: byte 0xe9 at position 4"),
        ("a,b\n1,2\n".encode("utf-16"), "looks like UTF-16"),
        ("a,b\n1,2\n".encode("utf-16-le"), "looks like UTF-16"),
        (
            gzip.compress(b"a,b\n1,2\n", mtime=0),
            "is compressed by gzip. Decompress it before the job$",
        ),
        (bz2.compress(b"a,b\n1,2\n"), "is compressed by bzip2. Decompress it before the job$"),
        (lzma.compress(b"a,b\n1,2\n"), "is compressed by xz. Decompress it before the job$"),
        (b"PAR1\x15\x04PAR1", "is parquet. Give it the extension .parquet"),
        (b"\n<!DOCTYPE html>\n<p>Sign in</p>", "is a web page .* begins '<!DOCTYPE html> <p>Sign"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Error>", "is XML. .* begins .*<Error>"),
        (b"a,b\n1,2\n3,4,5\n", "Expected 2 fields in line 3, saw 3"),
        (b"a,b\n1,2,3\n4,5,6\n", "more values than the header has names"),
        (b"a,b\n1,2,\n4,5,6\n", "more values than the header has names"),
        (b"a,b\n,,\n1,2\n4,5,6\n", "more values than the header has names"),
        (b"a\n \t\n1,2\n", "more values than the header has names"),
        (b"a,b\n" + b"x" * 200_000 + b",2,3\n", "more values than the header has names"),
        (b'a,b\n"1,2\n3,4\n', "EOF inside string"),
        (b"a,b\n1.2\x005,2\n", "has a NUL byte at position 7: it is no text"),
    ],
)
def test_what_is_no_csv_is_unreadable_and_says_why(
    read: Reader, content: bytes, message: str, wanted: Schema | None
) -> None:
    with pytest.raises(Unreadable, match=message):
        read(content, wanted)


@pytest.mark.parametrize(
    ("member", "message"),
    [("data/a.csv", "is a zip archive. Unpack"), ("xl/workbook.xml", "is an Excel workbook")],
)
def test_an_archive_and_a_workbook_are_told_apart(
    tmp_path: Path, member: str, message: str
) -> None:
    with ZipFile(tmp_path / "table.csv", "w") as archive:
        archive.writestr(member, "a,b")

    with pytest.raises(Unreadable, match=message):
        csv_table.read(str(tmp_path / "table.csv"), None)


def test_names_of_columns_are_no_signs_of_other_formats(read: Reader) -> None:
    """PAR1 begins parquet, BZh bzip2, and Obj Avro."""
    assert ["PAR1", "PAR2"] == list(read("PAR1,PAR2\n1,2\n").columns)
    assert ["BZhours"] == list(read("BZhours\n1\n").columns)
    assert ["Object", "<html"] == list(read("Object,<html\n1,2\n").columns)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a;b\n1;2\n", r"columns 'a;b': it looks separated by ';'. Save it with commas"),
        ("a\tb\n1\t2\n", r"columns 'a\\tb': it looks separated by tabs"),
        ("x,y\n1,2\n", r"columns 'x', 'y'$"),
        ("x,y;z\n1,2\n", r"columns 'x', 'y;z'$"),
        (",".join(f"c{i}" for i in range(30)), r"'c19' and 10 more$"),
        ("n" * 1000, r"columns '" + "n" * 80 + r"\.\.\.'$"),
    ],
)
def test_a_header_that_does_not_fit_is_shown(read: Reader, content: str, told: str) -> None:
    for wanted in (schema(a="long", b="long"), Schema((Stored(None, Type("long")),) * 50)):
        with pytest.raises(Unfit, match=told):
            read(content, wanted)


@given(rows=st.text('a1,"\n\r \t', max_size=30))
@example(rows="\r,\n,,1")
def test_surplus_values_are_refused_wherever_pandas_would_lose_them(
    scratch: Path, rows: str
) -> None:
    """Newer pandas warns of them, older ones are silent: neither has a say in it."""
    data = b"a,a1\n" + rows.encode()
    with warnings.catch_warnings(), suppress(ValueError):
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            pd.read_csv(io.BytesIO(data), index_col=False)
        except pd.errors.ParserWarning:
            is_blank = not any(any(row[2:]) for row in csv.reader(io.StringIO(rows, newline="")))
            with nullcontext() if is_blank else pytest.raises(Unreadable, match="more values"):
                Reader(scratch)(data)


def test_a_line_of_commas_is_a_header_without_names(read: Reader) -> None:
    with pytest.raises(Unfit, match="lacks columns that the model requires: 'a'"):
        read(",\na,b\n1,2\n", schema(a="long"))


def test_a_header_alone_is_a_table_without_rows_if_its_columns_are_right(read: Reader) -> None:
    assert (0, 1) == read("a,b\n", schema(a="integer")).shape
    assert 0 == len(read("a,b", None))
    with pytest.raises(Unfit, match="'c'"):
        read("a,b\n", schema(c="integer"))
