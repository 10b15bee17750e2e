"""Ends a worker with all that it started, as soon as the worker or its host is dead.

A forked process of its own: the worker may be too busy, too stuck or too dead to do it.
"""

import ctypes
import os
import select
import signal
import sys
from types import FrameType
from typing import NoReturn

PR_SET_PDEATHSIG = 1  # linux/prctl.h
GONE = signal.SIGTERM  # how the kernel signals the guard that the worker has died
LOOK_S = 0.5  # how often the guard looks where the kernel does not signal


def guard(descriptor: int) -> None:
    """Called first of all in a worker, which leads its own process group.

    `descriptor` is the worker's end of the connection to the host.
    """
    worker = os.getpid()
    if os.fork() == 0:
        _watch(worker, descriptor)
    _on_death_of_parent(signal.SIGKILL)


def _watch(worker: int, descriptor: int) -> NoReturn:
    def end(_number: int = 0, _frame: FrameType | None = None) -> NoReturn:
        os.killpg(worker, signal.SIGKILL)
        os._exit(0)  # reached only if the group is gone already

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(GONE, end)
    _on_death_of_parent(GONE)
    host_gone = select.poll()
    host_gone.register(descriptor, 0)  # a hang-up is reported in any case
    while os.getppid() == worker:
        if host_gone.poll(LOOK_S * 1000):
            break
    end()


def _on_death_of_parent(number: signal.Signals) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
