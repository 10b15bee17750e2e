"""Scoring scripts over HTTP: what they return, what they write, and what is refused at creation."""

import hashlib
import json
from functools import partial
from typing import Any

from tests.service.conftest import Deploy
from tests.support.stack import CONTAINER, WORKSPACE, Stack, kill_scorers
from tests.support.waiting import wait_until

FILES = {f"f{i}.txt": f"{i}".encode() for i in range(9)}
LISTS = """\
import os
from helper import shout


def init():
    global model
    folder = os.path.join(os.environ["AZUREML_MODEL_DIR"], "doubler")
    assert os.path.exists(os.path.join(folder, "MLmodel"))
    print("ready")


def run(mini_batch):
    rows = []
    for path in mini_batch:
        text = open(path).read()
        if text == os.environ.get("BAD"):
            raise ValueError("cannot read " + os.path.basename(path))
        rows.append(shout(text))
    return rows
"""
FRAMES = """\
import pandas as pd


def init():
    pass


def run(mini_batch):
    return pd.DataFrame({"n": [int(open(p).read()) for p in mini_batch], "t": "a b"})
"""
WRITES = """\
import os
from pathlib import Path


def init():
    pass


def run(mini_batch):
    out = Path(os.environ["AZUREML_BI_OUTPUT_PATH"])
    for path in mini_batch:
        (out / (Path(path).stem + ".out")).write_text(Path(path).read_text() * 2)
    return mini_batch
"""
BROKEN = (
    "def init():\n    raise RuntimeError('no GPU here')\n\n\ndef run(mini_batch):\n    return []\n"
)
RETURNS_NONE = "def init():\n    pass\n\n\ndef run(mini_batch):\n    return None\n"


def test_a_list_becomes_a_line_for_each_element(stack: Stack, script: Any) -> None:
    made = script("lists", LISTS, miniBatchSize=4)
    started = stack.invoke("lists", stack.upload("texts", FILES))
    properties = stack.ended(started)

    assert "Succeeded" == made["provisioningState"], made
    assert [f"{i}!" for i in range(9)] == stack.output(properties).decode().splitlines()


def test_a_bad_file_is_isolated_by_name(stack: Stack, script: Any) -> None:
    retry = {"maxRetries": 1, "timeout": "PT30S"}
    script(
        "isolates",
        LISTS,
        miniBatchSize=9,
        environmentVariables={"BAD": "5"},
        retrySettings=retry,
    )
    started = stack.invoke("isolates", stack.upload("texts", FILES))
    properties = stack.ended(started)

    assert [f"{i}!" for i in range(9) if i != 5] == stack.output(properties).decode().splitlines()
    (error,) = map(json.loads, stack.report(started, "errors.jsonl").splitlines())
    assert ("f5.txt", "ValueError", "known") == (
        error["file"],
        error["error_type"],
        error["certainty"],
    )


def test_a_data_frame_is_space_separated_without_a_header(stack: Stack, script: Any) -> None:
    script("frames", FRAMES)
    properties = stack.ended(stack.invoke("frames", stack.upload("texts", FILES)))

    assert '0 "a b"\n' == stack.output(properties).decode().splitlines(keepends=True)[0]
    assert 9 == len(stack.output(properties).splitlines())


def test_summary_only_publishes_what_the_script_wrote(stack: Stack, script: Any) -> None:
    script("writes", WRITES, miniBatchSize=2, outputAction="SummaryOnly")
    started = stack.invoke("writes", stack.upload("texts", FILES))
    properties = stack.ended(started)

    assert "Completed" == properties["status"], properties
    assert "proven" == stack.receipt(started)["verdict"]
    folder = folder_of(properties)
    names = published(stack, folder)
    assert {f"f{i}.out" for i in range(9)} | {"predictions.csv"} == names
    assert b"44" == stack.download(f"{folder}/f4.out")
    assert 5 == len(stack.output(properties).splitlines())
    proof = stack.receipt(started)["output"]
    assert (10, None) == (proof["file_count"], proof["file_list"])
    assert names == {file["path"] for file in proof["files"]}
    for file in proof["files"]:
        content = stack.download(f"{folder}/{file['path']}")
        assert len(content) == file["bytes"]
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert [] == properties["warnings"]


def folder_of(properties: Any) -> str:
    """Where a job's output lies."""
    uri: str = properties["outputs"]["predictions"]
    return uri.partition("/paths/")[2].rpartition("/")[0]


def published(stack: Stack, folder: str) -> set[str]:
    listed = stack.blobs.get_container_client(CONTAINER).list_blob_names(name_starts_with=folder)
    return {name.removeprefix(f"{folder}/") for name in listed}


