"""Rows of jobs that do not complete, from a real store: canceled, or stopped by their threshold."""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.service.conftest import Deploy
from tests.service.models import csv_of, rows_of
from tests.support.stack import WORKSPACE, Stack
from tests.support.stub_service import environment, run
from tests.support.waiting import wait_until

FILES = {f"f{i:03d}.csv": csv_of((i, 1)) for i in range(250)}
SLOW: dict[str, Any] = {"miniBatchSize": 1, "environmentVariables": {"SLEEP_S": "0.1"}}
FOLDER = "azureml://datastores/workspaceblobstore/paths/partial-out"


def written_to(place: str) -> dict[str, Any]:
    return {"outputData": {"score": {"jobOutputType": "UriFile", "uri": f"{FOLDER}/{place}"}}}


def is_scoring(stack: Stack, started: Any, minibatches: int) -> bool:
    progress = stack.job(started).get("progress")
    return bool(progress) and progress["mini_batches"]["done"] >= minibatches


def partial_rows(stack: Stack, started: Any, place: str) -> tuple[list[str], Any]:
    """The rows and their receipt, as they lie in the output's folder and as the service lists."""
    here = f"partial-out/{place}/partial/{started['name']}"
    content, told = stack.download(f"{here}/rows.csv"), stack.download(f"{here}/receipt.json")
    receipt = json.loads(told)
    assert receipt == stack.receipt(started)
    assert hashlib.sha256(content).hexdigest() == receipt["partial"]["sha256"]
    listed = stack.send("GET", f"{WORKSPACE}/jobs/{started['name']}/outputs").body["value"]
    (file,) = [one for one in listed if one["output"] == "partial"]
    assert ("rows.csv", len(content)) == (file["path"], file["size"])
    return content.decode().splitlines(), receipt


def fetched(stack: Stack, started: Any, folder: Path) -> tuple[list[str], Any]:
    """What `bep` saves of the job's rows, and the receipt beside them."""
    own = environment(folder, stack.url, BEP_TOKEN=stack.token("reader"))
    done = run(folder, own, "job", "download", "-n", started["name"], "--output-name", "partial")
    assert 0 == done.code, done.stderr
    here = folder / "named-outputs" / "partial"
    content, receipt = (here / "rows.csv").read_bytes(), (here / "receipt.json").read_text()
    told = json.loads(receipt)
    assert hashlib.sha256(content).hexdigest() == told["partial"]["sha256"]
    assert {"rows.csv", "receipt.json"} == {path.name for path in here.iterdir()}
    return content.decode().splitlines(), told


def expected(told: Any) -> list[str]:
    """The rows of each file that is not missing."""
    out = {
        number
        for span in told["partial"]["missing"]["mini_batches"]
        for number in range(span["first"], span["stop"])
    }
    left = [number for number in range(len(FILES)) if number not in out]
    return [row for i in left for row in rows_of(f"f{i:03d}.csv", (i, 1))]


def test_a_job_is_read_while_it_runs_and_keeps_what_it_scored_when_it_is_canceled(
    stack: Stack, deploy: Deploy, tmp_path: Path
) -> None:
    """Then it runs again into the same folder."""
    endpoint, uri = deploy("partial", **SLOW), stack.upload("partial-in", FILES)
    started = stack.invoke(endpoint, uri, **written_to("a/p.csv"))
    path = f"/endpoints/{endpoint}/jobs/{started['name']}/partial"
    wait_until(lambda: is_scoring(stack, started, 5))
    wait_until(lambda: stack.send("GET", path).body.get("pieces"))
    so_far, told = fetched(stack, started, tmp_path)
    assert "partial" == told["verdict"]
    assert expected(told) == so_far
    assert 1 <= told["partial"]["mini_batches"] == len(so_far) < 250

    stack.send("POST", f"{WORKSPACE}/jobs/{started['name']}/cancel")

    ended = stack.ended(started)
    rows, receipt = partial_rows(stack, started, "a")
    done = receipt["partial"]["mini_batches"]
    assert ("Canceled", "partial") == (ended["status"], receipt["verdict"])
    assert set(so_far) <= set(rows)
    assert (rows, receipt) == fetched(stack, started, tmp_path)
    assert ended["outputs"]["partial"]["uri"] == receipt["partial"]["uri"]
    assert [row for i in range(done) for row in rows_of(f"f{i:03d}.csv", (i, 1))] == rows
    assert 250 - done == receipt["partial"]["missing"]["files"] > 0
    names = {one.name for one in stack.blobs.get_container_client("azureml-blobstore").list_blobs()}
    assert "partial-out/a/p.csv" not in names
    few = {"inputInclude": "f00*.csv"}
    again = stack.invoke(endpoint, uri, properties=few, **written_to("a/p.csv"))
    assert "Completed" == stack.ended(again)["status"]


@pytest.mark.parametrize("turned", ["keep", "none"])
def test_a_job_whose_threshold_is_passed_keeps_its_rows_unless_told_not_to(
    stack: Stack, deploy: Deploy, turned: str
) -> None:
    endpoint = deploy("partial-threshold", miniBatchSize=1, errorThreshold=0)
    files = {f"f{i}.csv": csv_of((i, 1)) for i in range(4)} | {"f2.csv": b"no such column\n1\n"}
    options = {"outputPartial": turned, "outputFormat": "csv_header", "outputLineage": "file"}
    place = f"{turned}/p.csv"

    started = stack.invoke(
        endpoint,
        stack.upload(f"partial-{turned}", files),
        properties=options,
        **written_to(place),
    )

    assert "Failed" == stack.ended(started)["status"]
    if turned == "none":
        assert "incomplete" == stack.receipt(started)["verdict"]
        path = f"{WORKSPACE}/jobs/{started['name']}/outputs/partial"
        assert 404 == stack.send("GET", path).status
        return
    rows, receipt = partial_rows(stack, started, turned)
    table = list(csv.DictReader(io.StringIO("\n".join(rows))))
    assert "file" in table[0]
    assert ["f0.csv", "f1.csv"] == [row["file"] for row in table][:2]
    assert 1 == receipt["files"]["failed"]


@pytest.mark.parametrize("layout", ["per_input", "hive"])
def test_rows_that_were_for_several_files_are_fetched_from_one_beside_the_folder(
    stack: Stack, deploy: Deploy, tmp_path: Path, layout: str
) -> None:
    endpoint = deploy("partial-layouts", miniBatchSize=1, errorThreshold=0)
    files = {f"f{i}.csv": csv_of((i, 1)) for i in range(4)} | {"f2.csv": b"no such column\n1\n"}
    options = {"outputLayout": layout, "outputFormat": "csv_header", "outputLineage": "file"}
    options |= {"outputPartition": "file"} if layout == "hive" else {}
    uri = stack.upload("partial-layouts", files)
    started = stack.invoke(endpoint, uri, properties=options, **written_to(f"{layout}/out/"))
    assert "Failed" == stack.ended(started)["status"]

    rows, receipt = partial_rows(stack, started, layout)

    table = list(csv.DictReader(io.StringIO("\n".join(rows))))
    assert ["f0.csv", "f1.csv"] == [row["file"] for row in table][:2]
    assert receipt["partial"]["rows"] == len(table)
    assert (rows, receipt) == fetched(stack, started, tmp_path)
