"""What becomes of a job when scripts fail, and when deployments disagree."""

import json
from typing import Any

import pytest

from tests.support.stack import WORKSPACE, Stack
from tests.support.waiting import wait_until

NINE = {f"f{i}.txt": f"{i}".encode() for i in range(9)}
ONCE = {"maxRetries": 1, "timeout": "PT30S"}
SIX_BAD = """\
def run(mini_batch):
    rows = []
    for path in mini_batch:
        if (number := int(open(path).read())) not in (1, 4, 7):
            raise ValueError(f"{number} is bad")
        rows.append(number)
    return rows
"""
SLEEPS = "import time\n\n\ndef run(mini_batch):\n    time.sleep(1000)\n"
OPINION = """\
import os

from PIL import Image


def run(mini_batch):
    return [os.environ["SEES"] + str(Image.open(path).size) for path in mini_batch]
"""
# One grey pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6368"
    "0000008200810d3a6bd80000000049454e44ae426082"
)


@pytest.mark.parametrize(
    ("threshold", "status", "scored"), [(5, "Failed", 3), (6, "Completed", 3), (-1, "Completed", 3)]
)
def test_six_bad_files_of_nine_are_counted_exactly(
    stack: Stack, script: Any, threshold: int, status: str, scored: int
) -> None:
    name = f"six-bad-{threshold % 10}"
    script(name, SIX_BAD, errorThreshold=threshold, miniBatchSize=2, retrySettings=ONCE)

    started = stack.invoke(name, stack.upload("nine", NINE))
    properties = stack.ended(started)

    assert status == properties["status"], properties
    files = stack.receipt(started)["files"]
    assert (scored, 6) == (files["scored"], files["failed"])
    lines = [json.loads(line) for line in stack.report(started, "errors.jsonl").splitlines()]
    assert [f"f{i}.txt" for i in (0, 2, 3, 5, 6, 8)] == [line["file"] for line in lines]
    if status == "Failed":
        assert "'f0.txt': ValueError: 0 is bad" in properties["error"]["message"]


RUINS = """\
import os
import shutil


def run(mini_batch):
    rows = []
    for path in mini_batch:
        name = os.path.basename(path)
        if name == "f1.txt":
            shutil.rmtree(os.path.dirname(path))
        if name == "f4.txt":
            os.remove(path)
            os.mkdir(path)
        if name == "f7.txt":
            shutil.rmtree(os.path.dirname(os.path.dirname(os.path.dirname(path))))
        if name == "f9.txt":
            shutil.rmtree(os.getcwd())
        if name == "f8.txt":
            folder = os.path.dirname(path)
            shutil.rmtree(folder)
            with open(folder, "w") as given:
                given.write("no folder any more")
        if name in ("f1.txt", "f4.txt", "f7.txt", "f8.txt", "f9.txt"):
            raise ValueError("ruined by " + name)
        rows.append(name + " " + open(path).read())
    return rows
"""


def test_a_script_that_ruins_its_folders_loses_its_bad_files_only(
    stack: Stack, script: Any
) -> None:
    """Removed, or with something else in their place: the next try finds them as they were."""
    script("ruins", RUINS, miniBatchSize=3, retrySettings={"maxRetries": 2, "timeout": "PT30S"})
    files = {f"f{i}.txt": b"x" for i in range(10)} | {f"g{i}.txt": b"x" for i in range(5)}
    started = stack.invoke("ruins", stack.upload("ruined", files))
    properties = stack.ended(started)

    assert "Completed" == properties["status"], properties
    rows = [f"f{i}.txt x" for i in (0, 2, 3, 5, 6)] + [f"g{i}.txt x" for i in range(5)]
    assert rows == stack.output(properties).decode().splitlines()
    errors = [json.loads(line) for line in stack.report(started, "errors.jsonl").splitlines()]
    assert [(f"f{i}.txt", "known") for i in (1, 4, 7, 8, 9)] == [
        (error["file"], error["certainty"]) for error in errors
    ]


def test_two_deployments_may_disagree_on_one_image(stack: Stack, script: Any) -> None:
    """The default one answers, unless the request names the other."""
    made = script("opinions", OPINION, environmentVariables={"SEES": "cat"})
    other = f"{WORKSPACE}/batchEndpoints/opinions/deployments/other"
    names = ("model", "codeConfiguration", "miniBatchSize")
    given = {name: made[name] for name in names} | {"environmentVariables": {"SEES": "dog"}}
    stack.send("PUT", other, {"properties": given})
    wait_until(lambda: stack.provisioned("/batchEndpoints/opinions/deployments/other"))
    uri = stack.upload("one-image", {"one.png": PNG})

    default = stack.ended(stack.invoke("opinions", uri))
    body = {"properties": {"inputData": {"i": {"jobInputType": "UriFolder", "uri": uri}}}}
    asked = stack.send(
        "POST", "/endpoints/opinions/jobs", body, headers={"azureml-model-deployment": "other"}
    )

    assert b"cat(1, 1)\n" == stack.output(default)
    assert b"dog(1, 1)\n" == stack.output(stack.ended(asked.body))


def test_a_script_that_sleeps_is_ended_by_sigterm(stack: Stack, script: Any) -> None:
    """The local host's workers ignore it; what they start does not."""
    script("sleeps", SLEEPS, retrySettings={"maxRetries": 1, "timeout": "PT1S"})

    started = stack.invoke("sleeps", stack.upload("one-text", {"f.txt": b"1"}))
    properties = stack.ended(started)

    assert "was ended by SIGTERM" in properties["error"]["message"]
