"""A guest's end: it runs what the host with the hub asks for, and comes back when that is killed.

What runs goes on while there is no host; the next one learns of it, and gets the results.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from devhost.durable_functions import DurableFunctions
from devhost.guests import meeting_point
from devhost.guests.messages import (
    ActivityEnded,
    Join,
    KillWorker,
    Leave,
    Refusal,
    RunActivity,
    Welcome,
    receive,
    send,
)

log = logging.getLogger(__name__)

_AGAIN_S = 0.1
_AFTER_REFUSAL_S = 1.0
_LARGEST_READ = 1 << 20  # bytes that the socket's buffer may hold

type _Open = dict[int, tuple[str, str | None]]
type _Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Membership:
    """`join` makes the first message of the activities that are open."""

    def __init__(
        self,
        state: Path,
        join: Callable[[Sequence[tuple[int, str, str | None]]], Join],
        functions: DurableFunctions,
        kill_worker: Callable[[], bool],
    ) -> None:
        self.host: Welcome | None = None
        self._state = state
        self._join = join
        self._functions = functions
        self._kill_worker = kill_worker
        self._writer: asyncio.StreamWriter | None = None
        self._open: _Open = {}
        self._ended: list[ActivityEnded] = []
        self._running: set[asyncio.Task[None]] = set()
        self._said = ""

    @property
    def rpc_port(self) -> int | None:
        """The side-car's; None while there is no host."""
        return None if self.host is None else self.host.rpc_port

    def start(self) -> None:
        self._staying = asyncio.create_task(self._stay())

    async def stop(self, grace_s: float) -> None:
        """Take nothing new, and deliver what ends within the grace."""
        if self._writer is not None:
            send(self._writer, Leave())
        if self._running:
            await asyncio.wait(self._running, timeout=grace_s)
        if self._writer is not None:
            with suppress(ConnectionError):
                await self._writer.drain()
        self._staying.cancel()

    async def _stay(self) -> None:
        while True:
            try:
                streams = await self._connect()
            except OSError:
                self._say(f"Waiting for the host of '{self._state}'.")
                await asyncio.sleep(_AGAIN_S)
                continue
            try:
                await self._serve(*streams)
            except (asyncio.IncompleteReadError, ConnectionError):
                self._say(f"The host of '{self._state}' is gone; what runs here goes on.")
            finally:
                self.host = self._writer = None
                streams[1].close()

    async def _connect(self) -> _Streams:
        connection = meeting_point.connect(self._state)
        return await asyncio.open_unix_connection(sock=connection, limit=_LARGEST_READ)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        send(writer, self._join([(number, *what) for number, what in self._open.items()]))
        while True:
            match await receive(reader):
                case Welcome() as welcome:
                    self._enter(welcome, writer)
                case RunActivity() as run:
                    self._begin(run)
                case KillWorker():
                    self._kill_worker()
                case Refusal(reason):
                    self._say(f"This host cannot join that of '{self._state}'. {reason}")
                    await asyncio.sleep(_AFTER_REFUSAL_S)
                    return

    def _enter(self, welcome: Welcome, writer: asyncio.StreamWriter) -> None:
        self._say(f"Joined the host of '{self._state}', {welcome.url}.")
        self.host, self._writer = welcome, writer
        ended, self._ended = self._ended, []
        for one in ended:
            self._deliver(one)

    def _begin(self, run: RunActivity) -> None:
        self._open[run.number] = (run.name, run.input)
        task = asyncio.create_task(self._run(run))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, run: RunActivity) -> None:
        result = await self._functions.act(run.name, run.input)
        self._deliver(ActivityEnded.of(run.number, result))

    def _deliver(self, ended: ActivityEnded) -> None:
        """At once, or when there is a host again."""
        if self._writer is None:
            self._ended.append(ended)
            return
        self._open.pop(ended.number, None)
        send(self._writer, ended)

    def _say(self, text: str) -> None:
        if text != self._said:
            log.warning("%s", text)
        self._said = text
