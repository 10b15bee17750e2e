"""The limit's downloader: one process, many downloads at once, a few mini-batches ahead."""

import asyncio
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Semaphore
from pathlib import Path

from benchmarks.peers.task import Task

AT_ONCE = 32


def download(
    task: Task, names: Connection, work: SimpleQueue[list[str] | None], room: Semaphore
) -> None:
    """Put the paths of each mini-batch that `names` sends into `work`, then the end marks."""
    asyncio.run(_download(task, names, work, room))
    for _ in range(task.processes):
        work.put(None)


async def _download(
    task: Task, names: Connection, work: SimpleQueue[list[str] | None], room: Semaphore
) -> None:
    from aiohttp import ClientSession, TCPConnector  # noqa: PLC0415  # in this process only
    from yarl import URL  # noqa: PLC0415

    from benchmarks.peers.signed_urls import SignedUrls  # noqa: PLC0415

    urls, limit = SignedUrls(task), asyncio.Semaphore(AT_ONCE)
    minibatches: list[tuple[str, ...]] = await asyncio.to_thread(names.recv)

    async def fetch(name: str) -> str:
        path = Path(task.scratch) / Path(name).name
        async with limit, session.get(URL(urls.of(name), encoded=True)) as answer:
            answer.raise_for_status()
            path.write_bytes(await answer.read())
        return str(path)

    async def prepare(minibatch: Sequence[str]) -> None:
        work.put(await asyncio.gather(*map(fetch, minibatch)))

    connector = TCPConnector(limit=0)
    async with (
        ClientSession(auto_decompress=False, connector=connector) as session,
        asyncio.TaskGroup() as group,
    ):
        for minibatch in minibatches:
            if not room.acquire(block=False):
                await asyncio.to_thread(room.acquire)
            group.create_task(prepare(minibatch))
            await asyncio.sleep(0)
