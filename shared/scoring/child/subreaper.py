"""Runs a program and ends with it all that it started: `python -I -S subreaper.py ORDERS PARENT`.

The program is in a session of its own, inside its fence; this process stays outside and

1. gets a signal of the kernel when the thread that started it ends, or by SIGTERM that time is up,
2. adopts what the program started and left behind, and kills it,
3. ends as the program ended: with its exit code, or by its signal.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from contextlib import suppress
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType, ModuleType

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
# Who forks all the time may be a step ahead; nobody stays it.
_SWEEPS = 100
_PARENT_IN_STAT = 1


def main(arguments: list[str]) -> None:
    with os.fdopen(int(arguments[0]), encoding="utf-8") as orders:
        order = json.load(orders)
    signal.signal(signal.SIGTERM, _end)
    _ask_kernel(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(arguments[1]):
        os._exit(1)  # the parent died before the kernel was asked
    _ask_kernel(_PR_SET_CHILD_SUBREAPER, 1)
    enter = _enter()
    program = os.fork()
    if program == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _ask_kernel(_PR_SET_PDEATHSIG, signal.SIGKILL)
        os.setsid()
        enter.exec_program(order)
    status = _wait(program)
    _sweep()
    _end_as(status)


def _wait(program: int) -> int:
    """Adopted ones that end before it are none of our business."""
    while True:
        ended, status = os.wait()
        if ended == program:
            return status


def _end(_signal: int, _frame: FrameType | None) -> None:
    _sweep()
    os._exit(1)


def _sweep() -> None:
    """Kill all children; those of the killed become ours, and are next."""
    for _ in range(_SWEEPS):
        children = _children()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        for child in children:
            with suppress(ChildProcessError):
                os.waitpid(child, 0)
        if not children:
            return


def _children() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and _is_ours(name)]  # noqa: PTH208  # texts


def _is_ours(number: str) -> bool:
    with suppress(OSError), open(f"/proc/{number}/stat", "rb") as stat:  # noqa: PTH123  # texts
        after_name = stat.read().rpartition(b")")[2].split()
        return int(after_name[_PARENT_IN_STAT]) == os.getpid()
    return False


def _end_as(status: int) -> None:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status))


def _ask_kernel(number: int, value: int) -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(number, int(value), 0, 0, 0)


def _enter() -> ModuleType:
    """By path, as a script has no package."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "enter.py")  # noqa: PTH100, PTH118, PTH120  # texts
    spec = spec_from_file_location("_enter", path)
    if spec is None or spec.loader is None:
        raise OSError(f"'{path}' is missing")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main(sys.argv[1:])
