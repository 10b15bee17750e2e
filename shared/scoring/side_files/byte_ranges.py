"""Parts of files, compared and copied. A link is not followed, nor a pipe waited for."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_PIECE = 1 << 20


def begins_with(path: Path, other: Path, size: int) -> bool:
    """Whether both files have the same first `size` bytes."""
    with _opened(path) as one, _opened(other) as two:
        remaining = size
        while remaining:
            piece = one.read(min(remaining, _PIECE))
            if not piece or piece != two.read(len(piece)):
                return False
            remaining -= len(piece)
    return True


def copy_range(source: Path, to: Path, start: int, stop: int) -> None:
    """Make `to` the bytes from `start` to `stop`, or to the end if that comes first."""
    to.unlink(missing_ok=True)
    with _opened(source) as origin, to.open("xb") as target:
        origin.seek(start)
        remaining = stop - start
        while piece := origin.read(min(remaining, _PIECE)):
            target.write(piece)
            remaining -= len(piece)


def append(to: Path, source: Path) -> None:
    with _opened(source) as origin, to.open("ab") as target:
        shutil.copyfileobj(origin, target, _PIECE)


def link_or_copy(source: Path, to: Path) -> Path:
    """Two names for the same bytes, which neither side changes in place."""
    try:
        to.hardlink_to(source)
    except OSError:  # another file system
        shutil.copyfile(source, to)
    return to


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as opened:
        yield opened
