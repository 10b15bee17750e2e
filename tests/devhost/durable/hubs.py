"""A task hub in this process, the SDK's client for it, and waiting without guessing how long."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from azure.durable_functions.client import DurableFunctionsClient

from devhost.durable.binding import client_binding
from devhost.durable.hub import TaskHub
from tests.devhost.durable.functions import Functions

KEY = "system-key"


@asynccontextmanager
async def serving(
    functions: Functions,
    database: Path,
    *,
    activities: int = 8,
    orchestrations: int = 8,
    entities: int = 8,
    grace_s: float = 5,
    rpc_port: int = 0,
) -> AsyncIterator[TaskHub]:
    hub = TaskHub(
        functions=functions,
        database=database,
        name="TestHub",
        max_activities=activities,
        max_orchestrations=orchestrations,
        max_entities=entities,
        rpc_port=rpc_port,
    )
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop(grace_s)


@asynccontextmanager
async def client_of(hub: TaskHub) -> AsyncIterator[DurableFunctionsClient]:
    binding = client_binding(hub, http_base="http://localhost:7071", system_key=KEY)
    client = DurableFunctionsClient(binding)
    try:
        yield client
    finally:
        await client.close()


async def until[T](ask: Callable[[], Awaitable[T]], within_s: float = 10) -> T:
    """Ask until the answer is true; the last answer is in the failure."""
    deadline = time.monotonic() + within_s
    while not (answer := await ask()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {within_s} s; the last answer was {answer!r}.")
        await asyncio.sleep(0.01)
    return answer
