"""An unsteady storage account: a proxy that fails some of the calls to the real one.

Which calls fail, and how, is drawn from a seed. A service reaches it by its connection string.
"""

import asyncio
import struct
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from collections import Counter, defaultdict, deque
from enum import StrEnum
from random import Random
from re import sub
from socket import SO_LINGER, SOL_SOCKET
from threading import Event, Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from benchmarks.unsteady.wire import LARGEST_HEAD, Whole, answer_from, request_from


class Fault(StrEnum):
    BUSY = "503"
    FAILED = "500"
    FAILED_AFTER = "500 after the act"
    RESET_BEFORE = "reset before the act"
    RESET_AFTER = "reset after the act"
    CUT = "cut body"
    DELAY = "delay"


BEFORE_THE_ACT = {Fault.BUSY, Fault.FAILED, Fault.RESET_BEFORE}
LONGEST_DELAY_S = 1.0
_BLOB_ENDPOINT = r"(?<=BlobEndpoint=http://)[^/]+"
_REFUSALS = {
    Fault.BUSY: (b"503 Server Busy", b"ServerBusy"),
    Fault.FAILED: (b"500 Internal Server Error", b"InternalError"),
    Fault.FAILED_AFTER: (b"500 Internal Server Error", b"OperationTimedOut"),
}
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class UnsteadyStore:
    """`share` of the calls fail, from 0 to 1; it may be set at any time.

    `calls` and `faults` are counted. With `with`, it serves until the block ends.
    """

    def __init__(self, connection_string: str, *, share: float = 0.0, seed: int = 0) -> None:
        self.share = share
        self.calls = 0
        self.faults = Counter[Fault]()
        self._behind = connection_string
        self._chance = Random(seed)  # noqa: S311  # nothing secret is drawn
        self._aimed = defaultdict[str, deque[Fault]](deque)
        self.port = 0
        self._serves, self._stopping = Event(), asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, name="unsteady-store", daemon=True)

    @property
    def connection_string(self) -> str:
        return sub(_BLOB_ENDPOINT, f"127.0.0.1:{self.port}", self._behind)

    def __enter__(self) -> Self:
        self._thread.start()
        self._serves.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def aim(self, text: str, *faults: Fault) -> None:
        """Fail the next calls whose method and target hold that text so, one after the other."""
        self._aimed[text].extend(faults)

    @property
    def is_spent(self) -> bool:
        """Whether every aimed fault has struck."""
        return not any(self._aimed.values())

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._client, "127.0.0.1", 0, limit=LARGEST_HEAD)
        self.port = server.sockets[0].getsockname()[1]
        self._serves.set()
        await self._stopping.wait()
        server.close()

    async def _client(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection of a client, and one of its own to the store behind."""
        host, port = _address(self._behind)
        behind = await asyncio.open_connection(host, port, limit=LARGEST_HEAD)
        try:
            while request := await request_from(reader):
                if not await self._answer(request, writer, *behind):
                    return
        except (IncompleteReadError, ConnectionError):
            _reset(writer)
        finally:
            behind[1].close()
            writer.close()

    async def _answer(
        self, request: Whole, writer: StreamWriter, behind: StreamReader, to_behind: StreamWriter
    ) -> bool:
        """Act on a request, or fail it; whether the connection lives on."""
        fault = self._draw(request)
        if fault is Fault.DELAY:
            await asyncio.sleep(self._chance.uniform(0, LONGEST_DELAY_S))
        if fault in BEFORE_THE_ACT:
            return await _fail(fault, request, None, writer)
        to_behind.write(request.head + request.body)
        await to_behind.drain()
        answer = await answer_from(behind, request)
        if fault is None or fault is Fault.DELAY:
            writer.write(answer.head + answer.body)
            await writer.drain()
            return True
        return await _fail(fault, request, answer, writer)

    def _draw(self, request: Whole) -> Fault | None:
        self.calls += 1
        line = b" ".join(request.first_line[:2]).decode()
        aimed = next((left for text, left in self._aimed.items() if left and text in line), None)
        if aimed:
            fault = aimed.popleft()
        elif self._chance.random() < self.share:
            fault = self._chance.choice(list(Fault))
        else:
            return None
        self.faults[fault] += 1
        return fault


async def _fail(fault: Fault, request: Whole, answer: Whole | None, writer: StreamWriter) -> bool:
    """Tell the client what it shall believe; whether the connection lives on."""
    if fault in _REFUSALS:
        writer.write(_refusal(fault, request))
        await writer.drain()
        return True
    if fault is Fault.CUT and answer is not None and answer.body:
        writer.write(answer.cut)
        await writer.drain()
        return False
    _reset(writer)
    return False


def _refusal(fault: Fault, request: Whole) -> bytes:
    status, code = _REFUSALS[fault]
    body = b'<?xml version="1.0"?><Error><Code>%b</Code><Message>Injected</Message></Error>' % code
    head = (
        b"HTTP/1.1 %b\r\nx-ms-error-code: %b\r\nContent-Type: application/xml\r\n"
        b"Content-Length: %d\r\n\r\n" % (status, code, len(body))
    )
    return head if request.first_line[0] == b"HEAD" else head + body


def _reset(writer: StreamWriter) -> None:
    """As if the store's machine had gone: RST, not FIN."""
    writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, _RESET_AT_CLOSE)
    writer.transport.abort()


def _address(connection_string: str) -> tuple[str, int]:
    given = dict(part.split("=", 1) for part in connection_string.strip(";").split(";"))
    url = urlsplit(given["BlobEndpoint"])
    return url.hostname or "", url.port or 80
