"""How a program of a user's is started: inside a fence, with its own environment variables."""

import errno
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from shared.scoring import child
from shared.scoring.child.fence import PUBLIC

ENTER = Path(child.__path__[0]).resolve() / "enter.py"
# For the service's own interpreter, until it becomes the user's program.
_PASSED = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH")


@dataclass(frozen=True)
class Enclosure:
    """What a program may write, and what of the `hidden` places it may read all the same."""

    writable: tuple[Path, ...]
    readable: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    is_sociable: bool = True
    """Whether it may write where everybody may, such as /tmp."""

    def to_wire(self) -> dict[str, list[str]]:
        return {
            "writable": _absolute(self.writable),
            "readable": _absolute(self.readable),
            "hidden": _absolute(self.hidden),
            "public": list(PUBLIC) if self.is_sociable else [],
        }


def _absolute(paths: Iterable[Path]) -> list[str]:
    """The program begins in a folder of its own."""
    return [str(path.absolute()) for path in paths]


def start_enclosed(
    command: Sequence[str],
    environment: Mapping[str, str],
    enclosure: Enclosure,
    *,
    cwd: Path,
    output: int | IO[bytes],
    errors: int | IO[bytes],
    pass_fds: Sequence[int] = (),
    by: Path = ENTER,
    more: Sequence[str] = (),
) -> "subprocess.Popen[bytes]":
    """The program, in a session of its own; `pass_fds` are descriptors that it has, too.

    What it is to do stands in a file without a name: everybody may read command lines.
    Raises OSError when there is no such program.
    """
    _check(command[0])
    order = {
        "command": list(command),
        "environment": dict(environment),
        "fence": enclosure.to_wire(),
    }
    with tempfile.TemporaryFile() as orders:
        orders.write(json.dumps(order).encode())
        orders.seek(0)
        return subprocess.Popen(  # noqa: S603  # our interpreter becomes the program
            [sys.executable, "-I", "-S", str(by), str(orders.fileno()), *more],
            env={name: os.environ[name] for name in _PASSED if name in os.environ},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            pass_fds=(*pass_fds, orders.fileno()),
            start_new_session=True,
        )


def _check(program: str) -> None:
    os.stat(program)  # noqa: PTH116  # it says what is wrong
    if not os.access(program, os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), program)
