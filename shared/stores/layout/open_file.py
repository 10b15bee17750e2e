"""One file of several, from its first row to its commit; two blocks of it are in memory."""

import hashlib

from shared.domain.blob_name import problem_with
from shared.domain.errors import Conflict, InvalidRequest
from shared.domain.job import JobSpec
from shared.domain.receipt import PublishedFile
from shared.domain.resolved_deployment import Location
from shared.ports import Blobs
from shared.stores.file_bytes import FileBytes
from shared.stores.frames import Piece
from shared.stores.published import Published, find_own


class OpenFile:
    """Not thread-safe. `path` is inside the folder."""

    def __init__(
        self, blobs: Blobs, spec: JobSpec, folder: Location, path: str, content: FileBytes
    ) -> None:
        """Raises InvalidRequest for a path that no blob can have."""
        self._blobs, self._spec, self._content = blobs, spec, content
        self.path = path
        self._at = Location(container=folder.container, path=f"{folder.path}/{path}")
        if problem := problem_with(self._at.path):
            raise InvalidRequest(
                f"No file of the output can be called '{path[:200]}': {problem}.",
                fix="Use a shorter output path, or other names.",
                target="output",
            )
        self._first = b""
        self._names = list[str]()
        self._digest, self._size, self._rows = hashlib.sha256(), 0, 0

    def take(self, piece: Piece) -> None:
        self._rows += piece.rows
        for block in self._content.take(piece.data):
            self._send(block)

    def close(self) -> PublishedFile:
        """Commit it; doing so again finds the first commit. Raises Conflict if it is another's."""
        for block in self._content.end():
            self._send(block)
        published = Published(bytes=self._size, rows=self._rows, sha256=self._digest.hexdigest())
        try:
            self._commit(published.metadata(self._spec))
        except Conflict:
            if find_own(self._blobs, self._spec, self._at) != published:
                raise
        return PublishedFile(self.path, self._size, published.sha256, self._rows)

    def _send(self, block: bytes) -> None:
        """The first is kept: most files have no other, and are written by one request."""
        self._digest.update(block)
        self._size += len(block)
        if not self._first:
            self._first = block
            return
        if not self._names:
            self._stage(self._first)
        self._stage(block)

    def _stage(self, block: bytes) -> None:
        self._names.append(f"{self._spec.child[:8]}-{len(self._names):08d}")
        self._blobs.stage(self._at.container, self._at.path, self._names[-1], block)

    def _commit(self, metadata: dict[str, str]) -> None:
        container, path = self._at.container, self._at.path
        kind = self._spec.settings.output.media_type
        if self._names:
            self._blobs.commit(
                container,
                path,
                self._names,
                if_absent=True,
                is_repeatable=True,
                metadata=metadata,
                content_type=kind,
            )
        else:
            self._blobs.write(
                container,
                path,
                self._first,
                if_absent=True,
                is_repeatable=True,
                metadata=metadata,
                content_type=kind,
            )
