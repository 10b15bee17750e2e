"""Where builds write: below the scratch folder, whatever HOME, XDG and uv's variables would say."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.scoring.environments.environment_spec import (
    NOBODY_LISTENS,
    EnvironmentFailed,
    EnvironmentSpec,
)
from shared.scoring.environments.interpreters import ask
from shared.scoring.environments.uv_variables import of_builds
from tests.environments.test_builds import PYENV
from tests.support.environments import Make
from tests.support.wheels import sdist

UNKNOWN = "3.11"
"""A Python that is not on the PATH of the test."""


def files_below(*folders: Path) -> set[Path]:
    return {path for folder in folders for path in folder.rglob("*")}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home of somebody"
    (home / ".config").mkdir(parents=True)
    return home


def test_every_place_that_a_build_may_write_to_is_its_own(tmp_path: Path) -> None:
    places = {"temporary": tmp_path / "t", "cache": tmp_path / "c", "pythons": tmp_path / "p"}
    strange = {
        "HOME": "/home/x",
        "XDG_DATA_HOME": "/x",
        "UV_CACHE_DIR": "/y",
        "UV_PYTHON_BIN_DIR": "/z",
    }

    told = of_builds({"PATH": "/bin", **strange}, **places)

    inside = {name: value for name, value in told.items() if "HOME" in name or "DIR" in name}
    assert {"HOME", "XDG_DATA_HOME", "UV_CACHE_DIR", "UV_PYTHON_INSTALL_DIR"} <= set(inside)
    assert [] == [name for name, value in inside.items() if not value.startswith(str(tmp_path))]


def test_a_build_writes_nothing_into_the_home(
    make: Make, home: Path, tmp_path: Path, variables: Mapping[str, str], index: Path
) -> None:
    """Not even a package whose own build writes to what it takes for its home."""
    build = "import os, pathlib; pathlib.Path(os.path.expanduser('~/left')).write_text('x'); 1 / 0"
    sdist(index, "rude", "1.0", build)
    environments = make(variables={**variables, "HOME": str(home)})
    before = files_below(home)

    environments.ensure(EnvironmentSpec("", ("apple",)))
    with pytest.raises(EnvironmentFailed, match="ZeroDivisionError"):
        environments.ensure(EnvironmentSpec("", ("rude",)))

    assert before == files_below(home)


def test_an_interpreter_that_somebody_installed_by_uv_is_found(home: Path, make: Make) -> None:
    own = next(iter(sorted(PYENV.glob(f"versions/{UNKNOWN}.*/bin/python{UNKNOWN}"))), None)
    if own is None or (answer := ask(own)) is None:
        pytest.skip(f"pyenv has no Python {UNKNOWN}")
    place = home / f".local/share/uv/python/cpython-{answer.version}-linux-x86_64-gnu/bin"
    place.mkdir(parents=True)
    (place / "python3").symlink_to(own)
    variables = {"HOME": str(home), "PATH": "/usr/sbin", "UV_OFFLINE": "1"}

    builder = make(variables=variables)._tools.builder(EnvironmentSpec(), NOBODY_LISTENS)

    assert place / "python3" == builder.interpreters.choose(UNKNOWN).path
