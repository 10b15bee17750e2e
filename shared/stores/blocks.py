"""Blocks: bytes on their way into a blob, in pieces of one size, counted as they pass."""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator

from shared.domain.resolved_deployment import Location
from shared.ports import Blobs

# Few enough blocks, and no more memory than this per bundle in flight.
BLOCK_BYTES = 4 << 20


def in_blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of BLOCK_BYTES; only the last one is shorter."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= BLOCK_BYTES:
            yield bytes(held[:BLOCK_BYTES])
            del held[:BLOCK_BYTES]
    if held:
        yield bytes(held)


def lines_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines of what comes in pieces, without their ends."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
    if rest:
        yield rest


class CountedBytes:
    """Bytes on their way, their number and SHA-256 so far."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._digest = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.size += len(piece)
            self._digest.update(piece)
            yield piece

    def exhaust(self) -> None:
        """Count the rest without sending it."""
        for _ in self:
            pass

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def write_pieces(
    blobs: Blobs,
    location: Location,
    pieces: Iterable[bytes],
    metadata: Callable[[], dict[str, str]],
    *,
    if_absent: bool = False,
) -> str:
    """Write a blob of any size, and return its etag; `metadata` is asked when all have passed."""
    blocks = in_blocks(pieces)
    first, second = next(blocks, b""), next(blocks, None)
    if second is None:  # one request is enough
        return blobs.write(
            location.container,
            location.path,
            first,
            if_absent=if_absent,
            is_repeatable=if_absent,
            metadata=metadata(),
        )
    names = list[str]()
    for block in itertools.chain((first, second), blocks):
        names.append(f"{len(names):08d}")
        blobs.stage(location.container, location.path, names[-1], block)
    return blobs.commit(
        location.container,
        location.path,
        names,
        if_absent=if_absent,
        is_repeatable=if_absent,
        metadata=metadata(),
    )
