"""A port of a guest that leads to the hub's side-car, wherever the host has it now.

The app's durable clients keep an address for life; a host that is started again has another one.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Self

_LOOPBACK = "127.0.0.1"
_PIECE = 1 << 16


class Relay:
    """`Relay.open` makes one; `target` says the side-car's port, None while there is no host."""

    def __init__(self, target: Callable[[], int | None]) -> None:
        self._target = target
        self.port = 0

    @classmethod
    async def open(cls, target: Callable[[], int | None]) -> Self:
        relay = cls(target)
        relay._server = await asyncio.start_server(relay._pass, _LOOPBACK, 0)
        relay.port = int(relay._server.sockets[0].getsockname()[1])
        return relay

    _server: asyncio.Server

    @property
    def url(self) -> str:
        return f"http://{_LOOPBACK}:{self.port}"

    def close(self) -> None:
        self._server.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = self._target()
        try:
            if port is not None:
                there = await asyncio.open_connection(_LOOPBACK, port)
                await asyncio.gather(_pump(reader, there[1]), _pump(there[0], writer))
        except OSError:
            pass  # the host is gone: the client is told by the end of its connection
        finally:
            writer.close()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """All that comes, then the end of it."""
    try:
        while data := await source.read(_PIECE):
            target.write(data)
            await target.drain()
    finally:
        with suppress(OSError):
            target.close()
