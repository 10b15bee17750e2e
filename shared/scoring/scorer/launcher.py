"""Starts scorer processes, all from one thread, and knows which of them live."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from shared.scoring import child
from shared.scoring.scorer.child_environment import child_environment
from shared.scoring.scorer.output_log import OutputLogs
from shared.scoring.scorer.scorer_folders import ProcessFolders
from shared.scoring.scorer.scorer_process import ScorerProcess
from shared.scoring.scorer_spec import PoolClosed, ScorerSpec

_STOPPING = "The worker is stopping: no scorer process is started."
# By path: the child's interpreter does not see the app's packages.
_MAIN = Path(child.__path__[0]).resolve() / "__main__.py"


class Launcher:
    """The thread is the processes' parent in the kernel's eyes: they die with it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scorer-launcher")
        self._processes: list[ScorerProcess] = []
        self._closing = threading.Event()

    def launch(self, spec: ScorerSpec, folders: ProcessFolders, logs: OutputLogs) -> ScorerProcess:
        """Raises `OSError` when the interpreter cannot be started."""
        try:
            return self._thread.submit(self._start, spec, folders, logs).result()
        except (RuntimeError, CancelledError) as error:
            raise PoolClosed(_STOPPING) from error

    def close(self, *, grace_s: float) -> None:
        """End every process: those at rest leave by themselves, the others are killed.

        The thread ends last, for the kernel ends with it whoever is left.
        """
        deadline = time.monotonic() + grace_s
        self._closing.set()
        for process in self._processes:
            process.say_goodbye()
        for process in self._processes:
            process.leave(grace_s=max(0.0, deadline - time.monotonic()))
        self._thread.shutdown(wait=True, cancel_futures=True)
        for process in self._processes:  # one that was just being started
            process.leave(grace_s=0)

    def _start(self, spec: ScorerSpec, folders: ProcessFolders, logs: OutputLogs) -> ScorerProcess:
        if self._closing.is_set():
            raise PoolClosed(_STOPPING)
        environment = child_environment(spec, folders)
        fenced = replace(folders, readable=tuple(_read_by(spec)), hidden=spec.hidden)
        process = ScorerProcess([spec.python, str(_MAIN)], environment, fenced, logs)
        self._processes = [other for other in self._processes if other.is_alive]
        self._processes.append(process)
        return process


def _read_by(spec: ScorerSpec) -> Iterator[Path]:
    """What a process must be able to read, wherever it lies: nothing of other deployments."""
    yield _MAIN.parent
    yield from spec.packages
    if spec.model_dir:
        yield spec.model_dir.parent
    if spec.code_dir:
        yield spec.code_dir
    # An interpreter's home is the folder above its bin: of the environment, and of what it extends.
    for python in (Path(spec.python), Path(spec.python).resolve()):
        yield python.parent.parent
