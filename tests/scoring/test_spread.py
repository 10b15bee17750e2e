"""The hint that folders of a scorer lie in places of their own each."""

import os
from pathlib import Path

import pytest

from shared.scoring.scorer.scorer_folders import ScorerFolders
from shared.scoring.scorer.spread import flags_of, spread

TOP_OF_HIERARCHIES = 0x00020000


def _flags(folder: Path) -> int:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        return flags_of(descriptor)
    except OSError as error:
        pytest.skip(f"The file system of {folder} has no flags: {error}")
    finally:
        os.close(descriptor)


def test_files_of_minibatches_and_rows_are_spread(tmp_path: Path) -> None:
    before = _flags(tmp_path)

    folders = ScorerFolders(tmp_path)

    assert not before & TOP_OF_HIERARCHIES
    for folder in (folders.work, folders.results):
        spread_flags = _flags(folder)
        if spread_flags == before:
            pytest.skip("The file system keeps no such hint.")
        assert spread_flags & TOP_OF_HIERARCHIES


def test_where_there_is_no_such_hint_nothing_happens(tmp_path: Path) -> None:
    spread(tmp_path / "missing")
    spread(Path("/proc/self"))
