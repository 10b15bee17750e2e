"""Scratch folders: each process has its own, and the dead leave nothing for long."""

import os
import subprocess
import sys
from pathlib import Path

from shared.adapters.scratch import make_own_folder

PATH = {"PATH": os.environ["PATH"]}
SCRIPT = (
    "import sys; from pathlib import Path; from shared.adapters.scratch import make_own_folder; "
)
SCRIPT += "print(make_own_folder(Path(sys.argv[1]))); sys.stdout.flush(); sys.stdin.read()"


def test_a_living_process_keeps_its_folder_and_a_dead_one_loses_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().strip())

        make_own_folder(tmp_path)
        assert theirs.exists()

        other.kill()
        other.wait()

    own = make_own_folder(tmp_path)
    assert [own] == list(tmp_path.iterdir())


def test_a_process_finds_its_own_folder_again(tmp_path: Path) -> None:
    assert make_own_folder(tmp_path) == make_own_folder(tmp_path)


def test_a_folder_of_an_earlier_process_of_the_same_id_goes(tmp_path: Path) -> None:
    stale = tmp_path / f"{os.getpid()}-1.00"
    stale.mkdir()

    make_own_folder(tmp_path)

    assert not stale.exists()


def test_who_lives_on_in_a_dead_process_s_folder_is_ended_and_nobody_else(tmp_path: Path) -> None:
    """What scripts started, when their worker was killed."""
    stale = tmp_path / "1-1.00"
    (stale / "t").mkdir(parents=True)
    sleep = ["sleep", "60"]
    with (
        subprocess.Popen(sleep, env={"TMPDIR": str(stale / "t"), **PATH}) as stray,
        subprocess.Popen(sleep, env={"TMPDIR": str(tmp_path / "elsewhere"), **PATH}) as other,
    ):
        make_own_folder(tmp_path)

        assert -9 == stray.wait(20)
        assert other.poll() is None
        other.kill()
    assert not stale.exists()
