"""Environments that are baked into a folder by the command, and used from there as they are."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.implementations import make_environments
from shared.scoring.environments.environment_spec import EnvironmentSpec
from shared.scoring.environments.environments import Environments
from shared.scoring.environments.sources import for_mlflow, of_conda
from shared.settings import Settings
from tests.environments.test_builds import says
from tests.support.wheels import wheel

ROOT = Path(__file__).parents[2]
CONDA = "dependencies:\n  - pip:\n      - pie\n"

type Bake = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "baked environments"


@pytest.fixture
def conda(tmp_path: Path, index: Path) -> Path:
    for name in ("mlflow-skinny", "pandas", "pyarrow", "pillow"):
        wheel(index, name.replace("-", "_"), "1.0")
    path = tmp_path / "conda.yml"
    path.write_text(CONDA)
    return path


@pytest.fixture
def bake(folder: Path, tmp_path: Path, variables: Mapping[str, str]) -> Bake:
    def bake(*files: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
        """The command, in a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "shared.bake", *files],
            cwd=ROOT,
            env={
                **variables,
                "ENVIRONMENTS_FOLDER": str(folder),
                "SCRATCH_FOLDER": str(tmp_path / "scratch"),
                **settings,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return bake


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """As an image's layer, or a share that is mounted so."""
    mount: list[str | Path] = ["mount", "--bind", folder, folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_what_is_baked_is_used_as_it_is_without_an_index_and_read_only(
    bake: Bake, folder: Path, conda: Path, index: Path, tmp_path: Path, variables: Mapping[str, str]
) -> None:
    baked = bake(conda)
    assert 0 == baked.returncode, baked.stderr
    assert f"{conda}: baked 2 packages" in baked.stdout
    wheel(index, "apple", "9.0")  # what is newer is not taken
    shutil.rmtree(index)

    with read_only(folder):
        assert not os.access(folder, os.W_OK)
        environments = Environments(
            tmp_path / "others", baked=folder, uv="/nowhere/uv", variables=variables
        )
        pinned = environments.pin(of_conda(CONDA))
        python = environments.ensure(pinned)

        assert ("apple==2.0", "pie==3.1") == pinned.packages
        assert python.is_relative_to(folder)
        assert "2.0" == says(python, "import apple, pie; print(apple.VERSION)")
    assert not (tmp_path / "others").exists()


def test_it_serves_models_without_a_script_too(
    bake: Bake, folder: Path, conda: Path, tmp_path: Path
) -> None:
    assert 0 == bake(conda).returncode
    environments = Environments(tmp_path / "others", baked=folder, uv="/nowhere/uv")

    pinned = environments.pin(for_mlflow(of_conda(CONDA)))

    assert "mlflow-skinny==1.0" in pinned.packages
    assert environments.ensure(pinned).is_relative_to(folder)


def test_what_is_not_baked_is_built_in_the_scratch_folder(
    bake: Bake, folder: Path, conda: Path, tmp_path: Path, variables: Mapping[str, str]
) -> None:
    assert 0 == bake(conda).returncode
    environments = Environments(tmp_path / "others", baked=folder, variables=variables)

    python = environments.ensure(EnvironmentSpec("", ("apple==1.0",)))

    assert python.is_relative_to(tmp_path / "others")


def test_baking_leaves_no_downloads_and_nothing_outside_its_folder(
    bake: Bake, folder: Path, conda: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()

    assert 0 == bake(conda, HOME=str(home)).returncode

    assert not (folder / "cache").exists()
    assert [] == list(home.iterdir())
    assert not (tmp_path / "scratch").exists()


def test_baking_without_a_folder_says_what_to_set(bake: Bake, conda: Path) -> None:
    refused = bake(conda, ENVIRONMENTS_FOLDER="")

    assert 2 == refused.returncode
    assert "ENVIRONMENTS_FOLDER is not set" in refused.stderr


def test_what_cannot_be_baked_is_named_and_the_rest_is_baked(
    bake: Bake, conda: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("dependencies:\n  - pip:\n      - nowhere-to-be-found\n")

    baked = bake(wrong, conda)

    assert 1 == baked.returncode
    assert f"{wrong}: The packages do not go together" in baked.stderr
    assert f"{conda}: baked" in baked.stdout


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    """The first instance finds a new share empty."""
    chosen = tmp_path / "share/environments"

    make_environments(_settings(tmp_path, chosen))

    assert chosen.is_dir()


def test_a_folder_that_cannot_be_made_is_told_and_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "share").write_text("no folder")
    chosen = tmp_path / "share/environments"

    make_environments(_settings(tmp_path, chosen))

    (record,) = caplog.records
    assert f"ENVIRONMENTS_FOLDER '{chosen}' is not there" in record.getMessage()
    assert "Mount the share" in record.getMessage()


def _settings(scratch: Path, chosen: Path) -> Settings:
    return Settings.from_environment(
        {"SCRATCH_FOLDER": str(scratch / "scratch"), "ENVIRONMENTS_FOLDER": str(chosen)}
    )
