"""What scripts write under AZUREML_BI_OUTPUT_PATH, reported mini-batch by mini-batch, exactly once.

1. The script writes into `live`. After a try that succeeded, `accept` says what changed since the
   last one, as files of the caller's; applied in order, they make what the folder holds.
2. What was accepted is also kept here. After a try that failed, or when a new process starts,
   `restore` makes the folder what it was when the last try was accepted.
3. What is accepted under one lease is settled by `commit` when the caller has stored it, or
   undone by `roll_back`: then the same mini-batches come again.
"""

import contextlib
import itertools
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from shared.domain.side_names import SideNames
from shared.scoring.side_files.byte_ranges import append, begins_with, copy_range, link_or_copy
from shared.scoring.side_files.folder_scan import FolderScan, Stamp, scan_folder, stamp_of

ANY = SideNames()
# Characters of a name that a message shows.
_LONGEST_QUOTE = 300
# How Python spells the bytes of a name that is no UTF-8.
_NO_TEXT = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class SideFile:
    """One change to a file that a script wrote; `path` holds its bytes.

    `appended`: they follow what there was, else they replace it. A `path` of None: it was removed.
    `life` counts the processes of the scorer up to the one that made the change.
    """

    name: str
    path: Path | None
    appended: bool = False
    life: int = 0


@dataclass(frozen=True)
class _AcceptedFile:
    """A file as it was accepted: the first `size` bytes of `copy`."""

    stamp: Stamp
    is_settled: bool
    copy: Path
    size: int


class BadSideName(Exception):
    """A script's file cannot be published under the name it has."""


