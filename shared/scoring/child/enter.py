"""Puts up the fence, then becomes the program: `python -I -S enter.py ORDERS`.

ORDERS is the descriptor of a file with JSON: the command, its environment variables, the fence.
What a user chose - an interpreter with its start-up files, variables that load libraries - begins
inside the fence; so this file runs by the service's own interpreter, without site packages.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

_CANNOT_START = 126


def main(arguments: list[str]) -> None:
    with os.fdopen(int(arguments[0]), encoding="utf-8") as orders:
        order: dict[str, Any] = json.load(orders)
    exec_program(order)


def exec_program(order: dict[str, Any]) -> None:
    """Never returns."""
    command = order["command"]
    try:
        _load_fence().put_up(**order["fence"])
        for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them; a program inherits
            signal.signal(number, signal.SIG_DFL)
        os.execve(command[0], command, order["environment"])  # noqa: S606  # no shell on the way
    except OSError as error:
        sys.stderr.write(f"'{command[0]}' cannot be started: {error}.\n")
        sys.stderr.flush()
        os._exit(_CANNOT_START)


def _load_fence() -> ModuleType:
    """By path: a script has no package, and its folder is not where modules are looked for."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fence.py")  # noqa: PTH100, PTH118, PTH120  # before anything is imported
    spec = importlib.util.spec_from_file_location("_fence", path)
    if spec is None or spec.loader is None:
        raise OSError(f"'{path}' is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main(sys.argv[1:])
