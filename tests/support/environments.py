"""A package index in a folder, and environments that know no other."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from shared.scoring.environments.environment_spec import EnvironmentFailed
from shared.scoring.environments.environments import Environments
from shared.scoring.environments.uv import find_uv
from tests.support.wheels import wheel

Make = Callable[..., Environments]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Holds `apple` 1.0 and 2.0, `pie` which needs it, and what old Pythons need beside."""
    folder = tmp_path / "index"
    wheel(folder, "apple", "1.0")
    wheel(folder, "apple", "2.0")
    wheel(folder, "pie", "3.1", ("apple>=1",))
    wheel(folder, "setuptools", "80.0")
    return folder


@pytest.fixture
def variables(index: Path) -> Mapping[str, str]:
    return {**os.environ, "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(index), "UV_OFFLINE": "1"}


@pytest.fixture
def make(tmp_path: Path, variables: Mapping[str, str]) -> Make:
    try:
        find_uv(None)
    except EnvironmentFailed as error:
        pytest.skip(str(error))

    def make(**options: object) -> Environments:
        given = {"variables": variables, "cache": tmp_path / "cache", **options}
        return Environments(tmp_path / "envs", **given)  # type: ignore[arg-type]  # as the test says

    return make
