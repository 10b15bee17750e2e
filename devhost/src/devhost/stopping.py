"""Ends the host: the first signal drains, a second one ends it at once, and a deadline holds."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

log = logging.getLogger(__name__)

# Beyond the grace: for closing the database and the sockets.
CLOSING_S = 3.0
HURRIED = 1


class StopSignal:
    """Waits for SIGTERM or Ctrl-C, with handlers that work even while a function blocks the loop.

    `end` is called when the deadline has passed and the host is still here.
    """

    def __init__(self, grace_s: float, end: Callable[[int], None]) -> None:
        self.exit_code = 0
        self._end = end
        self._signals = 0
        self._deadline_s = grace_s + CLOSING_S
        self._is_stopping = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    async def wait(self) -> None:
        await self._is_stopping.wait()

    def begin(self, exit_code: int = 0) -> None:
        """Begin the end. From here on the deadline runs."""
        self.exit_code = self.exit_code or exit_code
        threading.Thread(target=self._hold_deadline, name="deadline", daemon=True).start()
        self._loop.call_soon_threadsafe(self._is_stopping.set)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        if self._signals > 1:
            exit_now(HURRIED)
        self.begin()

    def _hold_deadline(self) -> None:
        threading.Event().wait(self._deadline_s)
        log.warning("Something does not stop; the host ends without it.")
        self._end(self.exit_code)


def exit_now(code: int) -> NoReturn:
    """End without waiting for threads: one may run a function that never returns."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
