"""`bep score` on a real service: first and again, by a script, and when files fail."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import pytest

from tests.e2e.conftest import LIMIT_S, Done, environment
from tests.support.fares import fares, fares_in
from tests.support.stack import ROOT, Stack

EXAMPLES = ROOT / "examples/sdk"
MODEL, TRIPS = EXAMPLES / "taxi/model", EXAMPLES / "taxi/trips"


def score(stack: Stack, folder: Path, *words: Any) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "cli", "score", *map(str, words)],
        cwd=folder,
        env=environment(stack, folder) | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.timeout(LIMIT_S)
def test_a_second_call_reuses_what_did_not_change(stack: Stack, tmp_path: Path) -> None:
    model = shutil.copytree(MODEL, tmp_path / "model")
    (model / "NOTE").write_text(uuid4().hex)  # a model that no other test has deployed
    first = score(stack, tmp_path, model, TRIPS, "-o", "one")
    second = score(stack, tmp_path, model, TRIPS / "*.csv", "-o", "two", "--mini-batch-size", "2")

    for done, name in ((first, "one"), (second, "two")):
        assert 0 == done.code, done.stderr
        answer = json.loads(done.stdout)
        assert fares() == fares_in(tmp_path / name / "predictions.csv")
        assert [f"{name}/predictions.csv"] == answer["predictions"]
        assert {"total": 6, "done": 6, "failed": 0} == answer["files"]
        receipt = json.loads((tmp_path / answer["receipt"]).read_text())
        assert "proven" == receipt["verdict"]
        assert "The first rows:\n  0,24.0,trips-0.csv\n" in done.stderr
    assert "Making deployment" in first.stderr
    assert "Making deployment" not in second.stderr
    same = ("model", "endpoint", "deployment")
    one, two = json.loads(first.stdout), json.loads(second.stdout)
    assert [one[name] for name in same] == [two[name] for name in same]
    assert one["job"] != two["job"]


@pytest.mark.timeout(LIMIT_S)
def test_changed_settings_are_another_deployment_of_the_same_endpoint(
    stack: Stack, tmp_path: Path
) -> None:
    first = score(stack, tmp_path, MODEL, TRIPS, "-o", "one")
    words = ("--set", "retry_settings.timeout=60", "max_concurrency_per_instance=2")
    second = score(stack, tmp_path, MODEL, TRIPS, "-o", "two", *words)

    assert 0 == second.code, second.stderr
    one, two = json.loads(first.stdout), json.loads(second.stdout)
    assert (one["endpoint"], one["model"]) == (two["endpoint"], two["model"])
    assert one["deployment"] != two["deployment"]


@pytest.mark.timeout(LIMIT_S)
def test_a_script_scores_with_its_model_and_conda_file(stack: Stack, tmp_path: Path) -> None:
    reviews = EXAMPLES / "reviews"
    conda = reviews / "conda.yml"

    done = score(
        stack,
        tmp_path,
        *(reviews / "model", reviews / "texts", "-o", "out"),
        *("--code", reviews / "code", "--conda-file", conda),
    )

    assert 0 == done.code, done.stderr
    lines = (tmp_path / "out/predictions.csv").read_text().splitlines()
    assert ["bad-1.txt", "bad-2.txt", "good-1.txt", "good-2.txt", "mixed-1.txt"] == [
        line.split()[0] for line in lines
    ]


@pytest.mark.timeout(LIMIT_S)
def test_a_failed_job_ends_with_4_and_names_the_first_failure(stack: Stack, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "good.csv").write_text("miles,passengers\n1,1\n")
    (data / "bad.csv").write_text("miles,passengers\nfar,1\n")

    done = score(stack, tmp_path, MODEL, data, "-o", "out", "--error-threshold", "0")

    assert (4, "") == (done.code, done.stdout)
    assert "bad.csv" in done.stderr
    assert "Traceback" not in done.stderr
    error = json.loads((tmp_path / "out/errors.jsonl").read_text())
    assert "bad.csv" == error["file"]
    assert done.stderr.endswith(" See 'out'.\n")
    assert 1 == done.stderr.splitlines()[-1].count("The first failure")


@pytest.mark.timeout(LIMIT_S)
def test_files_that_were_allowed_to_fail_are_warned_of(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("miles,passengers\n1,1\n")
    (tmp_path / "bad.csv").write_text("miles,passengers\nfar,1\n")

    done = score(stack, tmp_path, MODEL, "good.csv", "bad.csv", "-o", "out")

    assert 0 == done.code, done.stderr
    answer = json.loads(done.stdout)
    assert 1 == answer["files"]["failed"]
    assert answer["warnings"]
    assert f"WARNING: {answer['warnings'][0]}" in done.stderr


@pytest.mark.timeout(LIMIT_S)
def test_one_large_file_is_scored_in_pieces_to_the_same_bytes(stack: Stack, tmp_path: Path) -> None:
    header, row, *_ = (TRIPS / "trips-0.csv").read_text().splitlines()
    data = tmp_path / "large.csv"
    data.write_text("\n".join([header, *([row] * 90)]) + "\n")
    whole = score(stack, tmp_path, MODEL, data, "-o", "whole")
    cut = score(stack, tmp_path, MODEL, data, "-o", "cut", "--split", "rows=20")

    assert (0, 0) == (whole.code, cut.code), whole.stderr + cut.stderr
    one, two = ((tmp_path / name / "predictions.csv").read_bytes() for name in ("whole", "cut"))
    assert (one, 90) == (two, one.count(b"\n"))
    plans = [
        json.loads((tmp_path / name / "receipt.json").read_text())["plan"]["mini_batches"]
        for name in ("whole", "cut")
    ]
    assert [1, 5] == plans


@pytest.mark.timeout(LIMIT_S)
def test_a_folder_of_predictions_is_a_data_set_with_nothing_else_in_it(
    stack: Stack, tmp_path: Path
) -> None:
    words = ("--output-format", "parquet", "--output-layout", "per_input")
    done = score(stack, tmp_path, MODEL, TRIPS, "-o", "out", *words)

    assert 0 == done.code, done.stderr
    data, answer = tmp_path / "out/predictions", json.loads(done.stdout)
    assert answer["rows"] == len(pd.read_parquet(data))
    assert {"predictions", "receipt.json", "errors.jsonl"} == {
        path.name for path in (tmp_path / "out").iterdir()
    }
    assert all(path.startswith("out/predictions/") for path in answer["predictions"])
