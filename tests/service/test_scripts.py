"""Scoring scripts over HTTP: what they return, what they write, and what is refused at creation."""

import json
from functools import partial
from typing import Any

import pytest

from tests.service.conftest import Deploy
from tests.service.stack import CONTAINER, WORKSPACE, Stack, kill_scorers, wait_until

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


@pytest.fixture
def script(stack: Stack, deploy: Deploy) -> Any:
    """Puts an endpoint with one deployment of a script; returns the deployment's properties."""

    def put(endpoint: str, text: str, **properties: Any) -> Any:
        deploy("model-is-there")
        uri = stack.upload(
            f"code/{endpoint}",
            {"score.py": text.encode(), "helper.py": b"def shout(t):\n    return t + '!'\n"},
        )
        stack.put(f"/codes/{endpoint}/versions/1", {"properties": {"codeUri": uri}})
        stack.put(f"/batchEndpoints/{endpoint}", {"properties": {}})
        code = {"codeId": f"{WORKSPACE}/codes/{endpoint}/versions/1", "scoringScript": "score.py"}
        model = {"referenceType": "Id", "assetId": f"{WORKSPACE}/models/doubler/versions/1"}
        made = stack.put(
            f"/batchEndpoints/{endpoint}/deployments/main",
            {"properties": {"model": model, "codeConfiguration": code, **properties}},
        )
        default = {"defaults": {"deploymentName": "main"}}
        stack.put(f"/batchEndpoints/{endpoint}", {"properties": default})
        return made["properties"]

    return put


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
    folder = properties["outputs"]["predictions"].partition("/paths/")[2].rpartition("/")[0]
    client = stack.blobs.get_container_client(CONTAINER)
    names = {
        name.removeprefix(f"{folder}/") for name in client.list_blob_names(name_starts_with=folder)
    }
    assert {f"f{i}.out" for i in range(9)} | {"predictions.csv"} == names
    assert b"44" == stack.download(f"{folder}/f4.out")
    assert 5 == len(stack.output(properties).splitlines())


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
    folder = properties["outputs"]["predictions"].partition("/paths/")[2].rpartition("/")[0]
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
    answer = stack.send("POST", "/endpoints/broken/jobs", {"properties": body})
    assert 409 == answer.status
    assert "no GPU here" in answer.body["error"]["message"]


def test_what_is_no_row_is_told_in_words(stack: Stack, script: Any) -> None:
    retry = {"maxRetries": 1, "timeout": "PT30S"}
    script("returns-none", RETURNS_NONE, retrySettings=retry)
    started = stack.invoke("returns-none", stack.upload("texts", FILES))
    properties = stack.ended(started)

    assert "Failed" == properties["status"]
    first = json.loads(stack.report(started, "errors.jsonl").splitlines()[0])
    assert "run() returned None" in first["message"]


SIX = """\
import six


def init():
    pass


def run(mini_batch):
    return [six.__version__] * len(mini_batch)
"""


def test_a_script_runs_in_the_environment_that_it_asks_for(stack: Stack, script: Any) -> None:
    """A package that the service does not have, of just that version: built once, for the job."""
    conda = "dependencies:\n- python=3.13\n- pip:\n  - six==1.15.0\n  - azureml-core\n"
    body = {"properties": {"condaFile": conda, "image": "mcr.invalid/x"}}
    stack.put("/environments/six/versions/1", body)
    environment = f"{WORKSPACE}/environments/six/versions/1"
    made = script("environment", SIX, environmentId=environment)
    if made["provisioningState"] == "Failed" and "index" in made["provisioningError"]:
        pytest.skip(made["provisioningError"])
    properties = stack.ended(stack.invoke("environment", stack.upload("texts", FILES)))

    assert ["1.15.0"] * 9 == stack.output(properties).decode().splitlines()


def test_an_environment_that_cannot_be_built_fails_the_deployment(
    stack: Stack, script: Any
) -> None:
    conda = "dependencies:\n- python=2.7\n- pip:\n  - six\n"
    stack.put("/environments/ancient/versions/1", {"properties": {"condaFile": conda}})
    environment = f"{WORKSPACE}/environments/ancient/versions/1"

    made = script("ancient", SIX, environmentId=environment)

    assert "Failed" == made["provisioningState"]
    assert "2.7" in made["provisioningError"]


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
