"""The limit: what an expert writes by hand for one machine, without a thought for failures.

One process downloads ahead by plain HTTP and shares no interpreter lock with scoring; as many
scorers as there are cores take mini-batches of paths from a pipe and stage their own rows; the
parent lists and commits.
"""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from benchmarks.peers.limit_downloader import download
from benchmarks.peers.limit_scorer import score
from benchmarks.peers.task import Task

if TYPE_CHECKING:
    from azure.storage.blob import BlobBlock

MINIBATCHES_AHEAD = 4


def main(task: Task) -> None:
    spawn = multiprocessing.get_context("spawn")
    work, room = spawn.SimpleQueue(), spawn.Semaphore(MINIBATCHES_AHEAD)
    names, named = spawn.Pipe()
    downloader = spawn.Process(target=download, args=(task, named, work, room))
    downloader.start()
    ends = list[Connection]()
    for index in range(task.processes):
        end, told = spawn.Pipe()
        spawn.Process(target=score, args=(index, task, told, work, room)).start()
        told.close()
        ends.append(end)
    names.send(task.minibatches())
    task.target().commit_block_list(list(_blocks(ends)))
    downloader.join()


def _blocks(ends: list[Connection]) -> "Iterator[BlobBlock]":
    from azure.storage.blob import BlobBlock  # noqa: PLC0415

    for end in ends:
        yield from map(BlobBlock, end.recv())


if __name__ == "__main__":
    main(Task.given())
