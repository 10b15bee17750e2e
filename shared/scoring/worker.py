"""A scorer: one warm process of a deployment, replaced when it times out or dies.

    new ──start──> ready <──────> scoring
                     ^                │
                     └─start── dead <─┘  timeout, death, end

Each call either obeys or raises.
"""

import time
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path

from shared.scoring.child.protocol import (
    DETAILS_LIMIT,
    MESSAGE_LIMIT,
    Done,
    InitError,
    Message,
    Ready,
    RunError,
    Score,
    Start,
)
from shared.scoring.death import told
from shared.scoring.init_failures import InitFailures
from shared.scoring.output_log import OutputLog
from shared.scoring.process import Ended, ScorerProcess
from shared.scoring.spec import (
    InitFailed,
    InputFile,
    PoolClosed,
    Scored,
    ScorerSpec,
    ScoringFailed,
)

# Loading is not charged to the mini-batch's timeout; big models take minutes, none takes ten.
INIT_LIMIT_S = 600.0
# Between SIGTERM and SIGKILL.
GRACE_S = 2.0

_STOPPING = "The worker is stopping: its scorer processes were ended."
_LOST = "closed its control pipe or wrote into it, and was killed"

Launch = Callable[[ScorerSpec, OutputLog], ScorerProcess]


class State(Enum):
    NEW = "new"
    READY = "ready"
    SCORING = "scoring"
    DEAD = "dead"


class Scorer:
    """Of one lease at a time: it is not for two threads."""

    def __init__(
        self,
        spec: ScorerSpec,
        launch: Launch,
        failures: InitFailures,
        *,
        init_limit_s: float = INIT_LIMIT_S,
        grace_s: float = GRACE_S,
    ) -> None:
        self.spec = spec
        self._launch = launch
        self._failures = failures
        self._init_limit_s = init_limit_s
        self._grace_s = grace_s
        self._log = OutputLog()
        self._state = State.NEW
        self._process: ScorerProcess | None = None

    @property
    def state(self) -> State:
        if self._state is State.READY and not self._living().is_alive:
            self._state = State.DEAD
        return self._state

    @property
    def pid(self) -> int | None:
        """Of the latest process, which may have ended."""
        return self._process.pid if self._process else None

    def drain_logs(self) -> bytes:
        """What the processes printed since the last call: at most 1 MiB, and a line if cut."""
        return self._log.drain()

    def start(self) -> None:
        """Load the model in a new process. Raises `InitFailed`."""
        if self.state in (State.READY, State.SCORING):
            raise RuntimeError(f"A scorer that is {self._state.value} cannot be started.")
        self._failures.check(self.spec.fingerprint)
        self._state = State.DEAD
        try:
            self._load()
        except InitFailed as failure:
            self._failures.record(self.spec.fingerprint, failure)
            raise
        self._failures.forget(self.spec.fingerprint)
        self._state = State.READY

    def score(self, files: Sequence[InputFile], output: Path, *, timeout_s: float) -> Scored:
        """Score one mini-batch into `output`, in a new process if the last one has died.

        Raises `ScoringFailed` when the try failed as a whole: `output` is gone then; `InitFailed`
        when a new process did not load the model; `PoolClosed` when the service is stopping,
        which is nobody's failure.
        """
        if self.state is State.SCORING:
            raise RuntimeError("A scorer scores one mini-batch at a time.")
        if self._state is not State.READY:
            self.start()
        self._state = State.SCORING
        request = Score(tuple((str(file.path), file.name) for file in files), str(output))
        try:
            answer = self._ask(request, timeout_s)
        except BaseException:  # an interrupt: the process is still at it
            self.end()
            raise
        if isinstance(answer, Done):
            self._state = State.READY
            return Scored(
                answer.rows, answer.succeeded, answer.failures, output, answer.bytes, answer.seconds
            )
        failure = self._failure(answer, timeout_s)
        output.unlink(missing_ok=True)
        raise failure

    def end(self) -> None:
        """End the process, at once if it scores. The next `score` starts another."""
        if self._process is not None:
            self._process.leave(grace_s=0 if self._state is State.SCORING else self._grace_s)
        self._state = State.DEAD

    def _living(self) -> ScorerProcess:
        if self._process is None:
            raise RuntimeError("A scorer that was never started has no process.")
        return self._process

    def _load(self) -> None:
        spec = self.spec
        deadline = time.monotonic() + self._init_limit_s
        try:
            self._process = self._launch(spec, self._log)
        except OSError as error:
            raise InitFailed(
                f"The interpreter '{spec.python}' cannot be started: {error}.",
                error_type=type(error).__name__,
                details=str(error),
            ) from error
        start = Start(spec.kind, str(spec.model_dir), spec.logging_level)
        answer = self._exchange(start, deadline)
        if not isinstance(answer, Ready):
            raise self._init_failure(answer)

    def _ask(self, request: Score, timeout_s: float) -> Message | Ended | None:
        return self._exchange(request, time.monotonic() + timeout_s)

    def _exchange(self, message: Message, deadline: float) -> Message | Ended | None:
        process = self._living()
        try:
            process.send(message, timeout_s=deadline - time.monotonic())
        except TimeoutError:
            return None
        except OSError:
            pass  # it is gone, or about to go: its end is the next message
        return process.receive(timeout_s=deadline - time.monotonic())

    def _init_failure(self, answer: Message | Ended | None) -> InitFailed | PoolClosed:
        if isinstance(answer, InitError):
            self._living().leave(grace_s=self._grace_s)
            return InitFailed(
                answer.message,
                error_type=answer.error_type,
                details=answer.details,
                logs=self.drain_logs(),
            )
        self._living().kill()
        if isinstance(answer, Ended) and answer.by_us:
            return PoolClosed(_STOPPING)
        if isinstance(answer, Ended):
            error_type, message = "ProcessDied", f"The scorer process {_died(answer)}"
        else:
            error_type, message = "InitTimeout", f"It took more than {self._init_limit_s:g} s"
        logs = self.drain_logs()
        message = f"{message} while the model was loaded."
        details = f"{message}\n{logs[-DETAILS_LIMIT:].decode(errors='replace')}"
        return InitFailed(message, error_type=error_type, details=details, logs=logs)

    def _failure(
        self, answer: Message | Ended | None, timeout_s: float
    ) -> ScoringFailed | PoolClosed:
        if isinstance(answer, RunError):
            self._state = State.READY
            message = f"{answer.error_type}: {answer.message}"[:MESSAGE_LIMIT]
            return ScoringFailed(message, kind="exception", error_type=answer.error_type)
        self._state = State.DEAD
        if answer is None:
            return self._timed_out(timeout_s)
        self._living().kill()
        if isinstance(answer, Ended) and answer.by_us:
            return PoolClosed(_STOPPING)
        died = _died(answer) if isinstance(answer, Ended) else _LOST
        message = f"The scorer process {died}. A new one takes its place."
        return ScoringFailed(message, kind="died", error_type="ProcessDied")

    def _timed_out(self, timeout_s: float) -> ScoringFailed:
        if self._living().terminate(grace_s=self._grace_s):
            ended = "was ended by SIGTERM"
        else:
            ended = f"ignored SIGTERM for {self._grace_s:g} s and was ended by SIGKILL"
        message = (
            f"run() took more than {timeout_s:g} s, the deployment's timeout. "
            f"The scorer process {ended}, and a new one takes its place."
        )
        return ScoringFailed(message, kind="timeout", error_type="Timeout")


def _died(ended: Ended) -> str:
    return _LOST if ended.is_lost else told(ended.returncode)
