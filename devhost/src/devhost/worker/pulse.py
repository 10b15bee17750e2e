"""The pulse of a worker process: a byte each second, by which the host knows that it is not frozen.

It comes from a thread of its own: a function that blocks the worker's loop does not stop it. On
the other end silence is counted in ticks, so that a host that stood still itself blames nobody.
"""

import asyncio
import contextlib
import fcntl
import os
import threading
import time

BEAT_S = 1.0
_AT_ONCE = 4096  # beats that may have come since the last look


def beat(descriptor: int) -> None:
    """In the worker: beat until nobody listens any more."""
    fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)  # it is not for what it starts
    threading.Thread(target=_beat, args=(descriptor,), name="pulse", daemon=True).start()


def _beat(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        while True:
            os.write(descriptor, b".")
            time.sleep(BEAT_S)


class Pulse:
    """The host's end. `silent_s` is how long nothing has come."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._heard = True
        self.silent_s = 0.0
        asyncio.get_running_loop().add_reader(descriptor, self._hear)

    def tick(self) -> None:
        """Called once in each BEAT_S."""
        self.silent_s = 0.0 if self._heard else self.silent_s + BEAT_S
        self._heard = False

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._descriptor)
        os.close(self._descriptor)

    def _hear(self) -> None:
        if os.read(self._descriptor, _AT_ONCE):
            self._heard = True
        else:  # the worker is gone; its end is told elsewhere
            asyncio.get_running_loop().remove_reader(self._descriptor)
