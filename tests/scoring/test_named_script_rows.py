"""What run() returned, as rows whose columns have names."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from shared.scoring.child.messages import CSV_HEADER, HIVE, JSONL, RowForm, RunRequest
from shared.scoring.child.named_columns import WrongColumns
from shared.scoring.child.script import named_rows
from shared.scoring.child.script.rows import BadReturn
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import LocalFile, RowsAsked, ScoringFailed
from tests.scoring.script_lease import leased
from tests.support.waiting import PATIENCE_S

LINEAGE = ("file", "row", "mini_batch", "deployment", "job")
CONSTANTS = (("deployment", "blue"), ("model_version", "7"), ("job", "j"))


def written(
    folder: Path, result: Any, form: RowForm, files: int = 2
) -> tuple[named_rows.Written, str]:
    output = folder / "output"
    names = tuple((f"/{index}", f"f{index}.txt") for index in range(files))
    done = named_rows.write(result, RunRequest(names, str(output), 4, form), form)
    text = output.read_bytes().decode()
    assert done[1] == len(text.encode())
    return done, text


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (["a", 1], ['{"prediction": "a"}', '{"prediction": 1}']),
        ([{"x": np.float32(0.1)}, {"y": None}], ['{"x": 0.1}', '{"y": null}']),
        (['{"x": [1, NaN]}', "{no json"], ['{"x": [1, null]}', '{"prediction": "{no json"}']),
        (np.array([[1, 2], [3, 4]]), ['{"prediction": [1, 2]}', '{"prediction": [3, 4]}']),
        (pd.Series([True, None]), ['{"prediction": true}', '{"prediction": null}']),
        (
            pd.DataFrame({"n": [1, 2], 0: ["a\nb", None]}),
            ['{"n": 1, "0": "a\\nb"}', '{"n": 2, "0": null}'],
        ),
        (["\ud800ä"], ['{"prediction": "\\ud800ä"}']),
        ([], []),
    ],
)
def test_rows_are_objects_with_types(tmp_path: Path, result: Any, expected: list[str]) -> None:
    done, text = written(tmp_path, result, RowForm(JSONL))

    assert expected == text.splitlines()
    assert (len(expected), ()) == (done[0], done[2])
    assert all(json.loads(line) for line in text.splitlines())


def test_rows_below_a_header_have_commas_and_quotes_where_they_must(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": [1, 2], "text": ['say "a, b"', None], "list": [[1, "x"], {}]})

    done, text = written(tmp_path, frame, RowForm(CSV_HEADER))

    assert ("n", "text", "list") == done[2]
    assert '1,"say ""a, b""","[1, ""x""]"\n2,,{}\n' == text
    assert ("prediction",) == written(tmp_path, ["a,b\r", 2], RowForm(CSV_HEADER))[0][2]
    assert '"a,b\r"\n2\n' == written(tmp_path, ["a,b\r", 2], RowForm(CSV_HEADER))[1]


@pytest.mark.parametrize(
    ("files", "rows", "origins"),
    [
        (2, 2, ["f0.txt,0", "f1.txt,0"]),
        (1, 3, ["f0.txt,0", "f0.txt,1", "f0.txt,2"]),
        (2, 3, [",", ",", ","]),
        (3, 1, [","]),
    ],
)
def test_a_row_is_its_files_where_the_rule_of_one_element_for_each_file_says_so(
    tmp_path: Path, files: int, rows: int, origins: list[str]
) -> None:
    form = RowForm(CSV_HEADER, LINEAGE, CONSTANTS)

    for result in (list(range(rows)), pd.DataFrame({"prediction": range(rows)})):
        done, text = written(tmp_path, result, form, files)

        assert ("prediction", *LINEAGE) == done[2]
        assert [f"{at},{one},4,blue,j" for at, one in enumerate(origins)] == text.splitlines()


