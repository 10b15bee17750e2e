"""Starts scorer processes, all from one thread, and knows which of them live."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from shared.scoring import child
from shared.scoring.scorer.child_environment import child_environment
from shared.scoring.scorer.cores import share_of_cores
from shared.scoring.scorer.gpu_query import Gpu
from shared.scoring.scorer.gpus import Gpus
from shared.scoring.scorer.output_log import OutputLogs
from shared.scoring.scorer.scorer_folders import ProcessFolders
from shared.scoring.scorer.scorer_process import ScorerProcess
from shared.scoring.scorer_spec import PoolClosed, ScorerSpec

_STOPPING = "The worker is stopping: no scorer process is started."
# By path: the child's interpreter does not see the app's packages.
_MAIN = Path(child.__path__[0]).resolve() / "__main__.py"


class Launcher:
    """The thread is the processes' parent in the kernel's eyes: they die with it."""

    def __init__(self, gpus: Gpus | None = None) -> None:
        self._gpus = gpus or Gpus()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scorer-launcher")
        self._processes: dict[ScorerProcess, Gpu | None] = {}
        self._closing = threading.Event()

    def launch(
        self, spec: ScorerSpec, folders: ProcessFolders, logs: OutputLogs, *, beside: int = 1
    ) -> ScorerProcess:
        """One of `beside` processes that share the machine's cores.

        Raises `OSError` when the interpreter cannot be started.
        """
        try:
            return self._thread.submit(self._start, spec, folders, logs, beside).result()
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

    def _start(
        self, spec: ScorerSpec, folders: ProcessFolders, logs: OutputLogs, beside: int
    ) -> ScorerProcess:
        if self._closing.is_set():
            raise PoolClosed(_STOPPING)
        living = {one: gpu for one, gpu in self._processes.items() if one.is_alive}
        gpu = self._gpus.choose(spec, living.values())
        own = {**share_of_cores(beside), **self._gpus.environment(gpu)}
        environment = child_environment(spec, folders, own)
        fenced = replace(folders, readable=tuple(_read_by(spec)), hidden=spec.hidden)
        process = ScorerProcess([spec.python, str(_MAIN)], environment, fenced, logs)
        self._processes = {**living, process: gpu}
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
