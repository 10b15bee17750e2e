"""Predictions in other forms, from a real store: by a deployment's properties, and by a job's."""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd
import pytest

from tests.service.conftest import deploy_on
from tests.support.stack import Stack

# The key of each row is nothing that the model takes.
FILES = {
    "0.csv": b"x,n,key\n",
    **{f"{i}.csv": f"x,n,key\n{i},1,a{i}\n{i}.5,2,b{i}\n".encode() for i in range(1, 7)},
}
KEYS = [f"{letter}{i}" for i in range(1, 7) for letter in "ab"]
OWN = {"outputFormat": "csv_header", "outputCarry": "key", "outputLineage": "file,mini_batch"}
FOLDER = "azureml://datastores/workspaceblobstore/paths/forms"
PLACE = "azureml://datastores/workspaceblobstore/paths/forms-out/{date}/p-{endpoint}.csv"


class Ended(NamedTuple):
    """A job's invocation, its properties at the end, and its predictions."""

    started: Any
    properties: Any
    predictions: bytes


@pytest.fixture(scope="module")
def invoke(stack: Stack) -> Callable[..., Ended]:
    uri = stack.upload("forms", FILES)
    deploy_on(stack, "forms", miniBatchSize=2, maxConcurrencyPerInstance=2, properties=OWN)

    def invoke(**more: Any) -> Ended:
        started = stack.invoke("forms", uri, **more)
        properties = stack.ended(started)
        assert "Completed" == properties["status"], properties
        return Ended(started, properties, stack.output(properties))

    return invoke


def previewed(stack: Stack, job: Ended) -> Any:
    path = f"/endpoints/forms/jobs/{job.started['name']}/outputs/predictions/preview?rows=3"
    return stack.send("GET", path).body


def test_a_job_writes_what_its_deployment_asks_for_and_the_next_one_under_the_next_name(
    stack: Stack, invoke: Callable[..., Ended]
) -> None:
    score = {"score": {"jobOutputType": "UriFile", "uri": PLACE}}

    first = invoke(outputData=score)
    again = invoke(outputData=score, properties={"outputIfExists": "version"})
    refused = stack.send(
        "POST",
        "/endpoints/forms/jobs",
        {"properties": {"inputData": {"i": {"uri": FOLDER}}, "outputData": score}},
    )

    assert 409 == refused.status
    name = first.properties["outputs"]["predictions"]
    assert name.endswith("/p-forms.csv")
    assert "{" not in name
    assert again.properties["outputs"]["predictions"] == name.replace(".csv", "-2.csv")
    assert first.predictions == again.predictions
    rows = list(csv.DictReader(io.StringIO(again.predictions.decode())))
    assert ["key", "prediction", "file", "mini_batch"] == list(rows[0])
    assert KEYS == [row["key"] for row in rows]
    assert [f"{2 * i + 1}.0" for i in range(1, 7)] == [row["prediction"] for row in rows[::2]]
    shown = previewed(stack, again)
    assert (list(rows[0]), True) == (shown["columns"], shown["has_header"])
    assert ["a1", "3.0", "1.csv", "0"] == shown["rows"][0]


def test_a_job_may_ask_for_something_else_than_its_deployment(
    stack: Stack, invoke: Callable[..., Ended]
) -> None:
    """Packed objects, under the usual name."""
    asked = {"outputFormat": "jsonl", "outputCompress": "gzip", "outputCarry": "all"}

    job = invoke(properties=asked)

    found = [json.loads(line) for line in gzip.decompress(job.predictions).splitlines()]
    assert job.properties["outputs"]["predictions"].endswith("/score/predictions.jsonl.gz")
    assert (
        asked | {"outputCarry": "all", "outputLineage": "file,mini_batch"}
        == (job.properties["properties"])
    )
    assert KEYS == [row["key"] for row in found]
    assert {"x": 6.5, "n": 2, "key": "b6", "prediction": 15.0, "file": "6.csv"} == {
        name: value for name, value in found[-1].items() if name != "mini_batch"
    }
    proof = stack.receipt(job.started)
    digest = hashlib.sha256(job.predictions).hexdigest()
    assert ("proven", 12, len(job.predictions), digest) == (
        proof["verdict"],
        *(proof["output"][name] for name in ("rows", "bytes", "sha256")),
    )
    shown = previewed(stack, job)
    assert ("jsonl", 3, False) == (shown["format"], len(shown["rows"]), shown["is_all"])
    assert ["x", "n", "key", "prediction", "file", "mini_batch"] == shown["columns"]


def test_a_job_may_ask_for_parquet_whose_columns_have_the_types_of_their_values(
    stack: Stack, invoke: Callable[..., Ended]
) -> None:
    """The rows are those of the JSON form, in the same order."""
    lines = invoke(properties={"outputFormat": "jsonl", "outputCarry": "all"})

    job = invoke(properties={"outputFormat": "parquet", "outputCarry": "all"})

    frame = pd.read_parquet(io.BytesIO(job.predictions))
    assert [json.loads(line) for line in lines.predictions.splitlines()] == frame.to_dict("records")
    types = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert {"x": "float64", "n": "int64", "key": "str", "mini_batch": "int64"}.items() <= (
        types.items()
    )
    assert job.properties["outputs"]["predictions"].endswith("/score/predictions.parquet")
    proof = stack.receipt(job.started)
    digest = hashlib.sha256(job.predictions).hexdigest()
    assert ("proven", 12, digest) == (
        proof["verdict"],
        proof["output"]["rows"],
        proof["output"]["sha256"],
    )
    shown = previewed(stack, job)
    assert ("parquet", list(frame), False) == (shown["format"], shown["columns"], shown["is_all"])
    assert [1.0, 1, "a1", 3.0] == shown["rows"][0][:4]
