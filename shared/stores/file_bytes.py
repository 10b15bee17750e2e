"""The bytes of one file of several, as its rows come in: text, packed text or parquet."""

import gzip
from collections.abc import Iterator
from typing import Protocol


class FileBytes(Protocol):
    """What is asked for next is the bytes that come next."""

    def take(self, piece: bytes) -> Iterator[bytes]: ...

    def end(self) -> Iterator[bytes]: ...


class TextBytes:
    """Blocks of one size, each a member of its own where they are packed."""

    def __init__(self, header: bytes, *, is_packed: bool, block: int) -> None:
        self._held = bytearray(header)
        self._is_packed, self._block = is_packed, block

    def take(self, piece: bytes) -> Iterator[bytes]:
        self._held += piece
        while len(self._held) >= self._block:
            yield self._packed(self._held[: self._block])
            del self._held[: self._block]

    def end(self) -> Iterator[bytes]:
        if self._held:
            yield self._packed(self._held)

    def _packed(self, content: bytearray) -> bytes:
        return gzip.compress(content, mtime=0) if self._is_packed else bytes(content)
