"""A peer as a contender: a fresh process for each run, from its start to its end."""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.peers.task import Task
from benchmarks.race.contender import MINI_BATCH, PROCESSES, Finish, Heat
from benchmarks.race.meter import PeakMemory
from benchmarks.race.sets import FileSet
from examples.demo.service import CONTAINER
from local.project import PROJECT

SCRIPTS = PROJECT / "benchmarks" / "scripts"
LIMIT_S = 900


@dataclass(frozen=True)
class Peer:
    """`name` is its module's among the peers; `models` is the folder of all models."""

    name: str
    connection: str
    models: Path

    def takes(self, _file_set: FileSet) -> bool:
        return True

    def get_ready(self, heat: Heat) -> None:
        """Nothing: a fresh process has its start in its time."""

    def run(self, heat: Heat) -> Finish:
        kind = heat.file_set.kind
        output = f"bench/rows/{self.name}-{heat.file_set.name}-{heat.round}.csv"
        with tempfile.TemporaryDirectory() as scratch:
            task = Task(
                connection=self.connection,
                container=CONTAINER,
                prefix=f"{heat.prefix}/",
                output=output,
                script=str(SCRIPTS / f"{kind}.py"),
                mini_batch=MINI_BATCH,
                processes=PROCESSES,
                scratch=scratch,
            )
            used, began = _ended_children_cpu(), time.perf_counter()
            memory_mb = run_to_end(self.name, task, self.models / kind)
            seconds = time.perf_counter() - began
        return Finish(seconds, _ended_children_cpu() - used, memory_mb, output)


def run_to_end(name: str, task: Task, model: Path) -> float:
    """Run a peer in a process of its own; returns the peak of its memory in MB."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.peers.{name}"],
        cwd=PROJECT,
        env={**os.environ, "AZUREML_MODEL_DIR": str(model)},
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        with PeakMemory(process.pid) as memory:
            process.communicate(json.dumps(asdict(task)).encode(), timeout=LIMIT_S)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode:
        raise RuntimeError(f"The peer '{name}' ended with code {process.returncode}.")
    return memory.megabytes


def _ended_children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
