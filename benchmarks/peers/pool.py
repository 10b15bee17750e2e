"""A process pool: each process loads the model once and downloads its own mini-batches.

What run() returns goes to the parent as a pickle, and the parent writes the rows.
"""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

from azure.storage.blob import ContainerClient

from benchmarks.peers import script
from benchmarks.peers.download import downloaded
from benchmarks.peers.task import Task


@cache
def _run(path: str) -> script.Run:
    return script.load(path)


@cache
def _source(task: Task) -> ContainerClient:
    return task.source()


def _score(task: Task, names: Sequence[str]) -> Any:
    with downloaded(_source(task), names, task.scratch) as paths:
        return _run(task.script)(paths)


def main(task: Task) -> None:
    spawn, rows = multiprocessing.get_context("spawn"), Path(task.scratch) / "rows"
    pool = ProcessPoolExecutor(task.processes, spawn, initializer=_run, initargs=(task.script,))
    with pool, rows.open("wb") as output:
        for result in pool.map(partial(_score, task), task.minibatches()):
            output.write(script.lines(result))
    with rows.open("rb") as output:
        task.target().upload_blob(output, overwrite=True)


if __name__ == "__main__":
    main(Task.given())
