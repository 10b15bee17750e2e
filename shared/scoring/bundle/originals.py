"""Whether a script has changed the files that it was given: the next try must see the originals."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from shared.scoring.scorer_spec import LocalFile

Stamp = tuple[int, int, int, int]


class Originals:
    """The files of a mini-batch as they were downloaded.

    A file that was changed, replaced or deleted is found by its inode, size and times; the change
    time cannot be set by a script.
    """

    def __init__(self, files: Sequence[LocalFile]) -> None:
        self._stamps = {file: _stamp(file.path) for file in files}

    def altered(self) -> tuple[LocalFile, ...]:
        """Those to download again, in the order given."""
        return tuple(
            file
            for file, stamp in self._stamps.items()
            if stamp is None or _stamp(file.path) != stamp
        )


def _stamp(path: Path) -> Stamp | None:
    with contextlib.suppress(OSError):
        found = path.lstat()
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
    return None
