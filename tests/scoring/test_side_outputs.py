import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from shared.scoring.side_files.side_folder import SideFile, SideFolder
from tests.scoring.side_changes import Published, publish, read

NAMES = st.sampled_from(["a", "b", "d/a", "d/e/b", "d"])
BYTES = st.binary(max_size=6) | st.sampled_from([b"x" * 40, b"y" * 40])


def content(folder: Path) -> Published:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def folders(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_dir()}


class AnyHistory(RuleBasedStateMachine):
    """A script does anything; tries are accepted, rejected, committed and rolled back.

    `undisturbed` is what a process leaves that made the accepted tries only.
    """

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.outputs = SideFolder(self.root / "side")
        self.outputs.restore()
        self.live = self.outputs.live
        self.published: Published = {}
        self.accepted: tuple[Published, set[str]] = ({}, set())
        self.committed = self.accepted
        self.staged: list[tuple[SideFile, ...]] = []
        self.turns = 0

    @rule(name=NAMES, data=BYTES)
    def write(self, name: str, data: bytes) -> None:
        path = self._room_for(name)
        path.write_bytes(data)

    @rule(name=NAMES, data=BYTES)
    def append(self, name: str, data: bytes) -> None:
        path = self._room_for(name)
        with path.open("ab") as opened:
            opened.write(data)

    @rule(name=NAMES, data=BYTES)
    def replace(self, name: str, data: bytes) -> None:
        path = self._room_for(name)
        (self.root / "new").write_bytes(data)
        (self.root / "new").replace(path)

    @rule(name=NAMES, size=st.integers(0, 3))
    def truncate(self, name: str, size: int) -> None:
        if (self.live / name).is_file():
            os.truncate(self.live / name, size)

    @rule(name=NAMES)
    def overwrite_a_byte(self, name: str) -> None:
        path = self.live / name
        if path.is_file() and path.stat().st_size:
            with path.open("r+b") as opened:
                opened.write(b"!")

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        path = self.live / name
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.is_dir():
            shutil.rmtree(path)

    @rule(name=NAMES)
    def link(self, name: str) -> None:
        path = self._room_for(name)
        path.unlink(missing_ok=True)
        path.symlink_to("/etc/passwd")

    @rule(name=st.sampled_from(["d", "d/e", "f"]))
    def make_a_folder(self, name: str) -> None:
        if not (self.live / name).is_file() and not (self.live / "d").is_file():
            self._room_for(name)
            if not (self.live / name).is_symlink():
                (self.live / name).mkdir(exist_ok=True)

    @rule()
    def accept(self) -> None:
        self.turns += 1
        changes = self.outputs.accept(self.root / f"turn-{self.turns}")
        self.staged.append(changes)
        self.accepted = (content(self.live), folders(self.live))

    @rule()
    def restore(self) -> None:
        self.outputs.restore()
        assert self.accepted == (content(self.live), folders(self.live))
        assert not [path for path in self.live.rglob("*") if path.is_symlink()]
        assert self.outputs.is_untouched()

    @rule(forget=st.booleans())
    def commit(self, *, forget: bool) -> None:
        for changes in self.staged:
            publish(self.published, changes)
        if forget:  # a caller may delete what it has published
            for turn in self.root.glob("turn-*"):
                shutil.rmtree(turn)
        self.staged.clear()
        self.outputs.commit()
        self.committed = self.accepted
        assert self.outputs.is_committed

    @rule()
    def roll_back(self) -> None:
        self.outputs.roll_back()
        self.staged.clear()
        self.accepted = self.committed
        self.restore()

    @invariant()
    def what_was_published_is_what_an_undisturbed_process_leaves(self) -> None:
        assert self.committed[0] == self.published

    @invariant()
    def nothing_is_kept_twice(self) -> None:
        if self.outputs.is_committed:
            copies = list((self.outputs.folder / "kept").iterdir())
            assert len(self.committed[0]) == len(copies)

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    def _room_for(self, name: str) -> Path:
        path = self.live / name
        for parent in reversed(path.relative_to(self.live).parents[:-1]):
            if (self.live / parent).is_symlink() or (self.live / parent).is_file():
                (self.live / parent).unlink()
            (self.live / parent).mkdir(exist_ok=True)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        if path.is_symlink():
            path.unlink()
        return path


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(
    max_examples=120,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.fixture
def outputs(tmp_path: Path) -> SideFolder:
    made = SideFolder(tmp_path / "side")
    made.restore()
    return made


def test_a_new_file_is_whole_a_longer_one_is_an_append_and_a_missing_one_is_removed(
    outputs: SideFolder, tmp_path: Path
) -> None:
    log = outputs.live / "log"
    log.write_bytes(b"one\n")
    assert [("log", b"one\n", False)] == read(outputs.accept(tmp_path / "1"))

    log.write_bytes(b"one\ntwo\n")
    assert [("log", b"two\n", True)] == read(outputs.accept(tmp_path / "2"))
    assert [] == read(outputs.accept(tmp_path / "3"))

    log.write_bytes(b"One\ntwo\nthree\n")
    assert [("log", b"One\ntwo\nthree\n", False)] == read(outputs.accept(tmp_path / "4"))

    log.unlink()
    assert [("log", None, False)] == read(outputs.accept(tmp_path / "5"))


def test_a_file_rewritten_within_one_tick_of_the_clock_is_noticed(
    outputs: SideFolder, tmp_path: Path
) -> None:
    """Same size, same inode, and a file system that may stamp both writes alike."""
    for turn in range(50):
        data = bytes([turn]) * 3
        (outputs.live / "same").write_bytes(data)
        assert [data] == [d for _, d, _ in read(outputs.accept(tmp_path / str(turn)))]


def test_links_pipes_and_unreadable_files_are_no_trouble(
    outputs: SideFolder, tmp_path: Path
) -> None:
    (outputs.live / "link").symlink_to("/etc/passwd")
    (outputs.live / "folder-link").symlink_to("/etc")
    (outputs.live / "loop").symlink_to(".")
    os.mkfifo(outputs.live / "pipe")
    (outputs.live / "secret").write_bytes(b"s")
    (outputs.live / "secret").chmod(0)
    (outputs.live / "closed").mkdir()
    (outputs.live / "closed" / "x").write_bytes(b"x")
    (outputs.live / "closed").chmod(0)

    changes = read(outputs.accept(tmp_path / "1"))

    assert [("closed/x", b"x", False), ("secret", b"s", False)] == changes
    outputs.restore()
    assert {"closed", "secret"} == {entry.name for entry in outputs.live.iterdir()}


def test_a_name_that_is_no_text_is_spelt_out(outputs: SideFolder, tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(outputs.live) + b"/caf\xe9 \xc3\xa9")).write_bytes(b"x")

    assert [("caf%E9 é", b"x", False)] == read(outputs.accept(tmp_path / "1"))
    assert outputs.is_untouched()


