"""What the host keeps is its owner's: whatever the umask, and whatever the modes were."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devhost.host_errors import CannotServe
from devhost.keys import load_keys
from devhost.private_files import private_folder
from devhost_tests.served import SAMPLE_APP, serve


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """Everything in it, and itself, that others than the owner can do something with."""
    found = [folder, *folder.rglob("*")]
    return [str(path) for path in found if stat.S_IMODE(path.lstat().st_mode) & 0o077]


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o277])
def test_a_new_state_folder_is_its_owners(tmp_path: Path, mask: int) -> None:
    state = tmp_path / "state"
    with umask(mask), serve(SAMPLE_APP, state) as served:
        served.post("/start/chain", json=3)

        assert {"devhost.db", "devhost.db-wal", "devhost.db-shm", "keys.json", "triggers.db"} <= {
            path.name for path in state.iterdir()
        }
        assert [] == open_to_others(state)


def test_a_state_folder_of_an_earlier_version_is_closed(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with serve(SAMPLE_APP, state, "--tls") as served:
        served.process.kill()
        served.process.wait()
    state.chmod(0o755)
    for path in state.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert "devhost.db-wal" in {path.name for path in state.iterdir()}, "as a kill leaves it"

    with serve(SAMPLE_APP, state, "--tls"):
        open_ones = [Path(path).name for path in open_to_others(state)]

    assert {"ca.pem", "server.pem", "lock"} >= set(open_ones), "no secrets, in a closed folder"
    assert 0o700 == stat.S_IMODE(state.stat().st_mode)


def test_a_folder_that_many_share_is_left_as_it_is(tmp_path: Path) -> None:
    """Else `--state /tmp` would lock everybody out."""
    tmp_path.chmod(0o1777)

    private_folder(tmp_path)

    assert 0o1777 == stat.S_IMODE(tmp_path.stat().st_mode)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"master": "m"}', '{"master": 1}', "\xff"])
def test_a_damaged_key_file_is_reported_in_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "keys.json").write_text(text)

    with pytest.raises(CannotServe, match=r"keys.json' does not hold .* keys\. Delete it"):
        load_keys(tmp_path)


def test_keys_stay(tmp_path: Path) -> None:
    assert load_keys(tmp_path) == load_keys(tmp_path)
