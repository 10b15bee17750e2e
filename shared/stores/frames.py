"""Frames of a part: `["key", rows, bytes]` on a line, then the rows that the key's file gets."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

# Of a frame's first line: a key is a path, or a blob's name.
_LONGEST_HEAD = 16 << 10


class BadFrame(ValueError):
    """The part is no sequence of frames."""


class Piece(NamedTuple):
    """Bytes of a frame. Its rows are counted with the first of them."""

    key: str
    rows: int
    data: bytes


def frames(pieces: Iterable[bytes]) -> Iterator[Piece]:
    """Every frame in order, in as many pieces as it came in. Raises BadFrame."""
    held, key, left = b"", "", 0
    for piece in pieces:
        held += piece
        while held:
            rows = 0
            if not left:
                head, end, rest = held.partition(b"\n")
                if not end:
                    break
                key, rows, left = _head(head)
                held = rest
            data, held = held[:left], held[left:]
            left -= len(data)
            yield Piece(key, rows, data)
        if not left and len(held) > _LONGEST_HEAD:
            raise BadFrame("a frame has no head")
    if held or left:
        raise BadFrame("the last frame is cut")


def _head(line: bytes) -> tuple[str, int, int]:
    try:
        head: Any = json.loads(line)
        key, rows, size = head
    except (ValueError, TypeError) as error:
        raise BadFrame(f"{line[:100]!r} is no head of a frame") from error
    is_sound = isinstance(key, str) and isinstance(rows, int) and isinstance(size, int)
    if not is_sound or rows < 1 or size < 1:
        raise BadFrame(f"{line[:100]!r} is no head of a frame")
    return key, rows, size
