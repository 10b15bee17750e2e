"""Files that are served as they are: read once, packed once, cached by their content."""

import gzip
import hashlib
from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus
from pathlib import Path

from shared.api.http import Request, Response
from shared.domain.errors import NotFound

MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
FOR_A_YEAR = "public, max-age=31536000, immutable"
SMALLEST_PACKED = 300
"""Bytes; what is smaller does not get shorter."""
DIGITS = 16
NOSNIFF = {"X-Content-Type-Options": "nosniff"}


class StaticFile:
    """One file's bytes, with what is said of them."""

    def __init__(self, data: bytes, media_type: str) -> None:
        self.data = data
        self.media_type = media_type
        self.etag = f'"{hashlib.sha256(data).hexdigest()[:DIGITS]}"'

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.data, 9, mtime=0)

    def answer(self, request: Request, headers: Mapping[str, str]) -> Response:
        """The file, packed if the client takes that; 304 if the client has it."""
        own = {"ETag": self.etag, "Vary": "Accept-Encoding", **NOSNIFF, **headers}
        if self.etag in request.headers.get("if-none-match", ""):
            return Response(HTTPStatus.NOT_MODIFIED, headers=own)
        data = self.data
        if "gzip" in request.headers.get("accept-encoding", "") and len(data) > SMALLEST_PACKED:
            data, own = self.packed, {**own, "Content-Encoding": "gzip"}
        return Response(HTTPStatus.OK, headers=own, data=data, media_type=self.media_type)


class StaticFiles:
    """The files below a folder, of the kinds that browsers read.

    `version` is the digest of them all: under an address with the version in it they never change.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp: object = None
        self.files: Mapping[str, StaticFile] = {}
        self.version = ""

    def refresh(self) -> None:
        """Read the files, unless they are the ones that were read."""
        paths = [path for path in self._folder.rglob("*") if path.suffix in MEDIA_TYPES]
        stamp = sorted((path, path.stat().st_mtime_ns) for path in paths)
        if stamp == self._stamp:
            return
        files = {
            path.relative_to(self._folder).as_posix(): StaticFile(
                path.read_bytes(), MEDIA_TYPES[path.suffix]
            )
            for path in sorted(paths)
        }
        listed = "".join(f"{path} {file.etag}\n" for path, file in files.items())
        self.files, self.version = files, hashlib.sha256(listed.encode()).hexdigest()[:DIGITS]
        self._stamp = stamp

    def answer(self, request: Request, version: str, path: str) -> Response:
        """The file; raises NotFound for one of another version: the page is to be loaded again."""
        if version != self.version:
            self.refresh()
        file = self.files.get(path)
        if file is None or version != self.version:
            raise NotFound(f"There is no file '{path[:200]}' here.", fix="Load the page again.")
        return file.answer(request, {"Cache-Control": FOR_A_YEAR})
