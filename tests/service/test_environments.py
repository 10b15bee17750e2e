"""Environments over HTTP: asked for, built, told, and built again elsewhere."""

import shutil
from typing import Any

import pytest

from tests.support.stack import WORKSPACE, Stack

FILES = {f"f{i}.txt": f"{i}".encode() for i in range(9)}
SIX = """\
import six


def init():
    pass


def run(mini_batch):
    return [six.__version__] * len(mini_batch)
"""


def environment(stack: Stack, name: str, conda: str, **more: str) -> str:
    """A registered environment's id."""
    body = {"properties": {"condaFile": conda, **more}}
    stack.put(f"/environments/{name}/versions/1", body)
    return f"{WORKSPACE}/environments/{name}/versions/1"


def skip_without_index(made: Any) -> None:
    if made["provisioningState"] == "Failed" and "index" in made["provisioningError"]:
        pytest.skip(made["provisioningError"])


def test_a_script_runs_in_the_environment_that_it_asks_for(stack: Stack, script: Any) -> None:
    """A package that the service does not have, of just that version; what is odd is told."""
    conda = "dependencies:\n- python=3.13\n- pip:\n  - six==1.15.0\n  - azureml-core\n"
    made = script(
        "environment", SIX, environmentId=environment(stack, "six", conda, image="mcr.invalid/x")
    )
    skip_without_index(made)
    started = stack.invoke("environment", stack.upload("texts", FILES))
    properties = stack.ended(started)

    assert ["1.15.0"] * 9 == stack.output(properties).decode().splitlines()
    notes = made["provisioningNotes"]
    assert any("azureml-core" in note for note in notes)
    assert any("'mcr.invalid/x' is ignored" in note for note in notes)
    story = stack.report(started, "user_logs/std_log_0.txt").decode()
    assert all(note in story for note in notes)


def test_an_instance_without_the_environment_builds_it_again(stack: Stack, script: Any) -> None:
    """Another instance has an empty disk: the environments are wiped between two jobs."""
    conda = "dependencies:\n- pip:\n  - six==1.14.0\n"
    skip_without_index(script("again", SIX, environmentId=environment(stack, "again", conda)))
    uri = stack.upload("texts", FILES)
    first = stack.output(stack.ended(stack.invoke("again", uri)))

    for environments in list(stack.state.rglob("environments")):
        shutil.rmtree(environments)
    second = stack.output(stack.ended(stack.invoke("again", uri)))

    assert first == second == b"1.14.0\n" * 9


def test_an_environment_that_cannot_be_built_fails_the_deployment(
    stack: Stack, script: Any
) -> None:
    conda = "dependencies:\n- python=2.7\n- pip:\n  - six\n"

    made = script("ancient", SIX, environmentId=environment(stack, "ancient", conda))

    assert "Failed" == made["provisioningState"]
    assert "2.7" in made["provisioningError"]
    given = {"input": {"jobInputType": "UriFolder", "uri": stack.upload("texts", FILES)}}
    refused = stack.send(
        "POST",
        "/endpoints/ancient/jobs",
        {"properties": {"inputData": given}},
        headers={"azureml-model-deployment": "main"},
    )
    assert 409 == refused.status
    assert "3.7 to 3.14. Mend what it says" in refused.body["error"]["message"]
