"""Predictions of several files, from a real store: published, listed, previewed, downloaded."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyarrow.dataset import partitioning

from tests.service.conftest import deploy_on
from tests.support.stack import Stack
from tests.support.stub_service import Done, environment, run

FILES = {
    f"2026/{i}.csv": f"x,n,land\n{i},1,DE\n{i},2,\n{i},3,A/B\n".encode() for i in range(1, 5)
} | {"1.csv": b"x,n,land\n9,4,DE\n"}
OUT = "azureml://datastores/workspaceblobstore/paths/layouts-out/"

type Run = Callable[..., tuple[Any, Any]]


@pytest.fixture(scope="module")
def ran(stack: Stack) -> Run:
    """A job's invocation, and its properties at the end."""
    uri = stack.upload("layouts", FILES)
    deploy_on(stack, "layouts", miniBatchSize=2, maxConcurrencyPerInstance=2)

    def ran(place: str, **own: str) -> tuple[Any, Any]:
        score = {"score": {"jobOutputType": "UriFile", "uri": f"{OUT}{place}"}}
        common = {"inputInclude": "**/*.csv", "outputLineage": "none"}
        started = stack.invoke("layouts", uri, outputData=score, properties=common | own)
        properties = stack.ended(started)
        assert "Completed" == properties["status"], properties
        return started, properties

    return ran


def downloaded(stack: Stack, folder: Path, job: str) -> Path:
    own = environment(folder, stack.url, BEP_TOKEN=stack.token())
    done: Done = run(
        folder, own, "job", "download", "-n", job, "--output-name", "score", "-p", "out"
    )
    assert 0 == done.code, done.stderr
    return folder / "out/named-outputs/score"


def test_partitions_are_a_folder_that_readers_know(stack: Stack, ran: Run, tmp_path: Path) -> None:
    started, properties = ran(
        "hive",
        outputFormat="parquet",
        outputCarry="all",
        outputLayout="hive",
        outputPartition="land",
    )

    folder = downloaded(stack, tmp_path, started["name"])
    frame = pd.read_parquet(folder, partitioning=partitioning(flavor="hive"))
    assert ["x", "n", "prediction", "land"] == list(frame)
    assert (2 * frame["x"] + frame["n"]).tolist() == frame["prediction"].tolist()
    by_land = {
        "DE": [(9, 4), *((i, 1) for i in range(1, 5))],
        "A/B": [(i, 3) for i in range(1, 5)],
    }
    for land, expected in by_land.items():
        rows = frame[frame["land"] == land]
        assert expected == list(zip(rows["x"], rows["n"], strict=True))
    assert 4 == frame["land"].isna().sum()
    proof = stack.receipt(started)["output"]
    names = ["land=DE", "land=__HIVE_DEFAULT_PARTITION__", "land=A%2FB"]
    paths = ["_SUCCESS", *(f"{name}/part-0.parquet" for name in names)]
    assert paths == [file["path"] for file in proof["files"]]
    assert (13, 4) == (proof["rows"], proof["file_count"])
    assert sum(file["bytes"] for file in proof["files"][1:]) == proof["bytes"]
    assert properties["outputs"]["predictions"] == f"{OUT}hive/"
    outputs = f"/endpoints/layouts/jobs/{started['name']}/outputs"
    listed = stack.send("GET", outputs).body["value"]
    assert paths == [one["path"] for one in listed if one["output"] == "predictions"]
    index = json.loads(stack.download("layouts-out/hive/_SUCCESS"))
    assert [13, paths[1:]] == [index["rows"], [file["path"] for file in index["files"]]]
    refused = stack.send(
        "POST",
        "/endpoints/layouts/jobs",
        {
            "properties": {
                "inputData": {"i": {"uri": f"{OUT.replace('-out', '')}"}},
                "outputData": {"score": {"jobOutputType": "UriFile", "uri": f"{OUT}hive"}},
                "properties": {"outputFormat": "jsonl", "outputLayout": "per_input"},
            }
        },
    )
    assert (409, True) == (refused.status, "has files already" in str(refused.body))


def test_each_input_has_an_output_by_its_place_in_the_folder(
    stack: Stack, ran: Run, tmp_path: Path
) -> None:
    """Two inputs of one name do not meet."""
    started, _ = ran(
        "inputs/", outputFormat="csv_header", outputCarry="land", outputLayout="per_input"
    )

    folder = downloaded(stack, tmp_path, started["name"])
    found = {
        str(path.relative_to(folder)): path.read_text().splitlines()
        for path in folder.rglob("*.csv")
    }
    assert {f"{name}.csv" for name in FILES} == set(found)
    assert ["land,prediction", "DE,22.0"] == found["1.csv.csv"]
    assert ["land,prediction", "DE,3.0", ",4.0", "A/B,5.0"] == found["2026/1.csv.csv"]
    look = f"/endpoints/layouts/jobs/{started['name']}/outputs/predictions/preview"
    shown = stack.send("GET", look).body
    assert ("1.csv.csv", ["land", "prediction"], [["DE", "22.0"]]) == (
        shown["path"],
        shown["columns"],
        shown["rows"],
    )
    other = stack.send("GET", f"{look}?path=2026/1.csv.csv").body
    assert ["DE", "3.0"] == other["rows"][0]
