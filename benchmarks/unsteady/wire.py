"""HTTP/1.1 as a proxy needs it: whole messages, as the bytes they came in."""

from asyncio import IncompleteReadError, StreamReader
from dataclasses import dataclass

LARGEST_HEAD = 1 << 20
"""Bytes; a listing's marker may be long."""
_END = b"\r\n\r\n"
_BODILESS = {b"204", b"304"}


@dataclass(frozen=True)
class Whole:
    """One message: `head` with the empty line that ends it, `body` as it was framed."""

    head: bytes
    body: bytes

    @property
    def first_line(self) -> list[bytes]:
        """Method, target and version; of an answer version, status and reason."""
        return self.head.partition(b"\r\n")[0].split(b" ", 2)

    @property
    def cut(self) -> bytes:
        """The message without the second half of its body."""
        return self.head + self.body[: len(self.body) // 2]


async def request_from(reader: StreamReader) -> Whole | None:
    """The next request; None when the client has gone."""
    try:
        head = await reader.readuntil(_END)
        return Whole(head, await _body(reader, head))
    except (IncompleteReadError, ConnectionError):
        return None


async def answer_from(reader: StreamReader, request: Whole) -> Whole:
    """Raises IncompleteReadError or ConnectionError when the store has gone."""
    head = await reader.readuntil(_END)
    answer = Whole(head, b"")
    if request.first_line[0] == b"HEAD" or answer.first_line[1] in _BODILESS:
        return answer
    return Whole(head, await _body(reader, head))


async def _body(reader: StreamReader, head: bytes) -> bytes:
    fields = dict(_field(line) for line in head.split(b"\r\n")[1:-2])
    if b"chunked" in fields.get(b"transfer-encoding", b"").lower():
        return await _chunks(reader)
    return await reader.readexactly(int(fields.get(b"content-length", b"0")))


async def _chunks(reader: StreamReader) -> bytes:
    """Every chunk with its frame; the last one is empty, and no trailers follow."""
    read = bytearray()
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.partition(b";")[0], 16)
        read += line + await reader.readexactly(size + 2)
        if not size:
            return bytes(read)


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name.strip().lower(), value.strip()
