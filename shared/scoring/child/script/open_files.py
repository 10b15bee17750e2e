"""Flushes the files that a script holds open, so that what it wrote is seen when run() ends."""

from __future__ import annotations

import fcntl
import gc
import io
import os
from typing import Any

_DESCRIPTORS = "/proc/self/fd"
_BUFFERED = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)


def flush_under(folder: str) -> tuple[str, ...]:
    """The names of those that are open to be written, relative to the folder.

    Objects are searched only if a descriptor says that there is a file to find.
    """
    held = _held_under(folder) if folder else {}
    if not held:
        return ()
    for one in gc.get_objects():
        if issubclass(type(one), _BUFFERED):
            _flush(one, held)
    return tuple(sorted({name for number, name in held.items() if _is_written(number)}))


def _held_under(folder: str) -> dict[int, str]:
    beginning = os.path.realpath(folder) + os.sep
    held = {}
    for name in _names():
        try:
            target = os.readlink(os.path.join(_DESCRIPTORS, name))  # noqa: PTH115, PTH118
        except OSError:
            continue  # the listing's own
        if target.startswith(beginning):
            held[int(name)] = target[len(beginning) :]
    return held


def _is_written(descriptor: int) -> bool:
    try:
        return fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
    except OSError:
        return False  # closed meanwhile


def _names() -> list[str]:
    try:
        return os.listdir(_DESCRIPTORS)  # noqa: PTH208
    except OSError:
        return []  # not Linux: a script has to flush


def _flush(stream: Any, held: dict[int, str]) -> None:
    try:
        if stream.fileno() in held:
            stream.flush()
    except (ValueError, OSError):
        return  # closed, or open for reading
