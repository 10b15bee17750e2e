"""Files of every kind, through a real MLflow model in a real scorer process."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from shared.scoring.scorer.pool import ScorerPool
from tests.scoring.text_scorer import GOOD, HEADER, TextScorer, mlflow_spec, told


def test_every_kind_of_table_gives_the_same_rows(echo: TextScorer) -> None:
    """Each reads as its own kind, in the type of the signature, whatever the case of its name."""
    frame = pd.read_csv(BytesIO((HEADER + GOOD).encode()), dtype={"s": str, "ask": str})
    stored, lines = BytesIO(), frame.to_json(orient="records", lines=True)
    frame.to_parquet(stored)

    scored = echo.score(
        a_csv=HEADER + GOOD,
        a_parquet=stored.getvalue(),
        a_PQT=stored.getvalue(),
        a_jsonl=lines,
        a_ndjson=lines,
        a_json=frame.to_json(orient="records"),
    )

    assert (6, 6, ()) == (scored.rows, scored.succeeded, scored.failures)
    assert 1 == len({(row[0], row[1], row[2]) for row in echo.rows})
    assert ["csv", "parquet", "PQT", "jsonl", "ndjson", "json"] == [
        row[3].removeprefix("in/a.") for row in echo.rows
    ]


def test_a_wrong_value_is_named_by_file_column_and_row_in_every_kind(echo: TextScorer) -> None:
    wrong = pd.DataFrame({"f": [1.0], "d": 1.0, "i": "value", "l": 1, "s": "", "b": True, "t": ""})
    stored = BytesIO()
    wrong.to_parquet(stored)

    scored = echo.score(
        a_parquet=stored.getvalue(), b_jsonl=wrong.to_json(orient="records", lines=True), c_json="["
    )

    why, place = "invalid literal for int() with base 10: 'value'", "(column 'i', row 0)"
    types = "the column is string in the file, and the signature wants integer"
    fix = "Write the column as int32, or log the model with its type"
    assert [
        f"Error processing input file: 'in/a.parquet'. Exception: {why}; {types}. {fix} {place}",
        f"Error processing input file: 'in/b.jsonl'. Exception: {why} {place}",
    ] == [failure.message for failure in scored.failures[:2]]
    assert ("in/c.json", "read", "Unreadable") == told(scored.failures[2])


def test_parameters_of_a_signature_have_their_defaults(echo: TextScorer) -> None:
    echo.score(a_csv=HEADER + GOOD.replace(",\n", ",params\n"))

    assert [["0", "{'limit': 3}", "in/a.csv"]] == echo.rows


def test_a_table_without_rows_is_scored_if_the_model_takes_it(
    echo: TextScorer, warm_pool: ScorerPool, models: Path, tmp_path: Path
) -> None:
    """The echo does; a linear regression wants one sample at least."""
    stored = BytesIO()
    trips = pd.DataFrame({"distance": [], "passengers": []})
    trips.to_parquet(stored)
    empty: dict[str, str | bytes] = {
        "a_csv": "distance,passengers\n",
        "b_parquet": stored.getvalue(),
        "c_json": "[]",
    }

    taken = echo.score(a_csv=HEADER, c_json="[]")
    with warm_pool.lease(mlflow_spec(models, "fares"), capacity=1) as scorer:
        refused = TextScorer(scorer, tmp_path).score(**empty)

    assert (0, 2, ()) == (taken.rows, taken.succeeded, taken.failures)
    assert (0, 0) == (refused.rows, refused.succeeded)
    assert ["score"] * 3 == [failure.stage for failure in refused.failures]
    assert all("0 sample(s)" in failure.message for failure in refused.failures)


def picture(kind: str, level: int) -> bytes:
    saved = BytesIO()
    Image.fromarray(np.full((4, 6), level, np.uint8)).save(saved, kind)
    return saved.getvalue()


@pytest.mark.parametrize("batch_predict", [False, True])
def test_an_image_is_one_row_of_prediction_and_file(
    warm_pool: ScorerPool, models: Path, tmp_path: Path, *, batch_predict: bool
) -> None:
    """A column for each value of a tensor; with `batch_predict` five images share one call."""
    deployment = replace(
        mlflow_spec(models, "pixels"), fingerprint=f"{batch_predict}", batch_predict=batch_predict
    )
    kinds = ("png", "bmp", "gif", "tiff")

    with warm_pool.lease(deployment, capacity=1) as scorer:
        texts = TextScorer(scorer, tmp_path)
        scored = texts.score(
            **{f"a_{kind}": picture(kind, 2) for kind in kinds},
            bad_png=picture("png", 2)[:50],
            b_TIF=picture("tiff", 3),
            c_csv="x\n1\n",
        )

    shared = 5 if batch_predict else 1
    both = [str(72 * 2 + 0.25 * shared), str(72 * 2 + 0.5)]
    assert [
        *([*both, f"in/a.{kind}"] for kind in kinds),
        [str(72 * 3 + 0.25 * shared), str(72 * 3 + 0.5), "in/b.TIF"],
    ] == texts.rows
    assert (5, 5) == (scored.rows, scored.succeeded)
    assert ["in/bad.png", "in/c.csv"] == [failure.name for failure in scored.failures]


def test_files_that_share_a_predict_have_the_rows_they_have_alone(
    warm_pool: ScorerPool, models: Path, tmp_path: Path
) -> None:
    header, *trips = (models / "trips.csv").read_bytes().splitlines(keepends=True)
    files = {f"{at}_csv": header + b"".join(trips[at : at + 40]) for at in range(0, 200, 40)}
    files["no_csv"] = header + b"far,1\n"
    outputs = []
    for batch_predict in (False, True, None):
        deployment = replace(mlflow_spec(models, "fares"), batch_predict=batch_predict)
        with warm_pool.lease(deployment, capacity=1) as scorer:
            texts = TextScorer(scorer, tmp_path)
            for _ in range(5 if batch_predict is None else 1):
                scored = texts.score(**files)
                outputs.append((texts.output.read_bytes(), scored.rows, scored.failures))

    assert [outputs[0]] * 6 == outputs[1:]
    assert (200, 1) == (outputs[0][1], len(outputs[0][2]))
