"""How much of the disk a folder takes."""

import os
from collections.abc import Iterator
from pathlib import Path

_BLOCK = 512


def usage(folder: Path) -> int:
    """In bytes. A file of several names counts once: uv's cache shares them with environments."""
    return sum(
        {(one.st_dev, one.st_ino): one.st_blocks * _BLOCK for one in _stats(folder)}.values()
    )


def _stats(folder: Path) -> Iterator[os.stat_result]:
    for parent, _, files in os.walk(folder):
        for name in files:
            try:
                yield os.lstat(os.path.join(parent, name))  # noqa: PTH118  # 20,000 files each
            except OSError:
                continue  # a builder or a cleaner was faster
