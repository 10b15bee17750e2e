"""Asking again while the service restarts: who waits for a job outlives that."""

import time
from collections.abc import Callable

from cli.console import Console, duration_text
from cli.errors import Unreachable

LONGEST_SILENCE_S = 600.0
"""A host that is updated, or moves, is back within minutes."""
RETRY_S = 2.0


class Patience:
    """It begins with the first answer: a service that never gave one is not waited for."""

    def __init__(self, out: Console, longest_silence_s: float = LONGEST_SILENCE_S) -> None:
        self._out = out
        self._longest_silence_s = longest_silence_s
        self._has_answered = False

    def ask[T](self, question: Callable[[], T]) -> T:
        """The answer, however long the service is away; raises Unreachable after the longest."""
        silent_since: float | None = None
        while True:
            try:
                answer = question()
            except Unreachable as error:
                if not self._has_answered:
                    raise
                now = time.monotonic()
                if silent_since is None:
                    silent_since = now
                    self._out.line(f"{error} Asking again ...")
                if now - silent_since > self._longest_silence_s:
                    raise
                self._out.live(f"no answer for {duration_text(now - silent_since)}")
                time.sleep(RETRY_S)
            else:
                self._has_answered = True
                if silent_since is not None:
                    self._out.line("The service is back.")
                return answer


def pause_s(elapsed_s: float) -> float:
    """How long to wait before the next look: what ends soon is seen soon."""
    return min(5.0, max(0.25, elapsed_s / 20))
