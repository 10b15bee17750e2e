"""The first rows that `score` shows, in the form that was asked for."""

import gzip
from pathlib import Path

import pytest

from cli.scoring.output_form import first_rows, output_form

ROWS = "row,prediction,file\n0,24.5,trips-0.csv\n1,7.0,trips-0.csv\n"
OBJECTS = '{"id": 7, "prediction": 24.5}\n{"id": null, "prediction": [1, 2]}\n'


@pytest.mark.parametrize(
    ("text", "form", "shown"),
    [
        ("0,24.0,a.csv\n" * 9, None, ["0,24.0,a.csv"] * 5),
        (
            ROWS,
            {"outputFormat": "csv_header"},
            [
                "row  prediction  file",
                "0    24.5        trips-0.csv",
                "1    7.0         trips-0.csv",
            ],
        ),
        (OBJECTS, {"outputFormat": "jsonl"}, ["id  prediction", "7   24.5", "    [1, 2]"]),
        ("x\n", {"outputFormat": "csv_header"}, []),
        ("", {"outputFormat": "jsonl"}, []),
        ("PAR1", {"outputFormat": "parquet"}, []),
    ],
)
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_header_is_no_row_and_objects_have_columns(
    tmp_path: Path, text: str, form: dict[str, str] | None, shown: list[str], *, is_packed: bool
) -> None:
    path = tmp_path / ("predictions.gz" if is_packed else "predictions")
    path.write_bytes(gzip.compress(text.encode()) if is_packed else text.encode())

    assert shown == first_rows([path], form)


def test_only_what_was_asked_for_is_sent() -> None:
    asked = output_form(
        output_format="jsonl", output_lineage="", output_carry="all", output_compress=""
    )

    assert {"outputFormat": "jsonl", "outputCarry": "all"} == asked
    assert output_form(output_format="") is None