def test_jobs_after_one_another_each_have_their_own_files_beside_their_rows(
    stack: Stack, script: Any
) -> None:
    """A warm process keeps what it wrote for its job from the next one."""
    script("writes-too", WRITES, miniBatchSize=2)
    for number, files in enumerate(({"a": b"1", "b": b"2"}, {"b": b"3", "c": b"4"})):
        started = stack.invoke("writes-too", stack.upload(f"few-{number}", files))
        properties = stack.ended(started)

        folder = folder_of(properties)
        assert {f"{name}.out" for name in files} | {"predictions.csv"} == published(stack, folder)
        assert files["b"] * 2 == stack.download(f"{folder}/b.out")
        assert 2 == len(stack.output(properties).splitlines())


MISNAMES = WRITES.replace('(Path(path).stem + ".out")', '"predictions.csv"')


def test_a_side_file_called_like_the_predictions_fails_its_minibatch_in_words(
    stack: Stack, script: Any
) -> None:
    script("misnames", MISNAMES, outputAction="SummaryOnly")
    started = stack.invoke("misnames", stack.upload("texts", FILES))
    properties = stack.ended(started)

    assert "Failed" == properties["status"]
    assert "it is the name of the job's predictions file" in properties["error"]["message"]


SLOW = WRITES.replace("def run(mini_batch):", "def run(mini_batch):\n    time.sleep(0.1)")
MANY = {f"f{i:03d}.txt": f"{i}".encode() for i in range(80)}


def test_killed_scorers_publish_each_file_once(stack: Stack, script: Any) -> None:
    """Every scorer process is killed three times on the way; each file is there, whole, once."""
    script(
        "killed",
        f"import time\n{SLOW}",
        miniBatchSize=2,
        maxConcurrencyPerInstance=2,
        outputAction="SummaryOnly",
    )
    started = stack.invoke("killed", stack.upload("many", MANY))
    for minibatches in (4, 12, 20):
        wait_until(partial(_has_done, stack, started, minibatches))
        kill_scorers(stack)
    properties = stack.ended(started)

    assert "Completed" == properties["status"], properties
    folder = folder_of(properties)
    listed = stack.blobs.get_container_client(CONTAINER).list_blobs(name_starts_with=folder)
    sizes = {blob.name.removeprefix(f"{folder}/"): blob.size for blob in listed}
    expected = {f"f{i:03d}.out": 2 * len(str(i)) for i in range(80)}
    assert expected == {name: size for name, size in sizes.items() if name.endswith(".out")}
    assert "proven" == stack.receipt(started)["verdict"]
    assert 80 == stack.receipt(started)["files"]["scored"]


def _has_done(stack: Stack, started: Any, minibatches: int) -> bool:
    progress = stack.job(started).get("progress")
    return bool(progress and progress["mini_batches"]["done"] >= minibatches)


def test_a_script_that_does_not_start_fails_at_creation(stack: Stack, script: Any) -> None:
    made = script("broken", BROKEN)

    assert "Failed" == made["provisioningState"]
    assert "no GPU here" in made["provisioningError"]
    body = {"inputData": {"x": {"jobInputType": "UriFolder", "uri": stack.upload("t", FILES)}}}
    answer = stack.send(
        "POST",
        "/endpoints/broken/jobs",
        {"properties": body},
        headers={"azureml-model-deployment": "main"},
    )
    assert 409 == answer.status
    assert "no GPU here" in answer.body["error"]["message"]


def test_what_is_no_row_is_reported_in_words(stack: Stack, script: Any) -> None:
    retry = {"maxRetries": 1, "timeout": "PT30S"}
    script("returns-none", RETURNS_NONE, retrySettings=retry)
    started = stack.invoke("returns-none", stack.upload("texts", FILES))
    properties = stack.ended(started)

    assert "Failed" == properties["status"]
    first = json.loads(stack.report(started, "errors.jsonl").splitlines()[0])
    assert "run() returned None" in first["message"]


def test_a_missing_script_is_refused_at_once(stack: Stack, deploy: Deploy) -> None:
    deploy("model-is-there")
    stack.put("/codes/empty/versions/1", {"properties": {"codeUri": stack.upload("c", {"a": b""})}})
    stack.put("/batchEndpoints/no-script", {"properties": {}})
    code = {"codeId": f"{WORKSPACE}/codes/empty/versions/1", "scoringScript": "nowhere.py"}
    model = {"referenceType": "Id", "assetId": f"{WORKSPACE}/models/doubler/versions/1"}

    answer = stack.send(
        "PUT",
        f"{WORKSPACE}/batchEndpoints/no-script/deployments/main",
        {"properties": {"model": model, "codeConfiguration": code}},
    )

    assert 400 == answer.status
    assert "nowhere.py" in answer.body["error"]["message"]
