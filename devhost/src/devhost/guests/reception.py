"""Takes guests in: the end of the socket where the hub is."""

import asyncio
import json
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from devhost.guests import meeting_point
from devhost.guests.guest import Guest
from devhost.guests.messages import Join, Refusal, Welcome, receive, send
from devhost.guests.shared_functions import SharedFunctions
from devhost.private_files import replace

log = logging.getLogger(__name__)

_RECORD = "guests.json"
_RETURN_LIMIT_S = 3.0  # guests come back within a tenth of a second, on a busy machine later
LARGEST_READ = 1 << 20  # bytes that the socket's buffer may hold


class Reception:
    """`on_change` hears by how many more, or fewer, activities may run at once."""

    def __init__(
        self,
        state: Path,
        shared: SharedFunctions,
        welcome: Welcome,
        functions: Sequence[str],
        on_change: Callable[[int], None],
        on_port: Callable[[int], None],
    ) -> None:
        self._state = state
        self._shared = shared
        self._welcome = welcome
        self._functions = functions
        self._on_change = on_change
        self._on_port = on_port
        self._guests: set[int] = set()
        self._missed: set[int] = set()
        self._all_back = asyncio.Event()

    async def open(self) -> None:
        """Before anything runs: guests of an earlier host that still run come back first."""
        listener = meeting_point.listen(self._state)
        self._server = await asyncio.start_unix_server(
            self._receive, sock=listener, limit=LARGEST_READ, cleanup_socket=False
        )
        self._missed = set(filter(_is_running, self._recorded()))
        if self._missed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_back.wait(), _RETURN_LIMIT_S)

    def close(self) -> None:
        """Take in no more; who is there hears of it when the process ends."""
        self._server.close()

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            join = await receive(reader)
            if not isinstance(join, Join):
                raise TypeError(f"A guest began with {join!r}.")
            if reason := self._why_not(join):
                send(writer, Refusal(reason))
                await writer.drain()
            else:
                await self._host(Guest(join, writer), reader, writer)
        writer.close()

    def _why_not(self, join: Join) -> str:
        if different := sorted({*join.functions} ^ {*self._functions}):
            return (
                f"It serves other functions than process {os.getpid()}: {', '.join(different)}. "
                "Give both the same app, and start anew the one that is older."
            )
        return ""

    async def _host(
        self, guest: Guest, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        send(writer, self._welcome)
        self._shared.add(guest)
        self._note(self._guests | {guest.process})
        self._on_port(guest.port)
        self._on_change(guest.limit)
        log.warning("Host %d (port %d) has joined: it runs activities too.", *_name(guest))
        try:
            await guest.listen(reader)
        finally:
            self._shared.remove(guest)
            self._note(self._guests - {guest.process})
            self._on_change(-guest.limit)
            log.warning("Host %d (port %d) has left; the others take over.", *_name(guest))

    def _note(self, guests: set[int]) -> None:
        """For the host that comes after a kill."""
        self._guests = guests
        if self._missed <= guests:
            self._all_back.set()
        try:
            replace(self._state / _RECORD, json.dumps(sorted(guests)).encode())
        except OSError as error:
            log.error("'%s' cannot be written: %s", self._state / _RECORD, error)  # noqa: TRY400  # a line

    def _recorded(self) -> list[int]:
        try:
            return [int(process) for process in json.loads((self._state / _RECORD).read_bytes())]
        except (OSError, ValueError, TypeError):
            return []


def _name(guest: Guest) -> tuple[int, int]:
    return guest.process, guest.port


def _is_running(process: int) -> bool:
    with suppress(OSError):
        os.kill(process, 0)
        return True
    return False
