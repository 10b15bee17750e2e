"""Predictions whose columns have names, and columns of the input beside them."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.scoring.child.messages import ALL, CSV_HEADER, JSONL, RowForm
from shared.scoring.child.mlflow import sample
from shared.scoring.child.mlflow.batches import Loaded, scored
from shared.scoring.child.mlflow.carried import columns_of
from shared.scoring.child.mlflow.failure import Unfit
from shared.scoring.child.mlflow.named_rows import NamedRows
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import LocalFile, RowsAsked, Scored
from tests.scoring.text_scorer import GOOD, HEADER, TextScorer, mlflow_spec

NAMED = RowForm(CSV_HEADER)
LINEAGE = RowForm(
    JSONL, ("file", "row", "mini_batch", "job"), (("deployment", "d"), ("job", "night"))
)


class Answers:
    """A model that answers with what it is made of."""

    def __init__(self, prediction: Any) -> None:
        self._prediction = prediction

    def predict(self, data: Any) -> Any:
        return self._prediction(data) if callable(self._prediction) else self._prediction


def table(name: str, rows: int, carried: tuple[tuple[str, Any], ...] = ()) -> Loaded:
    read = sample.Sample(pd.DataFrame({"x": range(rows)}), rows)
    return Loaded(name, read, carried=carried)


def said(prediction: Any, form: RowForm, *files: Loaded) -> tuple[tuple[str, ...], str, list[str]]:
    """Header, rows, and why files have none."""
    rows = NamedRows(form, 3)
    answers = [one for file in files for one in scored(Answers(prediction), [file], rows.rows_of)]
    failures = [one.failure.message for one in answers if one.failure]
    return rows.header.columns, b"".join(one.block for one in answers).decode(), failures


@pytest.mark.parametrize(
    ("prediction", "names"),
    [
        (np.array([1.5, 2.5]), ["prediction"]),
        ([1, 2], ["prediction"]),
        (pd.Series([1, 2], name="fare"), ["fare"]),
        (np.array([[1, 2], [3, 4]]), ["prediction_1", "prediction_2"]),
        (([1, 2], np.array([3, 4])), ["prediction_1", "prediction_2"]),
        (pd.DataFrame({"a": [1, 2], 0: [3, 4]}), ["a", "0"]),
        ({"mean": [1, 2], "range": np.array([[1, 2], [3, 4]])}, ["mean", "range_1", "range_2"]),
        ({"of": pd.DataFrame({"a": [1, 2], "b": [3, 4]})}, ["of_a", "of_b"]),
    ],
)
def test_columns_have_the_predictions_own_names(prediction: Any, names: list[str]) -> None:
    header, text, failures = said(prediction, NAMED, table("f.csv", 2))

    assert ("row", *names, "file") == header
    assert [] == failures
    assert [["0", "f.csv"], ["1", "f.csv"]] == [
        [row[0], row[-1]] for row in csv.reader(io.StringIO(text))
    ]


def test_rows_below_a_header_are_those_without_one() -> None:
    """Byte for byte, where nothing else is asked for."""
    values = np.array([0.1, 1e30, np.nan, -0.0], dtype="f4")
    for prediction in (values, pd.DataFrame({"a": values, "b": ['q"', "a,b", None, "\r"]})):
        file = table('odd,"name".csv', 4)
        plain = b"".join(one.block for one in scored(Answers(prediction), [file]))

        assert plain.decode() == said(prediction, NAMED, file)[1]


def test_objects_have_types_and_a_lineage() -> None:
    frame = pd.DataFrame({"n": [1, 2], "x": np.array([0.1, np.nan], "f4"), "s": ["é", None]})

    _, text, _ = said(frame, LINEAGE, table("f.csv", 2))

    rest = {"file": "f.csv", "mini_batch": 3, "job": "night"}
    assert [
        {"n": 1, "x": 0.1, "s": "é", "row": 0, **rest},
        {"n": 2, "x": None, "s": None, "row": 1, **rest},
    ] == [json.loads(line) for line in text.splitlines()]
    assert ["n", "x", "s", "file", "row", "mini_batch", "job"] == list(
        json.loads(text.split("\n")[0])
    )


def test_a_file_with_other_columns_fails_alone_and_one_without_rows_says_nothing() -> None:
    def answer(data: pd.DataFrame) -> Any:
        return pd.DataFrame({("b" if len(data) == 3 else "a"): range(len(data))})

    files = [table("none.csv", 0), table("a.csv", 1), table("b.csv", 3), table("c.csv", 2)]
    header, text, failures = said(answer, NAMED, *files)

    assert ("row", "a", "file") == header
    assert 3 == len(text.splitlines())
    assert len(failures) == 1
    assert "'b.csv'. The columns 'row', 'b', 'file' are not those of the header" in failures[0]
    agreed = said(answer, replace(NAMED, columns=("row", "b", "file")), *files)
    assert [2, 3] == [len(agreed[2]), len(agreed[1].splitlines())]


def test_two_columns_of_one_name_are_refused_in_words() -> None:
    frame = pd.DataFrame({"file": [1]})

    assert "would be called 'file'" in said(frame, NAMED, table("f.csv", 1))[2][0]
    assert [] == said(frame, replace(NAMED, lineage=()), table("f.csv", 1))[2]
    carried = table("f.csv", 1, (("prediction", ["1"]),))
    assert "would be called 'prediction'" in said([1], NAMED, carried)[2][0]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    ids=st.lists(cells, min_size=1, max_size=12),
    blanks=st.lists(st.integers(0, 11), max_size=3),
    form=st.sampled_from([CSV_HEADER, JSONL]),
)
def test_row_i_of_the_output_belongs_to_row_i_of_the_input(
    tmp_path: Path, ids: list[str], blanks: list[int], form: str
) -> None:
    """Whatever the cells are, with lines between that are no rows."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["id", "x"])
    for at, one in enumerate(ids):
        out.write("\r\n" * blanks.count(at))
        lines.writerow([one, at])
    path = tmp_path / "in.csv"
    path.write_bytes(out.getvalue().encode())
    read = sample.read(str(path), "in.csv", None)
    asked = RowForm(form, ("row",), carry=("x", "id"))
    file = Loaded("in.csv", read, carried=columns_of(str(path), "in.csv", read, asked))

    _, text, failures = said(lambda data: data["x"].to_numpy() * 2, asked, file)

    assert [] == failures
    if form == JSONL:
        rows = [json.loads(line) for line in text.rstrip("\n").split("\n")]
        found = [(str(row["id"] or ""), row["x"], row["prediction"], row["row"]) for row in rows]
    else:
        found = [(r[1], int(r[0]), int(r[2]), int(r[3])) for r in csv.reader(io.StringIO(text))]
    numeric = form == JSONL and read.data["id"].dtype.kind != "O" and found
    expected = [(one, at, 2 * at, at) for at, one in enumerate(ids)]
    assert [one[1:] for one in expected] == [one[1:] for one in found]
    if not numeric:
        assert [one[0] for one in expected] == [one[0] for one in found]


