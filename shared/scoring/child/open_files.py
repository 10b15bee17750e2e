"""Flushes the files that a script holds open, so that what it wrote is seen when run() returns."""

from __future__ import annotations

import gc
import io
import os
from typing import Any

_DESCRIPTORS = "/proc/self/fd"
_BUFFERED = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)


def flush_under(folder: str) -> None:
    """Objects are searched only if a descriptor says that there is a file to find."""
    held = _held_under(folder) if folder else set()
    if not held:
        return
    for one in gc.get_objects():
        if issubclass(type(one), _BUFFERED):
            _flush(one, held)


def _held_under(folder: str) -> set[int]:
    beginning = os.path.realpath(folder) + os.sep
    held = set()
    for name in _names():
        try:
            target = os.readlink(os.path.join(_DESCRIPTORS, name))  # noqa: PTH115, PTH118
        except OSError:
            continue  # the listing's own
        if target.startswith(beginning):
            held.add(int(name))
    return held


def _names() -> list[str]:
    try:
        return os.listdir(_DESCRIPTORS)  # noqa: PTH208
    except OSError:
        return []  # not Linux: a script has to flush


def _flush(stream: Any, held: set[int]) -> None:
    try:
        if stream.fileno() in held:
            stream.flush()
    except (ValueError, OSError):
        return  # closed, or open for reading
