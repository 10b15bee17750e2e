"""Machines without a compiler: versions with a wheel, and words where there is none."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.scoring.environments.environment_spec import EnvironmentFailed, EnvironmentSpec
from tests.environments.test_builds import says
from tests.support.environments import Make
from tests.support.wheels import sdist

COMPILE = "import subprocess; subprocess.run(['cc', '--version'], check=True)"
PURE = (
    "import zipfile, os; "
    "w = zipfile.ZipFile(os.path.join(folder, 'plain-1.0-py3-none-any.whl'), 'w'); "
    "w.writestr('plain.py', 'VERSION = 1'); i = 'plain-1.0.dist-info'; "
    "w.writestr(i + '/METADATA', 'Metadata-Version: 2.1\\nName: plain\\nVersion: 1.0\\n'); "
    "w.writestr(i + '/WHEEL', 'Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\n"
    "Tag: py3-none-any\\n'); w.writestr(i + '/RECORD', ''); w.close(); "
    "return 'plain-1.0-py3-none-any.whl'"
)


@pytest.fixture
def without_compiler(variables: Mapping[str, str], tmp_path: Path) -> Mapping[str, str]:
    """PATH has a shell and nothing that compiles."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sh").symlink_to(shutil.which("sh") or "/bin/sh")
    return {**variables, "PATH": str(tmp_path / "bin")}


def test_a_package_without_a_wheel_is_named_and_so_is_the_compiler_that_is_missing(
    make: Make, index: Path, without_compiler: Mapping[str, str]
) -> None:
    sdist(index, "native", "1.0", COMPILE)

    with pytest.raises(EnvironmentFailed) as caught:
        make(variables=without_compiler).ensure(EnvironmentSpec("", ("native", "apple")))

    assert caught.value.reason.startswith(
        "The package 'native==1.0' has no wheel for this Python on this machine, and could not be "
        "built: there is no compiler here. Ask for a version that has a wheel"
    )


def test_an_older_version_with_a_wheel_is_taken_instead_of_one_that_has_none(
    make: Make, index: Path, without_compiler: Mapping[str, str]
) -> None:
    sdist(index, "apple", "3.0", COMPILE)
    environments = make(variables=without_compiler)

    pinned = environments.pin(EnvironmentSpec("", ("apple",)))

    assert ("apple==2.0",) == pinned.packages
    python = environments.ensure(EnvironmentSpec("", ("apple",)))
    assert "2.0" == says(python, "import apple; print(apple.VERSION)")


def test_a_package_of_python_alone_is_built_without_a_compiler(
    make: Make, index: Path, without_compiler: Mapping[str, str]
) -> None:
    sdist(index, "plain", "1.0", PURE)

    python = make(variables=without_compiler).ensure(EnvironmentSpec("", ("plain", "apple")))

    assert "1" == says(python, "import plain; print(plain.VERSION)")


def test_where_there_is_a_compiler_the_newest_is_built_as_ever(
    make: Make, index: Path, variables: Mapping[str, str]
) -> None:
    if not shutil.which("cc"):
        pytest.skip("there is no compiler on this machine")
    sdist(index, "apple", "3.0", COMPILE)

    assert ("apple==3.0",) == make(variables=variables).pin(
        EnvironmentSpec("", ("apple",))
    ).packages


def test_a_package_that_is_nowhere_is_still_told_so(
    make: Make, without_compiler: Mapping[str, str]
) -> None:
    with pytest.raises(EnvironmentFailed, match="nowhere-at-all") as caught:
        make(variables=without_compiler).ensure(EnvironmentSpec("", ("nowhere-at-all",)))

    assert "compiler" not in caught.value.reason
