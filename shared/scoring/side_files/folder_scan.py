"""One look at a folder that a script writes into: what is there, without following any link."""

import contextlib
import os
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

# File systems stamp with the kernel's tick: a file that was written twice within one looks
# unchanged. So long after its last write it cannot happen any more.
_TICK_NS = 100_000_000
_BYTECODE = "__pycache__"


class Stamp(NamedTuple):
    """What changes when a file is written."""

    inode: int
    size: int
    modified_ns: int
    changed_ns: int

    def is_settled(self, at_ns: int) -> bool:
        """Whether a later write is sure to give another stamp."""
        return at_ns - max(self.modified_ns, self.changed_ns) > _TICK_NS


@dataclass
class FolderScan:
    """Names are relative, with `/`. `others` are links, pipes, sockets: never published."""

    at_ns: int
    files: dict[str, Stamp] = field(default_factory=dict[str, Stamp])
    folders: set[str] = field(default_factory=set[str])
    others: set[str] = field(default_factory=set[str])

    def holds(self, files: Mapping[str, Stamp], *, whatever_their_dates: bool = False) -> bool:
        """Whether these files are there as they were, and nothing else but Python's bytecode."""
        there = {
            name: stamp for name, stamp in self.files.items() if _BYTECODE not in name.split("/")
        }
        if whatever_their_dates:
            return _without_dates(there) == _without_dates(files) and not self.others
        return there == files and not self.others


def stamp_of(found: os.stat_result) -> Stamp:
    return Stamp(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _without_dates(files: Mapping[str, Stamp]) -> dict[str, tuple[int, int]]:
    return {name: (stamp.inode, stamp.size) for name, stamp in files.items()}


def scan_folder(root: Path) -> FolderScan:
    scan = FolderScan(time.time_ns())
    waiting = [] if root.is_symlink() else [""]
    while waiting:
        beginning = waiting.pop()
        for entry in _entries(root / beginning):
            name = f"{beginning}{entry.name}"
            try:
                is_folder = _note(name, entry, scan)
            except FileNotFoundError:  # it went while we looked
                continue
            if is_folder:
                waiting.append(f"{name}/")
    return scan


def _note(name: str, entry: os.DirEntry[str], scan: FolderScan) -> bool:
    """Whether it is a folder, to be looked into."""
    found = entry.stat(follow_symlinks=False)
    if stat.S_ISREG(found.st_mode):
        scan.files[name] = stamp_of(_readable(entry, found))
        return False
    is_folder = stat.S_ISDIR(found.st_mode)
    (scan.folders if is_folder else scan.others).add(name)
    return is_folder


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        try:
            entries = os.scandir(folder)
        except PermissionError:
            folder.chmod(stat.S_IRWXU)
            entries = os.scandir(folder)
        with entries:
            yield from entries


def _readable(entry: os.DirEntry[str], found: os.stat_result) -> os.stat_result:
    """A script may forget that its files are for others too."""
    if found.st_mode & stat.S_IRUSR:
        return found
    Path(entry.path).chmod(stat.S_IRUSR | stat.S_IWUSR)
    return os.lstat(entry.path)  # the entry remembers what it was
