"""Waits for a scorer's answer, and ends the scorer if it outgrows its memory limit meanwhile.

The wait is over, too, when the answer is not wanted any more.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.scoring.child.protocol import Message
from shared.scoring.scorer.process import Ended, ScorerProcess
from shared.scoring.spec import ScoringStopped

# A look costs a millisecond or two; who leaks a gigabyte a second is still seen in time.
_LOOK_EVERY_S = 0.25


@dataclass(frozen=True)
class Outgrown:
    """The scorer's processes held more memory than they may, and were killed."""

    limit_mb: int


Answer = Message | Ended | Outgrown | None
"""None: there was none in time."""


class MemoryWatch:
    """A limit of 0 is none."""

    def __init__(self, limit_mb: int) -> None:
        self._limit_mb = limit_mb
        self._looked_at = 0.0

    def ask(
        self,
        process: ScorerProcess,
        message: Message,
        deadline: float,
        is_stopped: Callable[[], bool],
    ) -> Answer:
        """The answer to a message; see `receive`."""
        try:
            process.send(message, timeout_s=deadline - time.monotonic())
        except TimeoutError:
            return None
        except OSError:
            pass  # it is gone, or about to go: its end is the next message
        return self.receive(process, deadline, is_stopped)

    def receive(
        self, process: ScorerProcess, deadline: float, is_stopped: Callable[[], bool]
    ) -> Answer:
        """The answer; once `is_stopped` says so, ends the process and raises ScoringStopped."""
        while True:
            left = deadline - time.monotonic()
            answer = process.receive(timeout_s=min(left, _LOOK_EVERY_S))
            if answer is not None or left <= _LOOK_EVERY_S:
                return answer
            if is_stopped():
                process.kill()
                raise ScoringStopped
            if self.sees_too_much(process):
                process.kill()
                return Outgrown(self._limit_mb)

    def sees_too_much(self, process: ScorerProcess) -> bool:
        """Looks now and then: many short runs are not slowed down."""
        now = time.monotonic()
        if not self._limit_mb or now - self._looked_at < _LOOK_EVERY_S:
            return False
        self._looked_at = now
        return process.process_tree.has_outgrown(self._limit_mb)
