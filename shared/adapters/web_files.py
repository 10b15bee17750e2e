"""The files of web servers as `Blobs`: single files are read, nothing is listed or written.

A file's etag is the server's, or its date and size where it tells no etag: a server that tells
neither cannot say whether a file changed.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from shared.adapters.single_files import SingleFiles
from shared.adapters.web_gets import WebAnswer, WebGets
from shared.domain import place
from shared.domain.errors import (
    InvalidRequest,
    NotFound,
    PreconditionFailed,
    ServiceUnavailable,
)
from shared.ports import BlobContent, BlobProperties

PIECE = 1 << 20
PLAIN = {"Accept-Encoding": "identity"}
WHOLE, PART = 200, 206


@dataclass(frozen=True)
class WebFiles(SingleFiles):
    """The `Blobs` port. Containers are servers, `https://<host>`, and names are paths.

    `query` opens the file: it may be a secret, and is shown nowhere. A file of more than
    `most_bytes` is refused.
    """

    gets: WebGets
    query: str = ""
    most_bytes: int = 10 << 30

    def read(self, container: str, name: str) -> BlobContent:
        with self._opened(container, name) as answer:
            return BlobContent(
                b"".join(self._pieces(answer, container, name)), self.version_of(answer)
            )

    def read_range(
        self, container: str, name: str, start: int, length: int, *, if_match: str = ""
    ) -> bytes:
        wanted = {**PLAIN, "Range": f"bytes={start}-{start + length - 1}"}
        with self._opened(container, name, wanted) as answer:
            self.check_version(answer, container, name, if_match)
            if answer.status == PART:
                return answer.body.read(length)
            answer.body.read(start)  # the server knows no ranges
            return answer.body.read(length)

    def head(self, container: str, name: str) -> BlobProperties:
        """By the start of a GET: not every server answers HEAD."""
        with self._opened(container, name) as answer:
            return BlobProperties(self.version_of(answer), self._size(answer, container, name))

    def exists(self, container: str, name: str) -> bool:
        try:
            self.head(container, name)
        except NotFound:
            return False
        return True

    def download(self, container: str, name: str, path: Path, *, if_match: str = "") -> int:
        with self._opened(container, name) as answer:
            self.check_version(answer, container, name, if_match)
            with path.open("wb") as file:
                for piece in self._pieces(answer, container, name):
                    file.write(piece)
                return file.tell()

    def chunks(self, container: str, name: str, *, size: int = 8 << 20) -> Iterator[bytes]:
        with self._opened(container, name) as answer:
            for piece in self._pieces(answer, container, name):
                yield from (piece[start : start + size] for start in range(0, len(piece), size))

    def version_of(self, answer: WebAnswer) -> str:
        """By which a file is pinned."""
        if etag := answer.headers.get("etag", ""):
            return etag.removeprefix("W/").strip('"')
        dated = answer.headers.get("last-modified", "")
        size = answer.headers.get("content-range", "").rpartition("/")[2]
        return f"{dated} {size or answer.headers.get('content-length', '')}".strip()

    def check_version(self, answer: WebAnswer, container: str, name: str, etag: str) -> None:
        """Raise PreconditionFailed for another one than the etag's; without an etag any will do."""
        if etag and self.version_of(answer) != etag:
            raise PreconditionFailed(
                f"'{self.shown(container, name)}' is not the one that was read.",
                fix="Read it again, and repeat the change.",
                target="blob",
            )

    def shown(self, container: str, name: str) -> str:
        """As people read it."""
        return f"{place.words(container)}/{name}"

    def _opened(
        self, container: str, name: str, headers: Mapping[str, str] = PLAIN
    ) -> AbstractContextManager[WebAnswer]:
        url = f"{container}/{quote(name)}{f'?{self.query}' if self.query else ''}"
        return self.gets.get(url, headers, self.shown(container, name))

    def _size(self, answer: WebAnswer, container: str, name: str) -> int:
        size = int(answer.headers.get("content-length") or 0)
        self._check_size(size, container, name)
        return size

    def _check_size(self, size: int, container: str, name: str) -> None:
        if size > self.most_bytes:
            raise InvalidRequest(
                f"'{self.shown(container, name)}' has {size} bytes.",
                fix=f"Use files of at most {self.most_bytes} bytes, or copy it to a datastore.",
                target="input",
            )

    def _pieces(self, answer: WebAnswer, container: str, name: str) -> Iterator[bytes]:
        """The bytes as they come; fewer than were promised are none."""
        promised, count = self._size(answer, container, name), 0
        while piece := answer.body.read(PIECE):
            count += len(piece)
            if count > self.most_bytes:
                self._size(
                    WebAnswer(0, {"content-length": str(count)}, answer.body), container, name
                )
            yield piece
        if promised and count != promised:
            raise ServiceUnavailable(
                f"'{self.shown(container, name)}' broke off after {count} of {promised} bytes.",
                fix="Try again in a moment.",
                target="input",
            )
