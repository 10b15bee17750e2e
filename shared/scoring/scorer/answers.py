"""How a scorer waits for its process's answer: until it comes, or is late, or nobody wants it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from shared.scoring.child.messages import PrepareDone, ScorerMessage
from shared.scoring.scorer.memory_watch import MemoryWatch
from shared.scoring.scorer.scorer_process import Ended, ScorerProcess
from shared.scoring.scorer_spec import ScoringStopped

# Between two looks at memory and at the job.
_LOOK_EVERY_S = 0.25


@dataclass(frozen=True)
class Outgrown:
    """The scorer's processes held more memory than they may, and were killed."""

    limit_mb: int


Answer = ScorerMessage | Ended | Outgrown | None
"""None: there was none in time."""


def _nothing() -> None:
    """There is nothing to be done meanwhile."""


@dataclass
class Waiting:
    """What is looked at, and done, while a process is at it.

    `is_stopped` says that its answer is not wanted any more. `meanwhile` is called once for each
    message, as soon as it is sent: what is done there costs the process no time.
    """

    memory: MemoryWatch
    is_stopped: Callable[[], bool] = field(default=lambda: False)
    meanwhile: Callable[[], None] = _nothing

    def rest(self) -> None:
        self.meanwhile = _nothing


def ask(
    process: ScorerProcess, message: ScorerMessage, deadline: float, waiting: Waiting
) -> Answer:
    """The answer to a message; see `await_answer`."""
    try:
        process.send(message, timeout_s=deadline - time.monotonic())
    except TimeoutError:
        return None
    except OSError:
        pass  # it is gone, or about to go: its end is the next message
    waiting.meanwhile()
    return await_answer(process, deadline, waiting)


def await_answer(process: ScorerProcess, deadline: float, waiting: Waiting) -> Answer:
    """The answer; once `is_stopped` says so, ends the process and raises ScoringStopped."""
    while True:
        remaining_s = deadline - time.monotonic()
        answer = process.receive(timeout_s=min(remaining_s, _LOOK_EVERY_S))
        if isinstance(answer, PrepareDone):
            continue  # it was still preparing when it was asked
        if answer is not None or remaining_s <= _LOOK_EVERY_S:
            return answer
        if waiting.is_stopped():
            process.kill()
            raise ScoringStopped
        if waiting.memory.is_passed_by(process):
            process.kill()
            return Outgrown(waiting.memory.limit_mb)
