"""A scorer: one warm process of a deployment, replaced when it times out or dies.

Each call either obeys or raises.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from shared.domain.outcome import Load
from shared.domain.side_names import SideNames
from shared.scoring.child.messages import InitDone, InitError, RunDone, RunError, RunRequest
from shared.scoring.models.model_view import ModelView
from shared.scoring.scorer import verdicts
from shared.scoring.scorer.answers import Answer
from shared.scoring.scorer.conversation import Conversation
from shared.scoring.scorer.init_failures import InitFailures
from shared.scoring.scorer.memory_watch import MemoryWatch
from shared.scoring.scorer.output_log import OutputLogs, Printed
from shared.scoring.scorer.predict_differences import PredictDifferences
from shared.scoring.scorer.process_starts import ProcessStarts
from shared.scoring.scorer.scorer_exit import ScorerExit
from shared.scoring.scorer.scorer_folders import ScorerFolders
from shared.scoring.scorer.scorer_side_files import ScorerSideFiles
from shared.scoring.scorer.scorer_state import ScorerState
from shared.scoring.scorer.start_process import Launch
from shared.scoring.scorer_spec import InitFailed, LocalFile, RowsAsked, Scored, ScorerSpec
from shared.scoring.side_files.side_folder import ANY, SideFile

# Loading is not charged to the mini-batch's timeout; big models take minutes, none takes ten.
INIT_LIMIT_S = 600.0
# Between SIGTERM and SIGKILL.
GRACE_S = 2.0


class Scorer:
    """Of one lease at a time: it is not for two threads.

    What its processes write lies in its workplace, and goes with it.
    """

    def __init__(
        self,
        spec: ScorerSpec,
        launch: Launch,
        failures: InitFailures,
        differences: PredictDifferences,
        *,
        workplace: ScorerFolders,
        init_limit_s: float = INIT_LIMIT_S,
        grace_s: float = GRACE_S,
    ) -> None:
        self.spec = spec
        self.name = uuid.uuid4().hex
        self.failures, self._differing = failures, differences
        self._init_limit_s, self._grace_s = init_limit_s, grace_s
        self.job = ""  # whose mini-batches it scores: `begin` says so
        self.logs = OutputLogs()
        self._state = ScorerState.NEW
        self.memory = MemoryWatch(spec.memory_limit_mb)
        self.workplace = workplace
        self._side = ScorerSideFiles(workplace.side) if spec.script else None
        self.starts = ProcessStarts(launch, spec, workplace, self._side, self.logs)
        self.conversation = Conversation(self.starts, ModelView(spec.model_dir), self.memory)
        self.exit = ScorerExit(spec, self._side, workplace.results)
        self._has_scored = False
        self._loads: list[Load] = []

    @property
    def state(self) -> ScorerState:
        if self._state is ScorerState.READY and not self.conversation.process.is_alive:
            self._state = ScorerState.DEAD
        return self._state

    @property
    def is_worth_keeping(self) -> bool:
        """Warm, or dead with something that its job has a claim to."""
        is_warm = self.state is ScorerState.READY and self.conversation.model.is_intact
        return is_warm or self.exit.is_awaited

    @property
    def is_spare(self) -> bool:
        """Whether it may serve any job: it has loaded, and scored nothing yet."""
        return self.spec.is_stateless or not self._has_scored

    @property
    def pid(self) -> int | None:
        """Of the latest process, which may have ended."""
        return self.conversation.pid or self.starts.prepared_pid

    def drain_logs(self) -> Printed:
        """What the processes printed since the last call: the last MiB of each stream, or more."""
        return self.logs.drain()

    def take_loads(self) -> list[Load]:
        """When its processes were loaded, since the last call."""
        loads, self._loads = self._loads, []
        return loads

    def begin(self, job: str, is_stopped: Callable[[], bool]) -> None:
        """Serve this job from now on, until `is_stopped` says that it is not wanted any more."""
        if self.job not in ("", job):
            self.drain_logs()  # what its threads printed after its last job
        self.job, self.conversation.is_stopped = job, is_stopped

    def start(self) -> None:
        """Load the model in a process of its own. Raises `InitFailed`, and `ScoringStopped`."""
        if self.state in (ScorerState.READY, ScorerState.SCORING):
            raise RuntimeError(f"A scorer that is {self._state.value} cannot be started.")
        self.failures.check(self.spec.fingerprint)
        self._state = ScorerState.DEAD
        try:
            load = self._load()
        except InitFailed as failure:
            self.failures.record(self.spec.fingerprint, failure)
            raise
        self.failures.record_success(self.spec.fingerprint)
        self._loads.append(load)
        self._state = ScorerState.READY

    def score(
        self,
        files: Sequence[LocalFile],
        output: Path,
        *,
        timeout_s: float,
        minibatch: int = 0,
        side: Path | None = None,
        names: SideNames = ANY,
        rows: RowsAsked = RowsAsked.USUAL,
    ) -> Scored:
        """Score one mini-batch into `output`, in a new process if the last one has died.

        With `side`, a folder to be made, what a script wrote since the last mini-batch scored so
        becomes files in there; a try that fails leaves nothing, and one with other `names` fails.

        Raises `ScoringFailed` when the try failed as a whole: `output` is gone then; `InitFailed`
        when a new process did not load the model; `ScoringStopped` when the job was canceled, and
        `PoolClosed` when the service is stopping, which are nobody's failures.
        """
        self.exit.names = names
        request = self._differing.told(self.spec, rows.request(files, output, minibatch), timeout_s)
        self._ensure_ready(request)
        self._state, self._has_scored = ScorerState.SCORING, True
        try:
            answer = rows.judge(self.conversation.ask(request, time.monotonic() + timeout_s))
            self._differing.learn(self.spec, answer)
            side_files: tuple[SideFile, ...] = ()
            if side and self._side and isinstance(answer, RunDone):
                side_files = self._side.accept(side, names, answer.held)
        except BaseException:  # an interrupt: the process is still at it
            self.end()
            output.unlink(missing_ok=True)
            raise
        if isinstance(answer, RunDone):
            self._state = ScorerState.READY
            return verdicts.scored_of(answer, output, side_files)
        failure = self._end_failed_try(answer, timeout_s, undo=side is not None)
        output.unlink(missing_ok=True)
        raise failure

    def ask_ahead(
        self,
        files: Sequence[LocalFile],
        output: Path,
        rows: RowsAsked,
        index: int,
        timeout_s: float,
    ) -> None:
        """While a mini-batch is scored: what `score` will be asked next, with just these arguments.

        For stateless models: what was asked and is not wanted any more has run all the same.
        """
        request = rows.request(files, output, index)
        self.conversation.ask_ahead(self._differing.told(self.spec, request, timeout_s))

    def end(self) -> None:
        """End the process, at once if it scores. The next `score` starts another."""
        self.conversation.end(0 if self._state is ScorerState.SCORING else self._grace_s)
        self._state = ScorerState.DEAD

    def request_exit(self) -> None:
        """Ask the process to end by itself, as a program does: `exit.finish` waits for it."""
        if self.state is ScorerState.READY:
            self._state = ScorerState.DEAD
            self.exit.request_exit(self.conversation.process)

    def discard(self) -> None:
        """End the process, and remove what it wrote: nobody needs this scorer any more."""
        self.starts.end_prepared(self._grace_s)
        self.end()
        self.workplace.remove()

    def commit(self) -> None:
        """The side files that were accepted are stored."""
        if self._side is not None:
            self._side.commit()

    def roll_back(self) -> None:
        """The side files since the last `commit` are lost: their mini-batches come again."""
        if self._side is not None and not self._side.is_committed:
            self.end()
            self._side.roll_back()

    def _ensure_ready(self, request: RunRequest) -> None:
        if self.conversation.is_asked(request):
            return
        self.conversation.settle()
        if self.state is ScorerState.SCORING:
            raise RuntimeError("A scorer scores one mini-batch at a time.")
        if self._state is ScorerState.READY:
            process = self.conversation.process
            if not process.has_home or self.memory.is_passed_by(process):
                self.exit.replace(process)
                self.end()  # the mini-batch that comes next is not to blame
        if self._state is not ScorerState.READY:
            self.start()

    def _load(self) -> Load:
        began, started_at = time.monotonic(), datetime.now(UTC)
        answer = self.conversation.load(began + self._init_limit_s)
        if not isinstance(answer, InitDone):
            raise self._init_failure(answer)
        if self._side is not None:
            self._side.note_init()
        return Load(started_at=started_at, seconds=round(time.monotonic() - began, 3))

    def _init_failure(self, answer: Answer) -> Exception:
        process = self.conversation.process
        process.leave(grace_s=self._grace_s if isinstance(answer, InitError) else 0)
        return verdicts.init_verdict(answer, self.spec, self._init_limit_s, self.drain_logs().both)

    def _end_failed_try(self, answer: Answer, timeout_s: float, *, undo: bool) -> Exception:
        process = self.conversation.process
        if isinstance(answer, RunError):
            self._state = ScorerState.READY
            if undo and self._side is not None and not self._side.undo(process.pid):
                self.end()
            return verdicts.run_verdict(answer)
        self._state = ScorerState.DEAD
        self.exit.note_death()
        if answer is None:
            obeyed = process.terminate(grace_s=self._grace_s)
            return verdicts.timeout_verdict(timeout_s, self._grace_s, obeyed=obeyed)
        process.kill()
        return verdicts.run_verdict(answer)
