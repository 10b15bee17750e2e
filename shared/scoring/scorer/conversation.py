"""What is asked of a scorer's processes, one after the other, and what they answer.

A process may be asked for the next mini-batch while it is at one: so it goes on at once. What was
asked ahead is answered after that; nobody else is asked before it was.
"""

import time
from collections.abc import Callable

from shared.scoring.child.messages import (
    InitDone,
    PrepareDone,
    RunDone,
    RunError,
    RunRequest,
    ScorerMessage,
    encode,
)
from shared.scoring.models.model_view import ModelView
from shared.scoring.scorer.answers import Answer, Outgrown
from shared.scoring.scorer.memory_watch import MemoryWatch
from shared.scoring.scorer.process_starts import ProcessStarts
from shared.scoring.scorer.scorer_process import ScorerProcess
from shared.scoring.scorer_spec import ScoringStopped

# Between two looks at memory and at the job.
_LOOK_EVERY_S = 0.25
# Two requests fit into a pipe, though nobody reads it yet.
_LARGEST_AHEAD = 32_000
# What was asked ahead was short the last time; who takes longer to answer is ended.
_SETTLE_LIMIT_S = 5.0


def _nothing() -> None:
    """There is nothing to be done meanwhile."""


class Conversation:
    """Not thread-safe. `model` is what the process sees of it.

    `is_stopped` says that an answer is not wanted any more. `meanwhile` is called once for each
    message, as soon as the process has it: what is done there costs the process no time.
    """

    def __init__(self, starts: ProcessStarts, model: ModelView, memory: MemoryWatch) -> None:
        self._starts = starts
        self.model = model
        self._memory = memory
        self._process: ScorerProcess | None = None
        self._ahead: RunRequest | None = None
        self.is_stopped: Callable[[], bool] = lambda: False
        self.meanwhile: Callable[[], None] = _nothing

    @property
    def process(self) -> ScorerProcess:
        """The latest, which may have ended."""
        if self._process is None:
            raise RuntimeError("A scorer that was never started has no process.")
        return self._process

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def load(self, deadline: float) -> Answer:
        """To load the model, in a new process: `InitDone`, or the answer of the last one tried.

        Raises `ScoringStopped`.
        """
        answer: Answer = None
        for started in self._starts.tries():
            self._process, self.model, self._ahead = started.process, started.model, None
            answer = self.ask(started.init, deadline)
            if isinstance(answer, InitDone):
                break
        return answer

    def ask(self, message: ScorerMessage, deadline: float) -> Answer:
        """The answer, to this message alone: `settle` comes before another than `is_asked`."""
        if not self.is_asked(message):
            try:
                self.process.send(message, timeout_s=deadline - time.monotonic())
            except TimeoutError:
                return None
            except OSError:
                pass  # it is gone, or about to go: its end is the next message
        self._ahead = None
        self.meanwhile()
        answer = self._await(deadline)
        if isinstance(answer, InitDone | RunDone):
            self._starts.learn(answer.imports)
        elif not isinstance(answer, RunError):
            self._ahead = None  # with the process
        return answer

    @property
    def has_asked_ahead(self) -> bool:
        """Whether the process is at the next mini-batch, or will be."""
        return self._ahead is not None

    def is_asked(self, message: ScorerMessage) -> bool:
        return self._ahead is not None and self._ahead == message

    def ask_ahead(self, message: RunRequest) -> None:
        """Unless it might have to wait, or the process's memory is to be looked at before."""
        if self._ahead is not None or self._memory.is_due or len(encode(message)) > _LARGEST_AHEAD:
            return
        try:
            self.process.send(message, timeout_s=_SETTLE_LIMIT_S)
        except TimeoutError:  # half of it may be there
            self.process.kill()
        except OSError:
            pass  # it is gone: whoever asks next finds out
        else:
            self._ahead = message

    def settle(self) -> None:
        """Wait for the answer to what was asked ahead: nobody wants it any more.

        Raises `ScoringStopped`.
        """
        if self._ahead is None:
            return
        self._ahead = None
        if not isinstance(self._await(time.monotonic() + _SETTLE_LIMIT_S), RunDone | RunError):
            self.process.kill()

    def end(self, grace_s: float) -> None:
        """Let the process end by itself, or kill it after the grace."""
        self._ahead = None
        if self._process is not None:
            self._process.leave(grace_s=grace_s)

    def rest(self) -> None:
        """There is nothing to be done meanwhile any more; what was asked ahead is answered.

        Raises `ScoringStopped`.
        """
        self.meanwhile = _nothing
        self.settle()

    def _await(self, deadline: float) -> Answer:
        """Once `is_stopped` says so, ends the process and raises ScoringStopped."""
        while True:
            remaining_s = deadline - time.monotonic()
            answer = self.process.receive(timeout_s=min(remaining_s, _LOOK_EVERY_S))
            if isinstance(answer, PrepareDone):
                continue  # it was still preparing when it was asked
            if answer is not None or remaining_s <= _LOOK_EVERY_S:
                return answer
            if self.is_stopped():
                self._ahead = None
                self.process.kill()
                raise ScoringStopped
            if self._memory.is_passed_by(self.process):
                self.process.kill()
                return Outgrown(self._memory.limit_mb)
