"""Blocks: bytes on their way into a blob, in pieces of one size."""

from collections.abc import Iterable, Iterator

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
