"""What the last lines of a run say when a process of the tests dies."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DIES = """import os
import pathlib
import signal

def test_dies():
    here = pathlib.Path(__file__).parent
    lives = here / "lives"
    left = int(lives.read_text())
    lives.write_text(str(left - 1))
    if left > 0:
        os.kill(os.getpid(), signal.SIGSEGV)

def test_neighbour():
    pass
"""


def test_a_process_that_dies_says_where_it_stood_at_the_end_of_the_run(tmp_path: Path) -> None:
    run = _run_of_a_test_that_dies(tmp_path, times=2)

    assert pytest.ExitCode.TESTS_FAILED == run.returncode
    end = run.stdout.partition("stood when it died")[2]
    assert "Segmentation fault" in end
    assert f'File "{tmp_path}/test_dying.py", line 11 in test_dies' in end
    assert "Extension modules" not in end
    assert "1 failed, 1 passed, 1 rerun" in end


def test_a_test_whose_process_died_once_runs_again_and_the_run_says_so(tmp_path: Path) -> None:
    run = _run_of_a_test_that_dies(tmp_path, times=1)

    assert pytest.ExitCode.OK == run.returncode
    end = run.stdout.partition("stood when it died")[2]
    assert "Segmentation fault" in end
    assert "2 passed, 1 rerun" in end


def test_a_run_leaves_nothing_in_the_temporary_folder(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()

    _run_of_a_test_that_dies(tmp_path, times=1, TMPDIR=str(tmp_path / "temporary"))

    assert [] == [path.name for path in tmp_path.glob("temporary/crashes-*")]


def _run_of_a_test_that_dies(
    folder: Path, times: int, **environment: str
) -> subprocess.CompletedProcess[str]:
    (folder / "test_dying.py").write_text(DIES)
    (folder / "lives").write_text(str(times))
    (folder / "conftest.py").write_text((ROOT / "conftest.py").read_text())
    options = ["-n", "2", "--dist", "worksteal", "-p", "no:schemathesis", "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
