"""The limit's scorer: a single-threaded process that stages its own rows as large blocks."""

import os
from multiprocessing.connection import Connection
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Semaphore
from pathlib import Path

from benchmarks.peers.task import Task

BLOCK_BYTES = 1 << 20


def score(
    index: int,
    task: Task,
    told: Connection,
    work: SimpleQueue[list[str] | None],
    room: Semaphore,
) -> None:
    """Score mini-batches from `work` until its end mark; tell the names of the blocks staged."""
    os.environ["OMP_NUM_THREADS"] = "1"  # before numpy looks: two scorers share the cores
    from benchmarks.peers import script  # noqa: PLC0415
    from benchmarks.peers.signed_urls import Stager  # noqa: PLC0415

    run, stager = script.load(task.script), Stager(task)
    blocks, held = list[str](), bytearray()

    def flush() -> None:
        if held:
            blocks.append(f"{index:04d}-{len(blocks):08d}")
            stager.stage(blocks[-1], bytes(held))
            held.clear()

    while (paths := work.get()) is not None:
        room.release()
        held += script.lines(run(paths))
        for path in paths:
            Path(path).unlink()
        if len(held) >= BLOCK_BYTES:
            flush()
    flush()
    told.send(blocks)
    os._exit(0)  # without the interpreter's long goodbye
