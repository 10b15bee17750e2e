"""The hash of files' names and bytes, in one pass over them, by the official SDK's rule 202208.

Equal folders have equal hashes wherever they are, so that what one client uploaded is found by
another. On the way each file gets a checksum: what is sent later is held against it.
"""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cli.console import Bar
from cli.errors import UsageError
from cli.uploads.local_files import UploadFile, unreadable

RULE = "202208"
PIECE = 4 << 20


@dataclass(frozen=True)
class ContentHash:
    sha256: str
    checksums: tuple[int, ...]
    """CRC-32 of each file, in their order."""


def hash_files(files: Sequence[UploadFile], bar: Bar) -> ContentHash:
    """Raises UsageError when a file changes meanwhile."""
    whole = hashlib.sha256(str(len(files)).encode())
    for file in files:
        whole.update(f"#{file.name}#{file.size}".encode())
    checksums = [_add(file, whole, bar) for file in files]
    return ContentHash(whole.hexdigest(), tuple(checksums))


def read_pieces(file: UploadFile, size: int) -> Iterator[bytes]:
    """The file's bytes; raises UsageError if it cannot be read, or is not as it was listed."""
    try:
        with file.path.open("rb", buffering=0) as source:
            while piece := source.read(size):
                yield piece
            is_unchanged = file.is_unchanged(source.fileno())
    except OSError as error:
        raise unreadable(file.path, error) from None
    if not is_unchanged:
        raise changed(file)


def changed(file: UploadFile) -> UsageError:
    return UsageError(
        f"The file '{file.path}' changed while it was uploaded.",
        fix="Repeat the command when nobody writes to it; what is complete is not sent again.",
    )


def _add(file: UploadFile, whole: "hashlib._Hash", bar: Bar) -> int:
    checksum = 0
    for piece in read_pieces(file, PIECE):
        whole.update(piece)
        checksum = zlib.crc32(piece, checksum)
        bar.advance(len(piece))
    return checksum
