"""What scripts write under AZUREML_BI_OUTPUT_PATH, told mini-batch by mini-batch, exactly once.

1. The script writes into `live`. After a try that succeeded, `accept` tells what changed since the
   last one, as files of the caller's; applied in order, they make what the folder holds.
2. What was accepted is also kept here. After a try that failed, or when a new process starts,
   `restore` makes the folder what it was when the last try was accepted.
3. What is accepted under one lease is settled by `commit` when the caller has put it in safety, or
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
from shared.scoring.side_files.folder_look import FolderLook, Stamp, look, stamp_of

ANY = SideNames()
# Characters of a name that a message shows.
_SHOWN = 300
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
class _Kept:
    """A file as it was accepted: the first `size` bytes of `copy`."""

    stamp: Stamp
    is_settled: bool
    copy: Path
    size: int


class BadSideName(Exception):
    """A script's file cannot be published under the name it has."""


class SideFolder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.live = folder / "live" / "output"  # a script may remove and make its folder anew
        self._copies = folder / "kept"
        self._numbers = itertools.count()
        self._kept: dict[str, _Kept] = {}
        self._folders: set[str] = set()
        self._before: dict[str, _Kept | None] = {}
        self._folders_before: set[str] = set()

    def accept(self, to: Path, names: SideNames = ANY) -> tuple[SideFile, ...]:
        """What changed since the last time; new bytes are files in `to`, which is made.

        Raises BadSideName, and takes nothing, when a file's name is none of `names`.
        """
        to.mkdir(parents=True, exist_ok=True)
        seen = look(self.live)
        _check(seen.files.keys() - self._kept.keys(), names)
        changes = [self._removed(name) for name in sorted(self._kept.keys() - seen.files.keys())]
        for name in sorted(seen.files):
            if not self._is_surely_same(name, seen):
                change = self._changed(name, seen, to / str(len(changes)))
                changes += [change] if change else []
        self._folders = seen.folders
        return tuple(changes)

    def restore(self) -> None:
        """Make the folder what it was when it was last accepted."""
        for folder in (self.live, self._copies):
            _make_folder(folder)
        seen = look(self.live)
        for name in (*seen.others, *(seen.files.keys() - self._kept.keys())):
            (self.live / name).unlink(missing_ok=True)
        for name in seen.folders - self._folders:
            shutil.rmtree(self.live / name, ignore_errors=True)
        for name in sorted(self._folders):
            (self.live / name).mkdir(exist_ok=True)
        for name in self._kept:
            if not self._is_surely_same(name, seen):
                self._put_back(name)

    def is_untouched(self) -> bool:
        """Whether the folder is what it was when it was last accepted."""
        seen = look(self.live)
        return (
            seen.files.keys() == self._kept.keys()
            and seen.folders == self._folders
            and not seen.others
            and all(self._is_surely_same(name, seen) or self._is_same(name) for name in self._kept)
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing that was accepted is there."""
        return not (self._kept or self._folders)

    @property
    def is_committed(self) -> bool:
        return not self._before

    def commit(self) -> None:
        """What was accepted is in safety."""
        in_use = {kept.copy for name in self._before if (kept := self._kept.get(name))}
        for before in self._before.values():
            if before and before.copy not in in_use:
                before.copy.unlink(missing_ok=True)
        self._before.clear()
        self._folders_before = self._folders

    def roll_back(self) -> None:
        """Forget what was accepted since the last `commit`. The folder follows by `restore`."""
        for name, before in self._before.items():
            now = self._kept.pop(name, None)
            if now and (before is None or before.copy != now.copy):
                now.copy.unlink(missing_ok=True)
            if before:
                os.truncate(before.copy, before.size)
                self._kept[name] = replace(before, is_settled=False)
        self._before.clear()
        self._folders = self._folders_before

    def _is_surely_same(self, name: str, seen: FolderLook) -> bool:
        kept = self._kept.get(name)
        return kept is not None and kept.is_settled and kept.stamp == seen.files.get(name)

    def _is_same(self, name: str) -> bool:
        kept = self._kept[name]
        with contextlib.suppress(FileNotFoundError):
            return (self.live / name).lstat().st_size == kept.size and begins_with(
                self.live / name, kept.copy, kept.size
            )
        return False

    def _removed(self, name: str) -> SideFile:
        self._keep(name, None)
        return SideFile(published_name(name), None)

    def _changed(self, name: str, seen: FolderLook, path: Path) -> SideFile | None:
        """None: the file has another date, and the same bytes."""
        source, stamp, kept = self.live / name, seen.files[name], self._kept.get(name)
        is_settled = stamp.is_settled(seen.at_ns)
        try:
            if kept and stamp.size >= kept.size and begins_with(source, kept.copy, kept.size):
                if stamp.size == kept.size:
                    self._keep(name, replace(kept, stamp=stamp, is_settled=is_settled))
                    return None
                copy_range(source, path, kept.size, stamp.size)
                copy = _grown(kept.copy, path, self._new_copy())
                self._keep(name, _Kept(stamp, is_settled, copy, copy.stat().st_size))
                return SideFile(published_name(name), path, appended=True)
            copy_range(source, path, 0, stamp.size)
        except FileNotFoundError:  # it went while we looked: that is told the next time
            return None
        copy = link_or_copy(path, self._new_copy())
        self._keep(name, _Kept(stamp, is_settled, copy, copy.stat().st_size))
        return SideFile(published_name(name), path)

    def _put_back(self, name: str) -> None:
        kept, path = self._kept[name], self.live / name
        if not self._is_same(name):
            copy_range(kept.copy, path, 0, kept.size)
        self._kept[name] = replace(kept, stamp=stamp_of(path.lstat()), is_settled=False)

    def _keep(self, name: str, now: _Kept | None) -> None:
        was = self._kept.pop(name, None)
        before = self._before.setdefault(name, was)
        if was and was.copy not in (before and before.copy, now and now.copy):
            was.copy.unlink(missing_ok=True)
        if now:
            self._kept[name] = now

    def _new_copy(self) -> Path:
        return self._copies / str(next(self._numbers))


def _check(new: Iterable[str], names: SideNames) -> None:
    for name in sorted(new):
        if problem := names.problem_with(published_name(name)):
            raise BadSideName(
                f"The file {name[:_SHOWN]!r} under AZUREML_BI_OUTPUT_PATH cannot be published: "
                f"{problem}. Give it another name."
            )


def published_name(name: str) -> str:
    """Bytes that are no text, which no blob's name can hold, are spelt out."""
    return _NO_TEXT.sub(lambda found: f"%{ord(found[0]) - 0xDC00:02X}", name)


def _grown(copy: Path, delta: Path, new: Path) -> Path:
    """The copy, and the delta after it; in another file while somebody else holds this one."""
    if copy.stat().st_nlink > 1:
        shutil.copyfile(copy, new)
        copy = new
    append(copy, delta)
    return copy


def _make_folder(folder: Path) -> None:
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    folder.mkdir(parents=True, exist_ok=True)
