"""Chooses what runs an app's functions: threads of the host, or worker processes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from devhost.worker.function import Function
from devhost.worker.in_process import InProcessWorker
from devhost.worker.invoker import Invoker
from devhost.worker.processes import WorkerProcesses
from devhost.worker.worker_protocol import LoadApp

DEATHS_PER_WORKER = 3  # the real host stops at the third death of its one worker


@dataclass(frozen=True)
class WorkerFactory:
    """All that workers need to know."""

    functions: Sequence[Function]
    app_folder: Path
    threads: int
    timeout: timedelta | None
    visibility: timedelta
    log_levels: Mapping[str, int]
    client_binding: Callable[[], str]

    def invoker(self) -> Invoker:
        return Invoker(
            self.functions,
            app_folder=self.app_folder,
            threads=self.threads,
            client_binding=self.client_binding,
        )

    def turns(self) -> InProcessWorker:
        """Orchestrators and entities run beside the engine, and no timeout ends a turn."""
        return InProcessWorker(self.invoker(), timeout=None)

    def threads_of_the_host(self) -> InProcessWorker:
        return InProcessWorker(self.invoker(), self.timeout)

    def processes(
        self, count: int, deaths: int | None, on_too_many: Callable[[], None]
    ) -> WorkerProcesses:
        return WorkerProcesses(
            count=count,
            start=self._start,
            timeout=self.timeout,
            visibility=self.visibility,
            deaths_allowed=DEATHS_PER_WORKER * count if deaths is None else deaths,
            on_too_many_deaths=on_too_many,
        )

    def _start(self) -> LoadApp:
        return LoadApp(self.app_folder, self.threads, self.client_binding(), self.log_levels)
