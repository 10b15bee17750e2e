"""The starts of one scorer's processes, of which the first may have been prepared.

A prepared process has imported the libraries that the deployment used before, has loaded no model,
and has run nothing of the deployment's. It may spare a job time, and cannot fail it: where it is
gone, or does not load, a new process is asked.
"""

from collections.abc import Iterator

from shared.scoring.child.messages import Imported, PrepareDone, PrepareRequest
from shared.scoring.scorer.output_log import OutputLogs
from shared.scoring.scorer.scorer_folders import ScorerFolders
from shared.scoring.scorer.scorer_side_files import ScorerSideFiles
from shared.scoring.scorer.start_process import Launch, StartedProcess, start_process
from shared.scoring.scorer_spec import ScorerSpec

# The names of some thousand modules are more than a pipe holds: Python must have begun.
_SEND_LIMIT_S = 10.0


class ProcessStarts:
    """`imports` is what the deployment may import ahead.

    `has_told`: a process has loaded, and said so. `is_ready`: one has imported it ahead.
    `has_misled`: one had, and did not load, where another did.
    """

    def __init__(
        self,
        launch: Launch,
        spec: ScorerSpec,
        workplace: ScorerFolders,
        side: ScorerSideFiles | None,
        logs: OutputLogs,
    ) -> None:
        self._launch, self._spec, self._workplace = launch, spec, workplace
        self._side, self._logs = side, logs
        self._prepared: StartedProcess | None = None
        self.has_told = self.is_ready = self.has_misled = self._has_failed = False
        self.imports = Imported()

    @property
    def prepared_pid(self) -> int | None:
        return self._prepared.process.pid if self._prepared else None

    @property
    def is_fit(self) -> bool:
        """Whether a process is there that may be asked to load."""
        return self._prepared is not None and _is_fit(self._prepared)

    def learn(self, imports: Imported) -> None:
        """What a process that has loaded, or scored, has imported besides what is known."""
        self.has_told, self.has_misled = True, self._has_failed
        if not (imports.libraries or imports.own):
            return
        libraries = dict.fromkeys((*self.imports.libraries, *imports.libraries))
        own = dict.fromkeys((*self.imports.own, *imports.own))
        self.imports = Imported(tuple(libraries), tuple(own))

    def prepare(self, imports: Imported) -> None:
        """Start the process that is asked first. Raises `InitFailed`, `PoolClosed` or `OSError`."""
        self._prepared = self._start()
        request = PrepareRequest(self._spec.kind, self._spec.logging_level, imports)
        self._prepared.process.send(request, timeout_s=_SEND_LIMIT_S)

    def look(self) -> None:
        """Not while a lease has the scorer: the answer to `init` would be taken for this one."""
        if self._prepared is not None and not self.is_ready:
            self.is_ready = isinstance(self._prepared.process.receive(timeout_s=0), PrepareDone)

    def tries(self) -> Iterator[StartedProcess]:
        """The processes that may be asked to load, until one does."""
        prepared, self._prepared = self._prepared, None
        if prepared is not None:
            if _is_fit(prepared):
                yield prepared
                self._has_failed = True
            prepared.process.kill()
            self._logs.drain()  # the next one says it all
        yield self._start()

    def end_prepared(self, grace_s: float) -> None:
        """Nobody has asked it."""
        if self._prepared is not None:
            self._prepared.process.leave(grace_s=grace_s)

    def _start(self) -> StartedProcess:
        return start_process(self._launch, self._spec, self._workplace, self._side, self._logs)


def _is_fit(one: StartedProcess) -> bool:
    try:
        return one.process.is_alive and one.model.is_intact
    except OSError:  # somebody cleaned up where it lives
        return False
