"""Every shape of signature that MLflow writes: a model sees of a file what MLflow shows it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_MAKER = Path(__file__).with_name("signature_models.py")
_REPOSITORY = Path(__file__).parents[2]

# What a file of this kind cannot say, in the words of its failure.
_REFUSED = {
    ("nested columns", "csv"): "in the column 'object', which csv cannot hold",
    ("arrays of all types", "csv"): "in the column 'double', which csv cannot hold",
    ("arrays of all types", "jsonl"): "Can not safely convert int64 to",
    ("arrays of different lengths", "csv"): "in the column 'x', which csv cannot hold",
    ("tensor of lists", "csv"): "could not convert string to float: '[1.5, 2.5]'",
    ("hint of nested objects", "csv"): "in the column 'orders', which csv cannot hold",
    ("hint of lists", "csv"): "in the column 'x', which csv cannot hold",
    ("hint of maps", "csv"): "in the column 'x', which csv cannot hold",
    ("unnamed array", "csv"): "in the column 'x', which csv cannot hold",
    ("unnamed object", "csv"): "in the column 'x', which csv cannot hold",
    # Every struct of parquet has all keys: what one lacks is null, which is no default.
    ("hint of nested objects", "parquet"): "orders.0.amount",
    **{
        ("several columns for one value", kind): "has 2 columns: 'p', 'q'"
        for kind in ("csv", "jsonl", "parquet")
    },
}


@pytest.fixture(scope="module", name="seen")
def _seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("signatures")
    environment = {
        **os.environ,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PYTHONPATH": str(_REPOSITORY),
    }
    subprocess.run(
        [sys.executable, str(_MAKER), str(folder)],
        check=True,
        cwd=folder,
        env=environment,
        capture_output=True,
    )
    seen: dict[str, Any] = json.loads((folder / "seen.json").read_text())
    return seen


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_row_reaches_the_model_as_mlflow_hands_it_over_or_the_file_fails(
    seen: dict[str, Any], kind: str
) -> None:
    told = {name: one[kind] for name, one in seen.items()}
    expected = {name: one["mlflow"] for name, one in seen.items()}
    if kind == "parquet":
        expected |= {name: rows for name, one in seen.items() if (rows := one["mlflow of parquet"])}
    refused = {name for name, of_kind in _REFUSED if of_kind == kind}

    for name in refused:
        assert _REFUSED[name, kind] in told[name]
    assert {name: rows for name, rows in expected.items() if name not in refused} == {
        name: rows for name, rows in told.items() if name not in refused
    }


def test_the_table_has_signatures_of_every_kind(seen: dict[str, Any]) -> None:
    """With rows that differ by their types, or the comparison would say little."""
    assert len(seen) > 30
    assert {name for name, _ in _REFUSED} <= set(seen)
    assert "('int', '3')" in seen["hint of objects"]["mlflow"][0]
    assert "(0, 'int'," in seen["columns named by integers"]["mlflow"][0]