class SideFolder:
    """`rewritten` are files that were written again as they were, since the last `commit`.

    Nothing of them changed, but whoever wrote that relies on what was accepted before.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.live = folder / "live" / "output"  # a script may remove and make its folder anew
        self._copies = folder / "kept"
        self._numbers = itertools.count()
        self._accepted: dict[str, _AcceptedFile] = {}
        self._folders: set[str] = set()
        self._before: dict[str, _AcceptedFile | None] = {}
        self._folders_before: set[str] = set()
        self.rewritten: set[str] = set()

    def accept(self, to: Path, names: SideNames = ANY) -> tuple[SideFile, ...]:
        """What changed since the last time; new bytes are files in `to`, which is made for them.

        Raises BadSideName when a file's name is none of `names`, or OSError, and takes nothing:
        what was taken and not told would be no change the next time.
        """
        scan = scan_folder(self.live)
        _check(scan.files.keys() - self._accepted.keys(), names)
        gone = sorted(self._accepted.keys() - scan.files.keys())
        changes = [SideFile(published_name(name), None) for name in gone]
        now: dict[str, _AcceptedFile | None] = dict.fromkeys(gone)
        changed = [name for name in sorted(scan.files) if not self._is_surely_same(name, scan)]
        if changed:
            to.mkdir(parents=True, exist_ok=True)
        for name in changed:
            with contextlib.suppress(FileNotFoundError):  # that comes out the next time
                change, now[name] = self._change(name, scan, to / str(len(changes)))
                changes += [change] if change else []
        for name, accepted in now.items():
            self._keep(name, accepted)
        self._folders = scan.folders
        return tuple(changes)

    def restore(self) -> None:
        """Make the folder what it was when it was last accepted."""
        for folder in (self.live, self._copies):
            _make_folder(folder)
        scan = scan_folder(self.live)
        for name in (*scan.others, *(scan.files.keys() - self._accepted.keys())):
            (self.live / name).unlink(missing_ok=True)
        for name in scan.folders - self._folders:
            shutil.rmtree(self.live / name, ignore_errors=True)
        for name in sorted(self._folders):
            (self.live / name).mkdir(exist_ok=True)
        for name in self._accepted:
            if not self._is_surely_same(name, scan):
                self._put_back(name)

    def is_untouched(self) -> bool:
        """Whether the folder is what it was when it was last accepted."""
        scan = scan_folder(self.live)
        return (
            scan.files.keys() == self._accepted.keys()
            and scan.folders == self._folders
            and not scan.others
            and all(
                self._is_surely_same(name, scan) or self._is_same(name) for name in self._accepted
            )
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing that was accepted is there."""
        return not (self._accepted or self._folders)

    @property
    def is_committed(self) -> bool:
        return not self._before

    def commit(self) -> None:
        """What was accepted is stored."""
        in_use = {accepted.copy for name in self._before if (accepted := self._accepted.get(name))}
        for before in self._before.values():
            if before and before.copy not in in_use:
                before.copy.unlink(missing_ok=True)
        self._before.clear()
        self.rewritten.clear()
        self._folders_before = self._folders

    def roll_back(self) -> None:
        """Forget what was accepted since the last `commit`. The folder follows by `restore`."""
        for name, before in self._before.items():
            now = self._accepted.pop(name, None)
            if now and (before is None or before.copy != now.copy):
                now.copy.unlink(missing_ok=True)
            if before:
                os.truncate(before.copy, before.size)
                self._accepted[name] = replace(before, is_settled=False)
        self._before.clear()
        self.rewritten.clear()
        self._folders = self._folders_before

    def _is_surely_same(self, name: str, scan: FolderScan) -> bool:
        accepted = self._accepted.get(name)
        return (
            accepted is not None and accepted.is_settled and accepted.stamp == scan.files.get(name)
        )

    def _is_same(self, name: str) -> bool:
        accepted = self._accepted[name]
        with contextlib.suppress(FileNotFoundError):
            return (self.live / name).lstat().st_size == accepted.size and begins_with(
                self.live / name, accepted.copy, accepted.size
            )
        return False

    def _change(
        self, name: str, scan: FolderScan, path: Path
    ) -> tuple[SideFile | None, _AcceptedFile]:
        """The change, and what the file is now; None: it has another date, and the same bytes."""
        source, stamp, accepted = self.live / name, scan.files[name], self._accepted.get(name)
        is_settled = stamp.is_settled(scan.at_ns)
        is_longer = accepted is not None and stamp.size >= accepted.size
        if accepted and is_longer and begins_with(source, accepted.copy, accepted.size):
            if stamp.size == accepted.size:
                return None, replace(accepted, stamp=stamp, is_settled=is_settled)
            copy_range(source, path, accepted.size, stamp.size)
            copy = _append_copy(accepted, path, self._new_copy())
        else:
            accepted = None
            copy_range(source, path, 0, stamp.size)
            copy = link_or_copy(path, self._new_copy())
        change = SideFile(published_name(name), path, appended=accepted is not None)
        return change, _AcceptedFile(stamp, is_settled, copy, copy.stat().st_size)

    def _put_back(self, name: str) -> None:
        accepted, path = self._accepted[name], self.live / name
        if not self._is_same(name):
            copy_range(accepted.copy, path, 0, accepted.size)
        self._accepted[name] = replace(accepted, stamp=stamp_of(path.lstat()), is_settled=False)

    def _keep(self, name: str, now: _AcceptedFile | None) -> None:
        was = self._accepted.pop(name, None)
        if was and now and was.copy == now.copy and was.size == now.size and was.stamp != now.stamp:
            self.rewritten.add(published_name(name))
        before = self._before.setdefault(name, was)
        if was and was.copy not in (before and before.copy, now and now.copy):
            was.copy.unlink(missing_ok=True)
        if now:
            self._accepted[name] = now

    def _new_copy(self) -> Path:
        return self._copies / str(next(self._numbers))


def _check(new: Iterable[str], names: SideNames) -> None:
    for name in sorted(new):
        if problem := names.problem_with(published_name(name)):
            raise BadSideName(
                f"The file {name[:_LONGEST_QUOTE]!r} under AZUREML_BI_OUTPUT_PATH cannot be "
                f"published: {problem}. Give it another name."
            )


def published_name(name: str) -> str:
    """Bytes that are no text, which no blob's name can hold, are spelt out."""
    return _NO_TEXT.sub(lambda found: f"%{ord(found[0]) - 0xDC00:02X}", name)


def _append_copy(accepted: _AcceptedFile, delta: Path, new: Path) -> Path:
    """The copy, and the delta after it; in another file while somebody else holds this one."""
    copy = accepted.copy
    if copy.stat().st_nlink > 1:
        shutil.copyfile(copy, new)
        copy = new
    os.truncate(copy, accepted.size)  # behind that is what was not accepted after all
    append(copy, delta)
    return copy


def _make_folder(folder: Path) -> None:
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    folder.mkdir(parents=True, exist_ok=True)