def test_a_folder_that_the_script_itself_has_replaced_comes_back(
    outputs: SideFolder, tmp_path: Path
) -> None:
    (outputs.live / "kept").write_bytes(b"k")
    outputs.accept(tmp_path / "1")
    shutil.rmtree(outputs.live)
    outputs.live.symlink_to("/etc")

    assert [("kept", None, False)] == read(outputs.accept(tmp_path / "2"))
    outputs.roll_back()
    outputs.accept(tmp_path / "3")
    outputs.restore()

    assert outputs.live.is_dir()
    assert not outputs.live.is_symlink()


def test_many_files_are_reported_once(outputs: SideFolder, tmp_path: Path) -> None:
    for number in range(3000):
        (outputs.live / f"{number}.bin").write_bytes(b"x")

    assert 3000 == len(outputs.accept(tmp_path / "1"))
    (outputs.live / "one more").write_bytes(b"y")
    assert ["one more"] == [one.name for one in outputs.accept(tmp_path / "2")]


def test_what_was_told_stays_as_it_was_told(outputs: SideFolder, tmp_path: Path) -> None:
    """The caller's files share their bytes with ours, until one side grows."""
    (outputs.live / "log").write_bytes(b"one\n")
    first = outputs.accept(tmp_path / "1")
    with (outputs.live / "log").open("ab") as log:
        log.write(b"two\n")
    second = outputs.accept(tmp_path / "2")

    assert [b"one\n", b"two\n"] == [one.path.read_bytes() for one in first + second if one.path]
