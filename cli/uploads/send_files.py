"""Sends files to a container: small ones side by side, large ones in blocks side by side.

Each blob appears at once, complete and as it was hashed, or not at all. A request that breaks is
repeated by itself; staged blocks are not sent again.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cli.console import Bar
from cli.storage.container import Container
from cli.storage.side_by_side import SideBySide
from cli.storage.storage_errors import storage_errors
from cli.uploads.content_hash import changed, read_pieces
from cli.uploads.local_files import UploadFile

BLOCK = 8 << 20
MOST_BLOCKS = 40_000
"""The store takes 50,000; the rest is for files that grow."""
SMALL_AT_ONCE, LARGE_AT_ONCE, BLOCKS_AT_ONCE = 16, 2, 8
"""At most some 128 MB in memory either way."""


@dataclass(frozen=True)
class OutgoingFile:
    """`checksum` is that of the hashed bytes; None: it was not hashed."""

    file: UploadFile
    blob: str
    checksum: int | None = None


def send_files(container: Container, files: Sequence[OutgoingFile], bar: Bar) -> None:
    """Raises CommandError for the first that fails; those that were sent stay."""
    small = [one for one in files if one.file.size <= BLOCK]
    large = [one for one in files if one.file.size > BLOCK]
    transfers = SideBySide()
    sender = _Sender(container, bar, transfers)
    transfers.run(sender.send, small, SMALL_AT_ONCE)
    transfers.run(sender.send, large, LARGE_AT_ONCE)


@dataclass(frozen=True)
class _Sender:
    container: Container
    bar: Bar
    transfers: SideBySide

    def send(self, one: OutgoingFile) -> None:
        import obstore  # noqa: PLC0415  # only what moves bytes waits for it

        is_large = one.file.size > BLOCK
        size = max(BLOCK, one.file.size // MOST_BLOCKS + 1)
        pieces = self._read(one, size)
        with storage_errors(self.container, one.blob):
            obstore.put(
                self.container.store,
                one.blob,
                pieces if is_large else b"".join(pieces),
                use_multipart=is_large,
                chunk_size=size,
                max_concurrency=BLOCKS_AT_ONCE,
            )
        if not is_large:
            self.bar.advance(one.file.size)

    def _read(self, one: OutgoingFile, size: int) -> Iterator[bytes]:
        """The file's pieces; raises before the last is out if they are not what was hashed."""
        checksum = 0
        for piece in read_pieces(one.file, size):
            self.transfers.check()
            checksum = zlib.crc32(piece, checksum)
            yield piece
            if one.file.size > BLOCK:
                self.bar.advance(len(piece))
        if one.checksum not in {None, checksum}:
            raise changed(one.file)
