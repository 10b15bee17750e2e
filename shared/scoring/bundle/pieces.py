"""A piece of a file on the local disk, as a file of its own.

Of a text it is the file's head, and the piece's bytes below it. Of parquet the bytes lie where they
lie in the file, and there are holes between them.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from shared.domain.errors import ServiceUnavailable
from shared.domain.minibatch import PlannedFile
from shared.ports import Blobs
from shared.scoring.split.kept_blocks import KeptBlocks, Key

STEP = 8 << 20

type _Source = Callable[[int, int], bytes]


def write_piece(
    blobs: Blobs, container: str, file: PlannedFile, path: Path, kept: KeptBlocks
) -> None:
    """Raises NotFound or PreconditionFailed unless the file is what was planned."""
    piece = file.piece
    if piece is None:
        raise ValueError(f"'{file.name}' is not split.")
    key = (container, file.name, file.etag)
    source = _source(blobs, file, key, kept)
    with path.open("wb") as local:
        if piece.ranges:
            local.truncate(file.size)
        for start, stop in piece.ranges or ((0, piece.head), (piece.start, piece.stop)):
            if piece.ranges:
                local.seek(start)
            for data in _range(source, file, start, stop):
                local.write(data)
    kept.hand_out(key, piece.stop - piece.start)


def _source(blobs: Blobs, file: PlannedFile, key: Key, kept: KeptBlocks) -> _Source:
    """From what was kept of the file, as long as the store still has that version; else from it."""
    container = key[0]
    is_kept = kept.has(key) and blobs.head(container, file.name).etag == file.etag

    def read(start: int, length: int) -> bytes:
        data = kept.read(key, start, length) if is_kept else None
        if data is not None:
            return data
        return blobs.read_range(container, file.name, start, length, if_match=file.etag)

    return read


def _range(source: _Source, file: PlannedFile, start: int, stop: int) -> Iterator[bytes]:
    while start < stop:
        wanted = min(STEP, stop - start)
        data = source(start, wanted)
        if len(data) != wanted:
            raise ServiceUnavailable(
                f"'{file.name}' ended {wanted - len(data)} bytes early.",
                fix="The mini-batch is tried again.",
            )
        yield data
        start += wanted
