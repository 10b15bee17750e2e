"""Following a deployment that is being made: its stages, how it ends, and what its build says."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cli.connection.service import Service
from cli.connection.tokens import Tokens
from cli.connection.transport import Transport
from cli.console import Console
from cli.errors import CommandError
from cli.following.deployment import follow_deployment
from tests.service.conftest import deploy_on
from tests.support.stack import WORKSPACE, Stack

SLOW_INIT = """\
import time


def init():
    print("warming up")
    time.sleep(2)


def run(mini_batch):
    return [1 for _ in mini_batch]
"""
BAD_INIT = """\
def init():
    print("looking for the weights")
    raise RuntimeError("no weights here")


def run(mini_batch):
    return []
"""


@pytest.fixture
def service(stack: Stack) -> Service:
    return Service(stack.url, WORKSPACE, Tokens(stack.url, stack.token, None), Transport())


@contextmanager
def verbose() -> Iterator[None]:
    """As with --verbose."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setLevel(logging.INFO)
    own = logging.getLogger("cli")
    own.addHandler(handler)
    try:
        yield
    finally:
        own.removeHandler(handler)


def begin(stack: Stack, endpoint: str, script: str) -> None:
    """PUT a deployment of the script, and do not wait for it."""
    deploy_on(stack, "model-is-there")
    uri = stack.upload(f"code/{endpoint}", {"score.py": script.encode()})
    stack.put(f"/codes/{endpoint}/versions/1", {"properties": {"codeUri": uri}})
    stack.put(f"/batchEndpoints/{endpoint}", {"properties": {}})
    code = {"codeId": f"{WORKSPACE}/codes/{endpoint}/versions/1", "scoringScript": "score.py"}
    model = {"referenceType": "Id", "assetId": f"{WORKSPACE}/models/doubler/versions/1"}
    answer = stack.send(
        "PUT",
        f"{WORKSPACE}/batchEndpoints/{endpoint}/deployments/main",
        {"properties": {"model": model, "codeConfiguration": code}},
        headers={"Prefer": "respond-async"},
    )
    assert "Creating" == answer.body["properties"]["provisioningState"], answer.body


def test_a_deployment_is_followed_by_its_stages_to_its_document(
    stack: Stack, service: Service
) -> None:
    begin(stack, "cli-follows", SLOW_INIT)
    said = io.StringIO()

    made = follow_deployment(service, "cli-follows", "main", Console(said))

    assert "Succeeded" == made["properties"]["provisioningState"]
    assert "main: initializing: init() of score.py\n" in said.getvalue()


def test_a_deployment_that_fails_names_the_reason_and_its_log(
    stack: Stack, service: Service
) -> None:
    begin(stack, "cli-fails-init", BAD_INIT)
    said = io.StringIO()

    with verbose(), pytest.raises(CommandError) as failure:
        follow_deployment(service, "cli-fails-init", "main", Console(said))

    assert "Deployment 'main' could not be made: " in str(failure.value)
    assert "no weights here" in str(failure.value)
    assert "get-logs --name main --endpoint-name cli-fails-init" in str(failure.value)
    assert "looking for the weights\n" in said.getvalue()
