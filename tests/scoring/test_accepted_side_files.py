"""What is accepted of a script's folder: all of it or nothing, and what was written again."""

import shutil
from pathlib import Path

import pytest

from shared.scoring.side_files.side_folder import SideFolder
from tests.scoring.side_changes import read


@pytest.fixture
def outputs(tmp_path: Path) -> SideFolder:
    made = SideFolder(tmp_path / "side")
    made.restore()
    return made


def test_what_cannot_be_taken_over_is_taken_the_next_time_whole(
    outputs: SideFolder, tmp_path: Path
) -> None:
    """The disk is full, say, when some files were copied already."""
    for name in "abc":
        (outputs.live / name).write_text(f"{name} is new")
    outputs.accept(tmp_path / "0")
    shutil.rmtree(tmp_path / "0")
    outputs.commit()
    for name in "ac":
        with (outputs.live / name).open("a") as grown:
            grown.write(" and longer")
    (outputs.live / "b").unlink()
    (tmp_path / "1" / "2").mkdir(parents=True)  # where the third change is to go

    with pytest.raises(OSError, match="2"):
        outputs.accept(tmp_path / "1")

    longer = b" and longer"
    changes = [("b", None, False), ("a", longer, True), ("c", longer, True)]
    assert changes == read(outputs.accept(tmp_path / "2"))
    assert [] == read(outputs.accept(tmp_path / "3"))
    outputs.roll_back()
    outputs.restore()
    assert ["a is new", "b is new", "c is new"] == [
        (outputs.live / name).read_text() for name in "abc"
    ]


def test_a_file_that_is_written_again_as_it_was_is_no_change_and_is_told_apart(
    outputs: SideFolder, tmp_path: Path
) -> None:
    for name in ("same", "left"):
        (outputs.live / name).write_text(name)
    outputs.accept(tmp_path / "1")
    assert set() == outputs.rewritten
    outputs.commit()

    (outputs.live / "same").unlink()
    (outputs.live / "same").write_text("same")
    assert [] == read(outputs.accept(tmp_path / "2"))
    assert {"same"} == outputs.rewritten
    outputs.commit()

    assert [] == read(outputs.accept(tmp_path / "3"))
    assert set() == outputs.rewritten
