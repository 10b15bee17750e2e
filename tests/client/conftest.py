"""One service over https for the tests of this folder, and a way to run the SDK against it."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.client.sdk import ROOT, python_with_sdk
from tests.support.stack import Stack, served

type Finished = subprocess.CompletedProcess[str]
type RunWithSdk = Callable[..., Finished]

CLIENT_LIMIT_S = 900


@pytest.fixture(scope="session")
def sdk_python() -> Path:
    """The interpreter that has the official SDK."""
    return python_with_sdk()


@pytest.fixture(scope="session")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with served(tmp_path_factory.mktemp("https") / "state", tls=True) as running:
        yield running


@pytest.fixture
def run_with_sdk(https: Stack, sdk_python: Path, tmp_path: Path) -> RunWithSdk:
    """Runs `python ARGUMENTS` in the project's folder; its output is one text.

    Where the service is, whom to trust and its token are environment variables, and all it knows.
    """

    def run(*arguments: str, role: str = "contributor", **more: str) -> Finished:
        return subprocess.run(
            [sdk_python, *arguments],
            cwd=ROOT,
            env=client_variables(https, role=role, home=tmp_path) | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=CLIENT_LIMIT_S,
        )

    return run


def client_variables(https: Stack, *, role: str, home: Path) -> dict[str, str]:
    """What the service tells a client to export, and nothing else of this process."""
    facts = https.facts
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "ARM_CLOUD_METADATA_URL": facts["metadata_url"],
        "REQUESTS_CA_BUNDLE": facts["ca_bundle"],
        "AZURE_TOKEN": https.token(role),
    }
