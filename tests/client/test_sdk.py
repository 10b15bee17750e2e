"""The environment that holds the SDK: made once, and made again when it has to be."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.client.sdk import python_with_sdk


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("# nothing\n")
    return path


def test_two_that_want_it_at_once_make_one(tmp_path: Path, requirements: Path) -> None:
    def made(_: int) -> tuple[Path, int]:
        python = python_with_sdk(tmp_path / "made", requirements)
        return python, (python.parents[1] / "complete").stat().st_mtime_ns

    with ThreadPoolExecutor(2) as pool:
        assert 1 == len(set(pool.map(made, range(2))))


def test_one_that_was_left_half_made_is_made_again(tmp_path: Path, requirements: Path) -> None:
    python = python_with_sdk(tmp_path / "made", requirements)
    (python.parents[1] / "complete").unlink()
    python.unlink()

    assert python_with_sdk(tmp_path / "made", requirements).exists()


def test_other_requirements_replace_it(tmp_path: Path, requirements: Path) -> None:
    before = python_with_sdk(tmp_path / "made", requirements)
    requirements.write_text("# nothing more\n")

    after = python_with_sdk(tmp_path / "made", requirements)

    assert after.exists()
    assert not before.exists()


def test_what_cannot_be_installed_is_reported_and_not_taken_for_made(
    tmp_path: Path, requirements: Path
) -> None:
    requirements.write_text("./no-such-folder\n")

    for _ in range(2):
        with pytest.raises(AssertionError, match="no-such-folder"):
            python_with_sdk(tmp_path / "made", requirements)
