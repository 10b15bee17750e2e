"""What scripts wrote under AZUREML_BI_OUTPUT_PATH, published beside the predictions exactly once.

1. A bundle's changes are stored under its digest: files replaced, appended to, or removed.
2. At the end of the job the accepted bundles' changes are applied in input order.
3. Each resulting file is committed in one step, which finds its own earlier commit again.
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from shared.domain.errors import Conflict, NotFound
from shared.domain.job import JobSpec
from shared.domain.message import Message
from shared.domain.minibatch import Span
from shared.domain.recipe import Location
from shared.domain.side_names import SideNames
from shared.ports import Blobs
from shared.stores.blocks import in_blocks
from shared.stores.jobs import CONTAINER

OWNER = "batch_job"


@dataclass(frozen=True)
class Change:
    """One change that a script made: `path` holds the bytes; None when the file was removed."""

    name: str
    path: Path | None
    is_appended: bool


class StoredChange(Message):
    """A change whose bytes are safe in the store, in `blob`; empty when the file was removed."""

    name: str
    blob: str
    is_appended: bool


class SideFiles:
    """Thread-safe. `writers` runs many small writes side by side."""

    def __init__(self, blobs: Blobs, writers: Executor) -> None:
        self._blobs = blobs
        self._writers = writers

    def store(self, job: str, span: Span, changes: Sequence[Change]) -> list[StoredChange]:
        """Put the changes of one bundle into the store; they are told in order."""
        numbered = self._writers.map(lambda one: self._stored(job, span, *one), enumerate(changes))
        return list(numbered)

    def publish(self, spec: JobSpec, changes: Iterable[tuple[str, StoredChange]]) -> int:
        """Commit what the changes make, beside the predictions; returns how many files.

        Each change comes with the process that made it. A file is repeated in its place while the
        store does not answer; what an earlier try published is left alone. Raises Conflict when a
        file exists that is not this job's.
        """
        contents = contents_of(changes)
        output = spec.output.location
        names = SideNames(output=output.path)
        there = self._there(output, names, contents)

        def commit(name: str) -> None:
            place = Location(container=output.container, path=names.blob_of(name))
            if place.path not in there or self._owner(place) != spec.name:
                self._commit(spec, place, contents[name])

        return len(list(self._writers.map(commit, contents)))

    def _there(self, output: Location, names: SideNames, wanted: Iterable[str]) -> set[str]:
        """Those of the blobs that are there already: none but at a second try, as a rule."""
        if not (blobs := {names.blob_of(name) for name in wanted}):
            return blobs
        listed = self._blobs.list_names(output.container, names.blob_of(""))
        return blobs.intersection(listed)

    def _stored(self, job: str, span: Span, index: int, change: Change) -> StoredChange:
        if change.path is None:
            return StoredChange(name=change.name, blob="", is_appended=False)
        with change.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        blob = f"{job}/side/{span.first:09d}-{span.stop:09d}/{index:06d}-{digest}"
        self._write(Location(container=CONTAINER, path=blob), _content(change.path), {})
        return StoredChange(name=change.name, blob=blob, is_appended=change.is_appended)

    def _commit(self, spec: JobSpec, place: Location, blobs: list[str]) -> None:
        pieces = (piece for blob in blobs for piece in self._blobs.chunks(CONTAINER, blob))
        try:
            self._write(place, pieces, {OWNER: spec.name}, if_absent=True)
        except Conflict:
            if self._owner(place) != spec.name:
                raise

    def _owner(self, place: Location) -> str:
        try:
            return self._blobs.head(place.container, place.path).metadata.get(OWNER, "")
        except NotFound:
            return ""

    def _write(
        self,
        place: Location,
        pieces: Iterable[bytes],
        metadata: dict[str, str],
        *,
        if_absent: bool = False,
    ) -> None:
        blocks = in_blocks(pieces)
        first, second = next(blocks, b""), next(blocks, None)
        if second is None:  # most side files are small: one request is enough
            self._blobs.write(
                place.container,
                place.path,
                first,
                if_absent=if_absent,
                is_repeatable=if_absent,
                metadata=metadata,
            )
            return
        names = list[str]()
        for block in itertools.chain((first, second), blocks):
            names.append(f"{len(names):08d}")
            self._blobs.stage(place.container, place.path, names[-1], block)
        self._blobs.commit(
            place.container,
            place.path,
            names,
            if_absent=if_absent,
            is_repeatable=if_absent,
            metadata=metadata,
        )


def contents_of(changes: Iterable[tuple[str, StoredChange]]) -> dict[str, list[str]]:
    """The blobs that make up each file, of changes in input order, each with its process.

    A process sees what it wrote itself. A file that one of them went on with from mini-batch to
    mini-batch is a log: each process has its lines in it, also the successor of one that was
    killed. Of any other file the last one that was written counts, whole.
    """
    pieces: dict[str, list[tuple[str, str]]] = {}
    logs = set[str]()
    for process, change in changes:
        held = pieces.setdefault(change.name, [])
        if change.is_appended:
            logs.add(change.name)
        else:
            held[:] = [piece for piece in held if piece[0] != process]
        if change.blob:
            held.append((process, change.blob))
    return {
        name: [blob for process, blob in held if name in logs or process == held[-1][0]]
        for name, held in pieces.items()
        if held
    }


def _content(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece
