"""Which programs run on this machine: an environment whose interpreter does is in use."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROCESSES = Path("/proc")


def running_programs() -> frozenset[str]:
    """The programs of all processes that may be looked at, as they were called."""
    return frozenset(_programs())


def is_inhabited(folder: Path, programs: frozenset[str]) -> bool:
    """Whether one of the programs lies in the folder."""
    inside = str(folder) + os.sep
    return any(program.startswith(inside) for program in programs)


def _programs() -> Iterator[str]:
    for process in _PROCESSES.glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            yield os.fsdecode((process / "cmdline").read_bytes().partition(b"\0")[0])
