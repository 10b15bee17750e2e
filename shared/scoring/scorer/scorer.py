"""A scorer: one warm process of a deployment, replaced when it times out or dies.

Each call either obeys or raises.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from shared.domain.side_names import SideNames
from shared.scoring.child.protocol import Done, InitError, Message, Ready, RunError, Score
from shared.scoring.models.model_view import ModelView, view_of
from shared.scoring.scorer import verdicts
from shared.scoring.scorer.answers import Answer, ask
from shared.scoring.scorer.init_failures import InitFailures
from shared.scoring.scorer.memory_watch import MemoryWatch
from shared.scoring.scorer.output_log import OutputLogs, Printed
from shared.scoring.scorer.process import ScorerProcess
from shared.scoring.scorer.scorer_exit import ScorerExit
from shared.scoring.scorer.scorer_folders import ProcessFolders, ScorerFolders
from shared.scoring.scorer.state import State
from shared.scoring.side_files.scorer_side_files import ScorerSideFiles
from shared.scoring.side_files.side_folder import ANY
from shared.scoring.spec import InitFailed, LocalFile, Scored, ScorerSpec, SideFile

# Loading is not charged to the mini-batch's timeout; big models take minutes, none takes ten.
INIT_LIMIT_S = 600.0
# Between SIGTERM and SIGKILL.
GRACE_S = 2.0

Launch = Callable[[ScorerSpec, ProcessFolders, OutputLogs], ScorerProcess]


class Scorer:
    """Of one lease at a time: it is not for two threads.

    What its processes write lies in its workplace, and goes with it.
    """

    def __init__(
        self,
        spec: ScorerSpec,
        launch: Launch,
        failures: InitFailures,
        *,
        workplace: ScorerFolders,
        init_limit_s: float = INIT_LIMIT_S,
        grace_s: float = GRACE_S,
    ) -> None:
        self.spec = spec
        self.name = uuid.uuid4().hex
        self._launch, self._failures = launch, failures
        self._init_limit_s, self._grace_s = init_limit_s, grace_s
        self._is_stopped: Callable[[], bool] = lambda: False  # asked while an answer is waited for
        self.job = ""  # whose mini-batches it scores: `begin` says so
        self.logs = OutputLogs()
        self._state = State.NEW
        self._process: ScorerProcess | None = None
        self._memory = MemoryWatch(spec.memory_limit_mb)
        self._model = ModelView(spec.model_dir)
        self.workplace = workplace
        self._side = ScorerSideFiles(workplace.side) if spec.script else None
        self.departure = ScorerExit(spec, self._side, workplace.kept)
        self._has_scored = False

    @property
    def state(self) -> State:
        if self._state is State.READY and not self._living().is_alive:
            self._state = State.DEAD
        return self._state

    @property
    def is_worth_keeping(self) -> bool:
        """Warm, or dead with something that its job has a claim to."""
        is_warm = self.state is State.READY and self._model.is_intact
        return is_warm or self.departure.is_awaited

    @property
    def is_spare(self) -> bool:
        """Whether it may serve any job: it has loaded, and scored nothing yet."""
        return self.spec.is_stateless or not self._has_scored

    @property
    def pid(self) -> int | None:
        """Of the latest process, which may have ended."""
        return self._process.pid if self._process else None

    def drain_logs(self) -> Printed:
        """What the processes printed since the last call: the last MiB of each stream, or more."""
        return self.logs.drain()

    def begin(self, job: str, is_stopped: Callable[[], bool]) -> None:
        """Serve this job from now on, until `is_stopped` says that it is not wanted any more."""
        if self.job not in ("", job):
            self.drain_logs()  # what its threads printed after its last job
        self.job, self._is_stopped = job, is_stopped

    def start(self) -> None:
        """Load the model in a new process. Raises `InitFailed`, and `ScoringStopped`."""
        if self.state in (State.READY, State.SCORING):
            raise RuntimeError(f"A scorer that is {self._state.value} cannot be started.")
        self._failures.check(self.spec.fingerprint)
        self._state = State.DEAD
        try:
            self._load()
        except InitFailed as failure:
            self._failures.record(self.spec.fingerprint, failure)
            raise
        self._failures.succeeded(self.spec.fingerprint)
        self._state = State.READY

    def score(
        self,
        files: Sequence[LocalFile],
        output: Path,
        *,
        timeout_s: float,
        minibatch: int = 0,
        side: Path | None = None,
        names: SideNames = ANY,
    ) -> Scored:
        """Score one mini-batch into `output`, in a new process if the last one has died.

        With `side`, a folder to be made, what a script wrote since the last mini-batch that was
        scored so becomes files in there; a try that fails leaves nothing behind, and one whose
        files are not called as `names` allows is a failed one.

        Raises `ScoringFailed` when the try failed as a whole: `output` is gone then; `InitFailed`
        when a new process did not load the model; `ScoringStopped` when the job was canceled, and
        `PoolClosed` when the service is stopping, which are nobody's failures.
        """
        self.departure.names = names
        self._be_ready()
        self._state, self._has_scored = State.SCORING, True
        paths = tuple((str(file.path.absolute()), file.name) for file in files)
        try:
            request = Score(paths, str(output.absolute()), minibatch)
            answer = self._ask(request, time.monotonic() + timeout_s)
            side_files: tuple[SideFile, ...] = ()
            if side and self._side and isinstance(answer, Done):
                side_files = self._side.accept(side, names, answer.held)
        except BaseException:  # an interrupt: the process is still at it
            self.end()
            output.unlink(missing_ok=True)
            raise
        if isinstance(answer, Done):
            self._state = State.READY
            return verdicts.scored_of(answer, output, side_files)
        failure = self._failure(answer, timeout_s, undo=side is not None)
        output.unlink(missing_ok=True)
        raise failure

    def end(self) -> None:
        """End the process, at once if it scores. The next `score` starts another."""
        if self._process is not None:
            self._process.leave(grace_s=0 if self._state is State.SCORING else self._grace_s)
        self._state = State.DEAD

    def dismiss(self) -> None:
        """Ask the process to end by itself, as a program does: `departure.finish` waits for it."""
        if self.state is State.READY:
            self._state = State.DEAD
            self.departure.dismiss(self._living())

    def discard(self) -> None:
        """End the process, and remove what it wrote: nobody needs this scorer any more."""
        self.end()
        self.workplace.remove()

    def commit(self) -> None:
        """The side files that were told are in safety."""
        if self._side is not None:
            self._side.commit()

    def roll_back(self) -> None:
        """The side files told since the last `commit` are lost: their mini-batches come again."""
        if self._side is not None and not self._side.is_committed:
            self.end()
            self._side.roll_back()

    def _be_ready(self) -> None:
        if self.state is State.SCORING:
            raise RuntimeError("A scorer scores one mini-batch at a time.")
        if self._state is State.READY:
            process = self._living()
            if not process.has_home or self._memory.is_passed_by(process):
                self.departure.replace(process)
                self.end()  # the mini-batch that comes next is not to blame
        if self._state is not State.READY:
            self.start()

    def _living(self) -> ScorerProcess:
        if self._process is None:
            raise RuntimeError("A scorer that was never started has no process.")
        return self._process

    def _ask(self, message: Message, deadline: float) -> Answer:
        return ask(self._living(), message, deadline, self._memory, self._is_stopped)

    def _load(self) -> None:
        deadline = time.monotonic() + self._init_limit_s
        side = (self._side.writable,) if self._side else ()
        folders = self.workplace.new_process(
            *side, *self.spec.writable, has_script=bool(self.spec.script)
        )
        spec = self._equipped(folders.home)
        try:
            self._process = self._launch(spec, folders, self.logs)
        except OSError as error:
            what = f"The interpreter '{spec.python}' cannot be started"
            raise verdicts.start_verdict(what, error) from error
        answer = self._ask(spec.start, deadline)
        if not isinstance(answer, Ready):
            raise self._init_failure(answer)
        if self._side is not None:
            self._side.note_init()

    def _equipped(self, folder: Path) -> ScorerSpec:
        """What a process that lives in `folder` is given: its view of the model, its side files."""
        try:
            self._model = view_of(self.spec.model_dir, folder)
        except OSError as error:
            what = "The model cannot be copied for the scorer process"
            raise verdicts.start_verdict(what, error) from error
        spec = replace(self.spec, model_dir=self._model.path)
        return self._side.equip(spec) if self._side else spec

    def _init_failure(self, answer: Answer) -> Exception:
        process = self._living()
        if isinstance(answer, InitError):
            process.leave(grace_s=self._grace_s)
        else:
            process.kill()
        return verdicts.init_verdict(answer, self.spec, self._init_limit_s, self.drain_logs().both)

    def _failure(self, answer: Answer, timeout_s: float, *, undo: bool) -> Exception:
        if isinstance(answer, RunError):
            self._state = State.READY
            if undo and self._side is not None and not self._side.undo(self._living().pid):
                self.end()
            return verdicts.run_verdict(answer)
        self._state = State.DEAD
        self.departure.note_death()
        if answer is None:
            obeyed = self._living().terminate(grace_s=self._grace_s)
            return verdicts.timeout_verdict(timeout_s, self._grace_s, obeyed=obeyed)
        self._living().kill()
        return verdicts.run_verdict(answer)
