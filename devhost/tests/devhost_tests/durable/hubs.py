"""A task hub in this process, and the SDK's client for it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from azure.durable_functions.client import DurableFunctionsClient

from devhost.durable.binding import client_binding
from devhost.durable.hub import HubOptions, TaskHub
from devhost.durable.sidecar.server import SidecarServer
from devhost_tests.durable.functions import Functions

KEY = "system-key"


@dataclass(frozen=True)
class ServedHub:
    """A hub, and where its clients find it."""

    hub: TaskHub
    server: SidecarServer

    @property
    def client_binding(self) -> str:
        return client_binding(
            self.hub.name,
            rpc_url=self.server.url,
            http_base="http://localhost:7071",
            system_key=KEY,
        )


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
) -> AsyncIterator[ServedHub]:
    options = HubOptions(
        database=database,
        name="TestHub",
        max_activities=activities,
        max_orchestrations=orchestrations,
        max_entities=entities,
    )
    hub = await TaskHub.open(functions, options)
    async with AsyncExitStack() as closing:
        closing.push_async_callback(hub.close)
        server = await SidecarServer.open(hub, rpc_port)
        closing.push_async_callback(server.stop)
        closing.push_async_callback(hub.drain, grace_s)
        hub.resume()
        yield ServedHub(hub, server)


@asynccontextmanager
async def client_of(served: ServedHub) -> AsyncIterator[DurableFunctionsClient]:
    client = DurableFunctionsClient(served.client_binding)
    try:
        yield client
    finally:
        await client.close()
