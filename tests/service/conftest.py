"""One service for all tests of this folder, with an endpoint to invoke."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support import two_hosts
from tests.support.deploying import deploy_on
from tests.support.stack import WORKSPACE, Stack, served
from tests.support.waiting import wait_until

__all__ = ["deploy_on"]

# An environment with packages from the index; the machine may be busy.
BUILD_LIMIT_S = 300

type Deploy = Callable[..., str]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with served(
        tmp_path_factory.mktemp("service") / "state",
        *two_hosts.OPTIONS,
        instances=two_hosts.INSTANCES,
    ) as running:
        yield running


@pytest.fixture
def deploy(stack: Stack) -> Deploy:
    def deploy(endpoint: str, **properties: Any) -> str:
        return deploy_on(stack, endpoint, **properties)

    return deploy


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def put_script(stack: Stack, endpoint: str, text: str, **properties: Any) -> Any:
    """An endpoint with one deployment of a script; returns the deployment's properties."""
    deploy_on(stack, "model-is-there")
    uri = stack.upload(
        f"code/{endpoint}",
        {"score.py": text.encode(), "helper.py": b"def shout(t):\n    return t + '!'\n"},
    )
    stack.put(f"/codes/{endpoint}/versions/1", {"properties": {"codeUri": uri}})
    stack.put(f"/batchEndpoints/{endpoint}", {"properties": {}})
    code = {"codeId": f"{WORKSPACE}/codes/{endpoint}/versions/1", "scoringScript": "score.py"}
    model = {"referenceType": "Id", "assetId": f"{WORKSPACE}/models/doubler/versions/1"}
    own = f"/batchEndpoints/{endpoint}/deployments/main"
    given = {"model": model, "codeConfiguration": code, **properties}
    stack.put(own, {"properties": given})
    made = wait_until(lambda: stack.provisioned(own), limit_s=BUILD_LIMIT_S)
    if made["provisioningState"] == "Succeeded":
        default = {"defaults": {"deploymentName": "main"}}
        stack.put(f"/batchEndpoints/{endpoint}", {"properties": default})
    return made


@pytest.fixture
def script(stack: Stack) -> Any:
    """Puts an endpoint with one deployment of a script; returns the deployment's properties."""
    return partial(put_script, stack)