def test_nobody_knows_the_file_of_an_object_either(tmp_path: Path) -> None:
    form = RowForm(JSONL, ("file", "model_version"), CONSTANTS)

    _, text = written(tmp_path, [{"x": 1}], form)

    assert {"x": 1, "file": None, "model_version": "7"} == json.loads(text)


@pytest.mark.parametrize(
    ("result", "form", "words"),
    [
        ([{"job": 1}], RowForm(JSONL, ("job",), CONSTANTS), "an object that has 'job'"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), RowForm(JSONL), "would be called 'a'"),
        (pd.DataFrame({"file": [1]}), RowForm(CSV_HEADER, ("file",)), "would be called 'file'"),
        (pd.DataFrame({"b": [1]}), RowForm(CSV_HEADER, columns=("a",)), "'b' are not those of"),
        ([1], RowForm(CSV_HEADER, columns=("a",)), "have set: 'a'"),
    ],
)
def test_columns_that_cannot_be_are_refused_in_words(
    tmp_path: Path, result: Any, form: RowForm, words: str
) -> None:
    with pytest.raises(WrongColumns, match=words):
        written(tmp_path, result, form)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"n": 1}, "no columns 'c' to be partitioned by; they have 'n'"),
        ({"c": 1}, "nothing is left"),
        ({"n": 1, "c": [1]}, "lists or dicts"),
        ({"n": 1, "c": "x" * 254}, "The folder 'c=xxx.*longer than 255 bytes"),
        ({"n": 1, "c": "ä" * 127}, "The folder 'c=äää.*longer than 255 bytes"),
    ],
)
@pytest.mark.parametrize("form", [JSONL, CSV_HEADER])
def test_rows_that_have_no_partition_are_refused_in_words(
    tmp_path: Path, form: str, row: Any, words: str
) -> None:
    result = pd.DataFrame([row]) if form == CSV_HEADER else [row]

    with pytest.raises(WrongColumns, match=words):
        written(tmp_path, result, RowForm(form, layout=HIVE, partition=("c",)))


def test_a_partition_may_be_as_long_as_stores_and_disks_take(tmp_path: Path) -> None:
    form = RowForm(JSONL, layout=HIVE, partition=("c", "d"))

    written(tmp_path, [{"n": 1, "c": "x" * 253, "d": "y"}], form)
    with pytest.raises(WrongColumns, match=r"The partition 'c=xxx.*longer than 400 bytes"):
        written(tmp_path, [{"n": 1, "c": "x" * 253, "d": "y" * 200}], form)


def test_what_has_no_elements_is_refused_as_ever(tmp_path: Path) -> None:
    with pytest.raises(BadReturn, match="run\\(\\) returned None"):
        written(tmp_path, None, RowForm(JSONL))


def test_a_process_writes_them_and_keeps_to_the_header_that_others_agreed_on(
    pool: ScorerPool, tmp_path: Path
) -> None:
    source = "def run(files):\n    return [{'n': len(files), 'who': f} for f in files]\n"
    asked = RowsAsked(RowForm(CSV_HEADER), lambda _: ("other",))
    with leased(pool, tmp_path, source) as script:
        files = [LocalFile(one.path, "in/" + one.name) for one in script.files("a", "b")]
        done = script.scorer.score(
            files, script.output, timeout_s=PATIENCE_S, rows=RowsAsked(RowForm(JSONL, ("file",)))
        )
        rows = [json.loads(line) for line in script.output.read_text().splitlines()]
        with pytest.raises(ScoringFailed, match=r"'prediction' are not .*: 'other'") as refused:
            script.scorer.score(files, script.output, timeout_s=PATIENCE_S, rows=asked)

    assert (2, ()) == (done.rows, done.columns)
    assert ["in/a", "in/b"] == [row["file"] for row in rows]
    assert [2, 2] == [row["n"] for row in rows]
    assert "WrongColumns" == refused.value.error_type
    assert not script.output.exists()
