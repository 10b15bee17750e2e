"""Deployments that ask for nothing score where the app has no packages to score with, too."""

import subprocess
import sys
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from shared.scoring.environments.app_packages import AppPackages
from shared.scoring.environments.default_environment import default_environment, settled
from shared.scoring.environments.environment_spec import EnvironmentSpec
from shared.scoring.environments.requirements import named
from tests.support.environments import Make

ROOT = Path(__file__).parents[2]


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """Lists `pie` to score with; the versions that were tested are beside it."""
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "requirements-scorers.txt").write_text("-c constraints.txt\n\npie==3.1  # tasty\n")
    (folder / "constraints.txt").write_text("apple==1.0\n")
    return folder


def never(_spec: EnvironmentSpec) -> bool:
    return False


def test_an_app_without_packages_to_score_with_gets_those_of_its_list(app: Path) -> None:
    spec = settled(None, never, app)

    assert spec is not None
    assert (("pie==3.1",), ("apple==1.0",)) == (spec.packages, spec.constraints)
    assert "requirements-scorers.txt" in spec.notes[0]


def test_such_an_environment_is_built_at_the_versions_that_were_tested(
    app: Path, make: Make
) -> None:
    spec = settled(None, never, app)
    assert spec is not None

    python = make().ensure(spec)

    asking = "from importlib.metadata import version; print(version('pie'), version('apple'))"
    answer = subprocess.run([python, "-c", asking], check=True, capture_output=True, text=True)
    assert "3.1 1.0" == answer.stdout.strip()


@pytest.mark.parametrize("asked", [None, EnvironmentSpec(notes=("Mind the model.",))])
def test_what_is_installed_beside_the_app_is_used_at_whatever_version(
    app: Path, asked: EnvironmentSpec | None
) -> None:
    def has_pie(spec: EnvironmentSpec) -> bool:
        return ("pie",) == spec.packages and not spec.constraints

    assert asked is settled(asked, has_pie, app)


def test_what_the_model_says_is_still_told(app: Path) -> None:
    spec = settled(EnvironmentSpec(notes=("Mind the model.",)), never, app)

    assert spec is not None
    assert "Mind the model." in spec.notes


@pytest.mark.parametrize(
    "asked", [EnvironmentSpec(packages=("tqdm",)), EnvironmentSpec(python="3.10")]
)
def test_who_asks_for_something_gets_just_that(app: Path, asked: EnvironmentSpec) -> None:
    assert asked is settled(asked, never, app)


def test_the_packages_of_the_list_are_here_and_satisfy_who_asks_for_nothing() -> None:
    """So that on this machine nothing is built for them."""
    assert settled(None, AppPackages().satisfy) is None
    names = {canonicalize_name(one.name) for one in named(default_environment().packages)}
    assert {"mlflow-skinny", "pandas", "pyarrow", "pillow", "scikit-learn", "numpy"} == names


def test_the_worker_imports_none_of_them() -> None:
    """They are left out of the deployed package: an import would stop the app there."""
    asking = (
        "import sys, function_app\n"
        "only_scoring = {'mlflow', 'pandas', 'pyarrow', 'sklearn', 'scipy', 'numpy', 'PIL'}\n"
        "print(sorted(only_scoring & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", asking], cwd=ROOT, check=True, capture_output=True, text=True
    )

    assert "[]" == answer.stdout.strip()
