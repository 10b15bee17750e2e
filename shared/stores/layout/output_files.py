"""Predictions of several files: cut out of the parts in input order, and listed when all are there.

1. The parts are read once to check them, and to count the files: what cannot be is refused before
   anything is written.
2. They are read again, and each frame's rows go to their file. Of inputs one file is open at a
   time; of partitions all are, and share a bounded memory.
3. The marker lists the files. It is written last: without it the folder is nothing whole.

The folder is the job's own. Each step finds what it did before, and writes the same bytes again.
"""

import hashlib
import json
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait

from shared.domain.errors import Conflict, InvalidRequest
from shared.domain.job import JobSpec
from shared.domain.output_folder import InputNames, PartitionNames
from shared.domain.output_options import MOST_INPUTS, MOST_PARTITIONS, OutputLayout
from shared.domain.receipt import PublishedFile, write_file
from shared.domain.resolved_deployment import Location
from shared.ports import Blobs
from shared.stores.blocks import write_pieces
from shared.stores.file_bytes import FileBytes
from shared.stores.frames import BadFrame, Piece, frames
from shared.stores.layout.open_file import OpenFile
from shared.stores.output_content import BAD_ROWS, OutputContent
from shared.stores.parquet.parquet_file import NotAsTold
from shared.stores.published import OWNER, ROWS, Published, find_own
from shared.stores.results import Results

# Commits under way while the next file is made.
AT_ONCE = 16


class OutputFiles:
    """Thread-safe."""

    def __init__(self, blobs: Blobs, results: Results, content: OutputContent) -> None:
        self._blobs = blobs
        self._committers = results.readers
        self._content = content

    def publish(self, spec: JobSpec, shards: Sequence[int]) -> Published:
        """Raises Damaged, InvalidRequest, and Conflict when the folder has other files."""
        own = find_own(self._blobs, spec, spec.output.location)
        if own is not None:
            return own.model_copy(update={"files": self._listed(spec)})
        if self.is_taken(spec):
            raise Conflict(
                f"The output folder '{spec.output.uri}' has files that are not this job's.",
                fix="Choose another output path, or delete the folder first.",
                target="output",
            )
        try:
            count = self._count(spec, shards)
            files = _Files(spec, self._blobs, self._content.files(spec, shards, count))
            return self._mark(spec, list(self._write(files, self._frames(spec, shards))))
        except (BadFrame, NotAsTold) as error:
            self._remove(spec)
            raise InvalidRequest(f"{BAD_ROWS[0]}: {error}.", fix=BAD_ROWS[1]) from error
        except (InvalidRequest, Conflict):
            self._remove(spec)
            raise

    def _remove(self, spec: JobSpec) -> None:
        """What was written of an output that cannot be."""
        output = spec.output
        for item in self._blobs.list_blobs(output.location.container, f"{output.folder}/"):
            if item.metadata.get(OWNER) == spec.name and ROWS in item.metadata:
                self._blobs.delete(output.location.container, item.name)

    def is_taken(self, spec: JobSpec) -> bool:
        """Whether anything in the folder is not this job's."""
        output = spec.output
        listed = self._blobs.list_blobs(output.location.container, f"{output.folder}/")
        return any(item.metadata.get(OWNER) != spec.name for item in listed)

    def _frames(self, spec: JobSpec, shards: Sequence[int]) -> Iterator[Piece]:
        return frames(self._content.rows(spec, shards))

    def _count(self, spec: JobSpec, shards: Sequence[int]) -> int:
        """How many files there will be."""
        keys = {piece.key for piece in self._frames(spec, shards)}
        is_hive = spec.settings.output.layout is OutputLayout.HIVE
        most = MOST_PARTITIONS if is_hive else MOST_INPUTS
        if len(keys) > most:
            raise InvalidRequest(
                f"The rows are for {len(keys)} files, and an output has {most} at most.",
                fix="Partition by columns with fewer values, or use the outputLayout single.",
                target="properties.properties.outputLayout",
            )
        return len(keys)

    def _write(self, files: "_Files", pieces: Iterator[Piece]) -> Iterator[PublishedFile]:
        under_way = deque[Future[PublishedFile]]()
        try:
            for piece in pieces:
                for closed in files.closed_before(piece.key):
                    under_way.append(self._committers.submit(closed.close))
                    if len(under_way) > AT_ONCE:
                        yield under_way.popleft().result()
                files.open(piece.key).take(piece)
            under_way.extend(self._committers.submit(file.close) for file in files.left)
            while under_way:
                yield under_way.popleft().result()
        finally:
            wait(under_way)

    def _mark(self, spec: JobSpec, files: list[PublishedFile]) -> Published:
        rows = sum(file.rows or 0 for file in files)
        document = {"rows": rows, "files": [write_file(file) for file in files]}
        text = json.dumps(document, indent=1, ensure_ascii=False).encode()
        digest = hashlib.sha256(text).hexdigest()
        published = Published(bytes=len(text), rows=rows, sha256=digest)
        try:
            write_pieces(
                self._blobs,
                spec.output.location,
                [text],
                lambda: published.metadata(spec),
                if_absent=True,
            )
        except Conflict:
            if find_own(self._blobs, spec, spec.output.location) != published:
                raise
        return published.model_copy(update={"files": tuple(files)})

    def _listed(self, spec: JobSpec) -> tuple[PublishedFile, ...]:
        location = spec.output.location
        document = json.loads(self._blobs.read(location.container, location.path).data)
        return tuple(PublishedFile(**file) for file in document["files"])


class _Files:
    """Those that are open: of inputs the last one, of partitions all."""

    def __init__(self, spec: JobSpec, blobs: Blobs, contents: Iterator[FileBytes]) -> None:
        self._spec, self._blobs, self._contents = spec, blobs, contents
        options = spec.settings.output
        self._is_hive = options.layout is OutputLayout.HIVE
        self._names = (
            PartitionNames(len(options.partition), options.extension)
            if self._is_hive
            else InputNames(spec.input.location.path, options.extension)
        )
        self._open = dict[str, OpenFile]()

    def closed_before(self, key: str) -> list[OpenFile]:
        """Those that get no more rows, when this one's come."""
        if self._is_hive or key in self._open:
            return []
        done, self._open = list(self._open.values()), {}
        return done

    def open(self, key: str) -> OpenFile:
        if key not in self._open:
            folder = Location(
                container=self._spec.output.location.container, path=self._spec.output.folder
            )
            name = self._names.name_of(key)
            self._open[key] = OpenFile(self._blobs, self._spec, folder, name, next(self._contents))
        return self._open[key]

    @property
    def left(self) -> list[OpenFile]:
        return list(self._open.values())
