"""Interpreters that uv downloads for a build: where it leaves them, and that they are used."""

import hashlib
import json
import platform
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.scoring.environments.environment_spec import EnvironmentSpec
from shared.scoring.environments.interpreters import Interpreter, ask
from tests.environments.test_builds import PYENV, says
from tests.support.environments import Make

MISSING = "3.11"
"""A Python that is not on the PATH of the test."""


@pytest.fixture
def machines_own() -> Interpreter:
    """One that the downloaded one leads to: there is no whole interpreter to be packed here."""
    found = next(iter(sorted(PYENV.glob(f"versions/{MISSING}.*/bin/python{MISSING}"))), None)
    if found is None or (answer := ask(found)) is None:
        pytest.skip(f"pyenv has no Python {MISSING}")
    return answer


def offered(folder: Path, own: Interpreter) -> Path:
    """A list of downloads as uv reads it, with the one interpreter that it offers beside it."""
    python = folder / "python"
    (python / f"lib/python{MISSING}").mkdir(parents=True)
    (python / "bin").mkdir()
    program = python / f"bin/python{MISSING}"
    program.write_text(f'#!/bin/sh\nexec "{own.path}" "$@"\n')
    program.chmod(0o755)
    for name in ("python", "python3"):
        (python / "bin" / name).symlink_to(program.name)
    packed = folder / "python.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(python, "python")
    major, minor, patch = map(int, own.version.split("."))
    download = {
        "name": "cpython",
        "arch": {"family": platform.machine(), "variant": None},
        "os": "linux",
        "libc": "gnu",
        "major": major,
        "minor": minor,
        "patch": patch,
        "prerelease": "",
        "url": packed.as_uri(),
        "sha256": hashlib.sha256(packed.read_bytes()).hexdigest(),
        "variant": None,
        "build": "20240107",
    }
    listing = folder / "downloads.json"
    listing.write_text(json.dumps({f"cpython-{own.version}-linux": download}))
    return listing


def test_an_interpreter_is_installed_into_the_scratch_folder_and_nowhere_else(
    make: Make, machines_own: Interpreter, variables: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "mirror").mkdir()
    home = tmp_path / "home"
    (home / ".local/bin").mkdir(parents=True)
    told = {
        **{name: value for name, value in variables.items() if name.startswith("UV_")},
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_BIN_HOME": str(home / ".local/bin"),
        "PATH": "/usr/sbin",
        "UV_PYTHON_DOWNLOADS_JSON_URL": offered(tmp_path / "mirror", machines_own).as_uri(),
    }

    python = make(variables=told).ensure(EnvironmentSpec(MISSING, ("apple==1.0",)))

    assert "1.0" == says(python, "import apple; print(apple.VERSION)")
    installed = f"cpython-{machines_own.version}-linux-{platform.machine()}-gnu"
    assert [installed] == [one.name for one in (tmp_path / "envs/pythons").glob("cpython-*")]
    assert {".local", ".local/bin"} == {str(one.relative_to(home)) for one in home.rglob("*")}
