"""A Python that has the official SDK: a virtual environment beside the project's own.

They cannot be one: the SDK's telemetry packages and those of Durable Functions pin different
versions. It is made once for each content of the requirements, and kept.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uv

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "examples/sdk/requirements.txt"
FOLDER = ROOT / ".venv-sdk"
INSTALL_LIMIT_S = 600
"""Some 60 packages: seconds from uv's cache, a minute or two from afar."""


def python_with_sdk(folder: Path = FOLDER, requirements: Path = REQUIREMENTS) -> Path:
    """The environment's interpreter; made if it is not there. Of two processes, one makes it."""
    environment = folder / _key(requirements)
    complete, python = environment / "complete", environment / "bin" / "python"
    if not complete.exists():
        folder.mkdir(exist_ok=True)
        with _alone(folder):
            if not complete.exists():
                _make(environment, requirements)
                complete.touch()
    return python


def _key(requirements: Path) -> str:
    content = requirements.read_bytes() + sys.version.encode() + str(ROOT).encode()
    return hashlib.sha256(content).hexdigest()[:16]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(environment: Path, requirements: Path) -> None:
    for outdated in environment.parent.glob("*/"):
        shutil.rmtree(outdated)
    _uv("venv", "--python", sys.executable, str(environment))
    python = environment / "bin" / "python"
    _uv("pip", "install", "--python", str(python), "-r", str(requirements))


def _uv(*arguments: str) -> None:
    variables = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(
        [uv.find_uv_bin(), *arguments, "--no-config", "--quiet"],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=INSTALL_LIMIT_S,
    )
    assert 0 == done.returncode, f"uv {arguments[0]}: {done.stdout}"