def carried(path: Path, form: RowForm, schema: Any = None) -> dict[str, Any]:
    read = sample.read(str(path), path.name, schema)
    return {name: list(values) for name, values in columns_of(str(path), path.name, read, form)}


def test_every_kind_of_table_carries_what_the_file_says(tmp_path: Path) -> None:
    """Texts of csv stay as they are written; whole numbers beside a null stay whole."""
    files = {
        "a.csv": b'id,n,x\n007,1,1.10\n"a\nb",,2\n',
        "b.jsonl": b'{"id": "007", "n": 1, "x": [1]}\n{"id": null, "n": null}\n',
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    pd.DataFrame({"id": ["007", None], "n": pd.array([1, None], "Int64")}).to_parquet(
        tmp_path / "c.PQT"
    )
    every = RowForm(CSV_HEADER, carry=(ALL,))

    assert {"id": ["007", "a\nb"], "n": ["1", ""], "x": ["1.10", "2"]} == carried(
        tmp_path / "a.csv", every
    )
    as_json = carried(tmp_path / "a.csv", RowForm(JSONL, carry=("x", "n", "id")))
    assert {"x": [1.1, 2], "n": [1, None], "id": ["007", "a\nb"]} == as_json
    assert ["x", "n", "id"] == list(as_json)
    assert {"id": ["007", None], "n": [1, None], "x": [[1], None]} == carried(
        tmp_path / "b.jsonl", every
    )
    assert {"id": ["007", None], "n": [1, None]} == carried(tmp_path / "c.PQT", every)


def test_a_column_that_is_not_there_cannot_be_carried(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    image = sample.Sample(np.zeros((1, 2)), 1, is_table=False)

    with pytest.raises(Unfit, match="lacks columns that are to be carried: 'id'"):
        carried(tmp_path / "a.csv", RowForm(JSONL, carry=("x", "id")))
    with pytest.raises(Unfit, match="An image has no columns to carry: 'id'"):
        columns_of("", "a.png", image, RowForm(JSONL, carry=("id",)))
    assert () == columns_of("", "a.png", image, RowForm(JSONL, carry=(ALL,)))


def test_a_process_carries_what_its_model_never_sees(echo: TextScorer) -> None:
    """The key of each row is no column of the signature, and comes out beside its prediction."""
    asked = RowsAsked(RowForm(CSV_HEADER, ("file", "row"), carry=("key", "s")))

    def score(**files: str) -> Scored:
        inputs = []
        for key, text in files.items():
            path = echo.output.with_name(f"{key}.csv")
            path.write_text(text)
            inputs.append(LocalFile(path, f"in/{key}.csv"))
        return echo.scorer.score(inputs, echo.output, timeout_s=60, rows=asked)

    keyed = "key," + HEADER + "".join(f"k{at}," + GOOD for at in range(3))
    done = score(a=keyed, bad=HEADER + GOOD, b=keyed)

    assert ("key", "s", "kinds", "values", "file", "row") == done.columns
    assert ["validate"] == [failure.stage for failure in done.failures]
    assert "carried: 'key'" in done.failures[0].message
    expected = [[f"k{at}", "007", f"in/{name}.csv", str(at)] for name in "ab" for at in range(3)]
    assert expected == [[*row[:2], *row[4:]] for row in echo.rows]


def test_files_that_share_a_predict_have_the_same_rows(
    warm_pool: ScorerPool, models: Path, tmp_path: Path
) -> None:
    asked = RowsAsked(RowForm(JSONL, ("file", "row"), carry=(ALL,)))
    texts = []
    for batch_predict in (False, True):
        spec = replace(
            mlflow_spec(models, "fares"),
            fingerprint=f"named-{batch_predict}",
            batch_predict=batch_predict,
        )
        trips = LocalFile(models / "trips.csv", "trips.csv")
        with warm_pool.lease(spec, capacity=1) as scorer:
            scorer.score([trips, trips], tmp_path / "out", timeout_s=60, rows=asked)
        texts.append((tmp_path / "out").read_text())

    assert texts[0] == texts[1]
    assert 400 == len(texts[0].splitlines())
    assert {"distance", "passengers", "prediction", "file", "row"} == set(
        json.loads(texts[0].split("\n")[0])
    )
