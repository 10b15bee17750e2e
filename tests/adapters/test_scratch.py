"""Scratch folders: each process has its own, and the dead leave nothing for long."""

import os
import subprocess
import sys
from pathlib import Path

from shared.adapters.scratch import own_folder

SCRIPT = "import sys; from pathlib import Path; from shared.adapters.scratch import own_folder; "
SCRIPT += "print(own_folder(Path(sys.argv[1]))); sys.stdout.flush(); sys.stdin.read()"


def test_a_living_process_keeps_its_folder_and_a_dead_one_loses_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().strip())

        own_folder(tmp_path)
        assert theirs.exists()

        other.kill()
        other.wait()

    own = own_folder(tmp_path)
    assert [own] == list(tmp_path.iterdir())


def test_a_process_finds_its_own_folder_again(tmp_path: Path) -> None:
    assert own_folder(tmp_path) == own_folder(tmp_path)


def test_a_folder_of_an_earlier_process_of_the_same_id_goes(tmp_path: Path) -> None:
    stale = tmp_path / f"{os.getpid()}-1.00"
    stale.mkdir()

    own_folder(tmp_path)

    assert not stale.exists()
