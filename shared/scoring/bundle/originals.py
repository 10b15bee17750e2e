"""Whether a script has changed the files that it was given: the next try must see the originals."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from shared.scoring.scorer_spec import LocalFile
from shared.scoring.side_files.folder_scan import Stamp, stamp_of


class Originals:
    """The files of a mini-batch as they were downloaded.

    A file that was changed, replaced or deleted is found by its inode, size and times; the change
    time cannot be set by a script.
    """

    def __init__(self, files: Sequence[LocalFile]) -> None:
        self._stamps = {file: file.stamp or stamp_at(file.path) for file in files}

    def altered(self) -> tuple[LocalFile, ...]:
        """Those to download again, in the order given."""
        return tuple(
            file
            for file, stamp in self._stamps.items()
            if stamp is None or stamp_at(file.path) != stamp
        )


def stamp_at(path: Path) -> Stamp | None:
    """None where nothing is."""
    with contextlib.suppress(OSError):
        return stamp_of(os.lstat(path))
    return None
