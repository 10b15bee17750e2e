"""What scripts wrote under AZUREML_BI_OUTPUT_PATH, published beside the predictions exactly once.

1. A bundle's changes are stored under its digest: files replaced, appended to, or removed.
2. At the end of the job the accepted bundles' changes are applied in input order.
3. Each resulting file is committed in one step, which finds its own earlier commit again. What the
   receipt says of it is counted while its bytes are sent, and kept with them.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from shared.domain.errors import Conflict, NotFound
from shared.domain.job import JobSpec
from shared.domain.minibatch import Span
from shared.domain.receipt import PublishedFile
from shared.domain.resolved_deployment import Location
from shared.domain.side_contents import ScorerChange, StoredChange, Written
from shared.domain.side_names import SideNames
from shared.ports import Blobs
from shared.stores.blocks import CountedBytes, write_pieces
from shared.stores.jobs import CONTAINER

OWNER, SHA256 = "batch_job", "sha256"
DIGEST_CHARS = 16


@dataclass(frozen=True)
class SideFileChange:
    """One change that a script made: `path` holds the bytes; None when the file was removed.

    `is_stream`: they begin a compressed stream. `life` tells the scorer's processes apart.
    """

    name: str
    path: Path | None
    is_appended: bool
    is_stream: bool = False
    life: int = 0


@dataclass(frozen=True, slots=True)
class _Committed:
    bytes: int
    sha256: str
    etag: str


@dataclass(frozen=True)
class PublishedSideFiles:
    """`contested` are those of which the bytes of some process may be missing."""

    files: list[PublishedFile] = field(default_factory=list[PublishedFile])
    contested: list[str] = field(default_factory=list[str])


class SideFiles:
    """Thread-safe. `writers` runs many small writes side by side."""

    def __init__(self, blobs: Blobs, writers: Executor) -> None:
        self._blobs = blobs
        self._writers = writers

    def store(self, job: str, span: Span, changes: Sequence[SideFileChange]) -> list[StoredChange]:
        """Put the changes of one bundle into the store; the answer has their order."""
        numbered = self._writers.map(
            lambda one: self._store_change(job, span, *one), enumerate(changes)
        )
        return list(numbered)

    def publish(self, spec: JobSpec, changes: Iterable[ScorerChange]) -> PublishedSideFiles:
        """Commit what the changes, in input order, make beside the predictions.

        A file is repeated in its place while the store does not answer, and not written again when
        an earlier try published it. Raises Conflict when a file exists that is not this job's, or
        one is not what the script wrote.
        """
        written = Written.of(changes)
        contents = written.contents()
        output = spec.output.location
        names = SideNames(output=output.path)
        there = self._find_existing(output, names, contents)

        def commit(name: str) -> _Committed:
            location = Location(container=output.container, path=names.blob_of(name))
            return self._commit(spec, location, contents[name], is_there=location.path in there)

        ordered = sorted(contents)
        committed = dict(zip(ordered, self._writers.map(commit, ordered), strict=True))
        self._confirm(output, {names.blob_of(name): one.etag for name, one in committed.items()})
        files = [PublishedFile(name, one.bytes, one.sha256) for name, one in committed.items()]
        return PublishedSideFiles(files, written.contested())

    def _confirm(self, output: Location, etags: dict[str, str]) -> None:
        """Raise Conflict unless the store lists each file as it was committed."""
        folder = output.path.rpartition("/")[0]
        prefix = f"{folder}/" if folder else ""
        listed = self._blobs.list_blobs(output.container, prefix) if etags else ()
        there = {item.name: item.etag for item in listed if item.name in etags}
        for name, etag in etags.items():
            if there.get(name) != etag:
                raise Conflict(
                    f"The published file '{name}' was changed or deleted while the job ended.",
                    fix="Start the job again, with an output folder that nobody else writes to.",
                    target="output",
                )

    def _find_existing(self, output: Location, names: SideNames, wanted: Iterable[str]) -> set[str]:
        """Those of the blobs that are there already: none but at a second try, as a rule."""
        if not (blobs := {names.blob_of(name) for name in wanted}):
            return blobs
        listed = self._blobs.list_names(output.container, names.blob_of(""))
        return blobs.intersection(listed)

    def _store_change(
        self, job: str, span: Span, index: int, change: SideFileChange
    ) -> StoredChange:
        if change.path is None:
            return StoredChange(name=change.name, blob="", is_appended=False, life=change.life)
        with change.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:DIGEST_CHARS]
        blob = f"{job}/side/{span.first:09d}-{span.stop:09d}/{index:06d}-{digest}"
        write_pieces(
            self._blobs, Location(container=CONTAINER, path=blob), _content(change.path), dict
        )
        return StoredChange(
            name=change.name,
            blob=blob,
            is_appended=change.is_appended,
            is_stream=change.is_stream,
            life=change.life,
        )

    def _commit(
        self, spec: JobSpec, location: Location, blobs: list[str], *, is_there: bool
    ) -> _Committed:
        """Publish one file; size and SHA-256 are of the bytes that were sent.

        One that is there already is not sent again, if it is what would be sent.
        """
        sent = CountedBytes(piece for blob in blobs for piece in self._read_checked(blob))

        def mark() -> dict[str, str]:
            return {OWNER: spec.name, SHA256: sent.sha256}

        own = self._find_own(spec, location) if is_there else None
        if own is None:
            try:
                etag = write_pieces(self._blobs, location, sent, mark, if_absent=True)
                return _Committed(sent.size, sent.sha256, etag)
            except Conflict:
                own = self._find_own(spec, location)
                if own is None:
                    raise
        else:
            sent.exhaust()
        if (own.bytes, own.sha256) != (sent.size, sent.sha256):
            raise Conflict(
                f"The file '{location.path}' exists, and is not what the script wrote.",
                fix="Start the job again, with an output folder that nobody else writes to.",
                target="output",
            )
        return own

    def _find_own(self, spec: JobSpec, location: Location) -> _Committed | None:
        """The file as it is there, if this job published it already."""
        try:
            blob = self._blobs.head(location.container, location.path)
        except NotFound:
            return None
        if blob.metadata.get(OWNER) != spec.name:
            return None
        return _Committed(blob.size, blob.metadata.get(SHA256, ""), blob.etag)

    def _read_checked(self, blob: str) -> Iterator[bytes]:
        """The bytes of a stored change; raises Conflict unless they are those that were stored."""
        digest = hashlib.sha256()
        with suppress(NotFound):
            for piece in self._blobs.chunks(CONTAINER, blob):
                digest.update(piece)
                yield piece
            if blob.endswith(digest.hexdigest()[:DIGEST_CHARS]):
                return
        raise Conflict(
            f"The blob '{blob}' in container '{CONTAINER}' is not any more what the script wrote.",
            fix="Start the job again, and let nobody else write there.",
            target="output",
        )


def _content(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece
