"""How much of the disk folders take."""

import os
from collections.abc import Iterator
from pathlib import Path

_BLOCK = 512


def usage(*folders: Path) -> int:
    """In bytes, of all together.

    A file of several names counts once: uv's cache shares them with environments.
    """
    stats = (one for folder in folders for one in _stats(folder))
    return sum({(one.st_dev, one.st_ino): one.st_blocks * _BLOCK for one in stats}.values())


def _stats(folder: Path) -> Iterator[os.stat_result]:
    for parent, _, files in os.walk(folder):
        for name in files:
            try:
                yield os.lstat(os.path.join(parent, name))  # noqa: PTH118  # 20,000 files each
            except OSError:
                continue  # a builder or a cleaner was faster
