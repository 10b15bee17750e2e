"""One service for all tests of this folder, and shells in which `az` is the shim."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.stack import ROOT, Stack, served

BEP = Path(sys.executable).with_name("bep")
LIMIT_S = 900
"""Some fifty commands, on a machine that may be busy."""
PRELUDE = f'eval "$("{BEP}" az-shim)"\n'


@dataclass(frozen=True)
class Done:
    code: int
    stdout: str
    stderr: str


type RunScript = Callable[..., Done]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with served(tmp_path_factory.mktemp("e2e") / "state") as running:
        yield running


@pytest.fixture
def run_script(stack: Stack, tmp_path: Path) -> RunScript:
    """Runs a script in the test's folder by a shell; BEP_URL and BEP_TOKEN name the service."""

    def run(script: str, *, shell: str = "bash", **variables: str) -> Done:
        done = subprocess.run(
            [shell, "-c", PRELUDE + script],
            cwd=tmp_path,
            env=environment(stack, tmp_path) | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


def environment(stack: Stack, folder: Path) -> dict[str, str]:
    """Of a shell whose configuration folder has a space in its path."""
    own = {name: text for name, text in os.environ.items() if not name.startswith("BEP_")}
    config = folder / "a config"
    return own | {
        "BEP_CONFIG_DIR": str(config),
        "BEP_URL": stack.url,
        "BEP_TOKEN": stack.token(),
        "NO_PROXY": "127.0.0.1",
        "PROJECT": str(ROOT),
    }
