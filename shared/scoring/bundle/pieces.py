"""A piece of a file on the local disk, as a file of its own.

Of a text it is the file's head, and the piece's bytes below it. Of parquet the bytes lie where they
lie in the file, and there are holes between them.
"""

from collections.abc import Iterator
from pathlib import Path

from shared.domain.errors import ServiceUnavailable
from shared.domain.minibatch import PlannedFile
from shared.ports import Blobs

STEP = 4 << 20


def write_piece(blobs: Blobs, container: str, file: PlannedFile, path: Path) -> None:
    """Raises NotFound or PreconditionFailed unless the file is what was planned."""
    piece = file.piece
    if piece is None:
        raise ValueError(f"'{file.name}' is not split.")
    with path.open("wb") as local:
        if piece.ranges:
            local.truncate(file.size)
        for start, stop in piece.ranges or ((0, piece.head), (piece.start, piece.stop)):
            if piece.ranges:
                local.seek(start)
            for data in _range(blobs, container, file, start, stop):
                local.write(data)


def _range(
    blobs: Blobs, container: str, file: PlannedFile, start: int, stop: int
) -> Iterator[bytes]:
    while start < stop:
        wanted = min(STEP, stop - start)
        data = blobs.read_range(container, file.name, start, wanted, if_match=file.etag)
        if len(data) != wanted:
            raise ServiceUnavailable(
                f"'{file.name}' ended {wanted - len(data)} bytes early.",
                fix="The mini-batch is tried again.",
            )
        yield data
        start += wanted
