"""A scorer process ends when its worker does, whatever the model is doing.

1. The kernel kills it when the thread that started it ends (Linux), even inside native code.
2. The end of the control pipe ends it, with everything it started, on every system.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time

_PR_SET_PDEATHSIG = 1
# Exit handlers of the model's libraries get this long.
LEAVE_GRACE_S = 2.0


def die_with_parent(parent: int) -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # the parent died before the kernel was asked


def heed_signals() -> None:
    """As a program does that was just started, whatever its parent ignored or blocked."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def leave_or_be_killed() -> None:
    """Give the main thread its time to return, then end the whole process group."""
    time.sleep(LEAVE_GRACE_S)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)
