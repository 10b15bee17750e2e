"""How triggers wait: for their time or for the end of the host, whichever comes first."""

import asyncio
from collections.abc import Collection


async def rest(is_stopping: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until the host stops."""
    try:
        async with asyncio.timeout(seconds):
            await is_stopping.wait()
    except TimeoutError:
        return


async def wait_or_cancel(tasks: Collection[asyncio.Task[None]], grace_s: float) -> None:
    """Wait for the end of what runs, and give it up after the grace."""
    if not tasks:
        return
    _, left = await asyncio.wait(tasks, timeout=grace_s)
    for task in left:
        task.cancel()
