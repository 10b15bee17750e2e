"""The first rows of predictions as a table, whatever wrote them."""

from typing import Any

import pytest

from shared.domain.table_preview import LONGEST_CELL, TablePreview, preview

KNOWN = (("row", "prediction", "file"), ("prediction", "file"))


def shown(text: str, known: Any = (), most: int = 20) -> TablePreview:
    return preview(text.encode(), is_whole=True, most=most, known=known)


@pytest.mark.parametrize(
    ("text", "known", "kind", "columns", "rows"),
    [
        ("0,1.5,a.csv\n", KNOWN, "csv", ["row", "prediction", "file"], [["0", "1.5", "a.csv"]]),
        ("cat,a.png\n", KNOWN, "csv", ["prediction", "file"], [["cat", "a.png"]]),
        (
            "0,1,2,a.csv\n",
            KNOWN,
            "csv",
            ["row", "prediction 1", "prediction 2", "file"],
            [["0", "1", "2", "a.csv"]],
        ),
        ("name\tfare\nx\t2\n", (), "tsv", ["name", "fare"], [["x", "2"]]),
        ("x 1\ny 2\n", (), "spaces", ["column 1", "column 2"], [["x", "1"], ["y", "2"]]),
        ('"a,b",1\nc,2\n', (), "csv", ["column 1", "column 2"], [["a,b", "1"], ["c", "2"]]),
        ('{"a": 1}\n{"b": [2]}\n', (), "jsonl", ["a", "b"], [[1, None], [None, "[2]"]]),
        ("[1, 2]\n[3]\n", (), "jsonl", ["column 1", "column 2"], [[1, 2], [3, None]]),
        (
            "just words\nand more of them\n",
            (),
            "text",
            ["line"],
            [["just words"], ["and more of them"]],
        ),
        ("", KNOWN, "empty", ["row", "prediction", "file"], []),
        ("PAR1....", (), "parquet", [], []),
        ("a\x00b", (), "binary", [], []),
    ],
)
def test_a_file_is_read_as_what_it_is(
    text: str, known: Any, kind: str, columns: list[str], rows: list[Any]
) -> None:
    table = shown(text, known)

    assert (kind, columns, rows) == (table.format, table.columns, table.rows)


def test_a_header_is_no_row_though_nothing_tells_it_from_one() -> None:
    """Only words below it, one column, and a line end in a cell."""
    text = 'prediction\n"a\nb"\nc\n'

    table = preview(text.encode(), is_whole=True, most=20, has_header=True)

    assert (["prediction"], [["a\nb"], ["c"]]) == (table.columns, table.rows)
    assert table.has_header


def test_a_line_that_was_cut_is_left_out() -> None:
    data = "0,1,ä.csv\n1,2,ä".encode()

    whole = preview(data, is_whole=True, most=20, known=KNOWN)
    table = preview(data[:-1], is_whole=False, most=20, known=KNOWN)

    assert (2, [["0", "1", "ä.csv"]]) == (len(whole.rows), table.rows)


def test_rows_and_cells_are_bounded() -> None:
    table = shown(f"{'x' * 10_000} 1\n" * 50, most=3)

    assert 3 == len(table.rows)
    assert LONGEST_CELL == len(table.rows[0][0])
