"""A store with a folder of any number of files that nobody uploaded: it only lists them.

What planning writes lies on a disk, so that the memory which is measured is planning's own.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from shared.adapters.memory_blobs import MemoryBlobs
from shared.ports import BlobContent, BlobItem, BlobProperties

FOLDER, MANIFEST = "in", "all.txt"
CHANGED = "Thu, 01 Jan 2026 00:00:00 GMT"
SIZE = 1_000
LINES_AT_ONCE = 10_000


class ListedBlobs(MemoryBlobs):
    """The `Blobs` port over memory, but for the folder `in`, a manifest of it, and plans.

    Every tenth file has another etag in another `version`.
    """

    def __init__(self, count: int, disk: Path) -> None:
        super().__init__()
        self._count = count
        self._disk = disk
        self.version = 1

    def list_blobs(self, container: str, prefix: str = "") -> Iterator[BlobItem]:
        if prefix != f"{FOLDER}/":
            yield from super().list_blobs(container, prefix)
            return
        for number in range(self._count):
            yield BlobItem(_name(number), self._etag(number), SIZE, CHANGED)

    def list_names(
        self, container: str, prefix: str = "", start_after: str = "", *, at_once: int = 0
    ) -> Iterator[str]:
        if prefix == f"{FOLDER}/":
            yield from map(_name, range(self._count))
        else:
            yield from super().list_names(container, prefix, start_after, at_once=at_once)

    def head(self, container: str, name: str) -> BlobProperties:
        if name.startswith(f"{FOLDER}/"):
            return BlobProperties(self._etag(int(name[-11:-4])), SIZE)
        if name == MANIFEST:
            return BlobProperties("1", self._count)
        return super().head(container, name)

    def chunks(self, container: str, name: str, *, size: int = 8 << 20) -> Iterator[bytes]:
        if name != MANIFEST:
            yield from super().chunks(container, name, size=size)
            return
        for first in range(0, self._count, LINES_AT_ONCE):
            numbers = range(first, min(first + LINES_AT_ONCE, self._count))
            yield "".join(f"{_name(one)}\n" for one in numbers).encode()

    def write(
        self,
        container: str,
        name: str,
        data: bytes,
        *,
        if_match: str = "",
        if_absent: bool = False,
        is_repeatable: bool = False,
        metadata: Mapping[str, str] | None = None,
        content_type: str = "application/octet-stream",
    ) -> str:
        if "/plan/" not in name:
            return super().write(
                container,
                name,
                data,
                if_match=if_match,
                if_absent=if_absent,
                is_repeatable=is_repeatable,
                metadata=metadata,
                content_type=content_type,
            )
        self._file(name).write_bytes(data)
        return "1"

    def read(self, container: str, name: str) -> BlobContent:
        path = self._file(name)
        if "/plan/" in name and path.exists():
            return BlobContent(path.read_bytes(), "1")
        return super().read(container, name)

    def _etag(self, number: int) -> str:
        return f"0x8DE{0 if number % 10 else self.version:04X}{number:08X}"

    def _file(self, name: str) -> Path:
        return self._disk / hashlib.sha256(name.encode()).hexdigest()


def _name(number: int) -> str:
    return f"{FOLDER}/trips-{number:07d}.csv"
