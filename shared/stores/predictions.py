"""The predictions file: assembled from the parts in input order, published in one atomic step.

Every segment of every part is checked against the digest that its bundle recorded, before the
file is committed. The commit refuses an existing file, unless it is this job's own earlier commit.
The part of a job of one shard is the whole file: the store copies it, if it can. Predictions of
several files are in `layout/`.
"""

from shared.domain.deployment import OutputAction
from shared.domain.errors import Conflict, NotFound, PreconditionFailed
from shared.domain.job import JobSpec
from shared.ports import Blobs
from shared.stores.blocks import CountedBytes
from shared.stores.jobs import CONTAINER
from shared.stores.layout.output_files import OutputFiles
from shared.stores.output_content import OutputContent
from shared.stores.output_names import OutputNames
from shared.stores.published import Published, find_own
from shared.stores.results import Damaged, Results, part_name


class Predictions:
    """Thread-safe."""

    def __init__(self, blobs: Blobs, results: Results) -> None:
        self._blobs = blobs
        self._results = results
        self.content = OutputContent(blobs, results)
        self.names = OutputNames(blobs)
        self._files = OutputFiles(blobs, results, self.content)

    def publish(self, spec: JobSpec, shards: int) -> Published:
        """Assemble the file and commit it; doing so again finds the first commit.

        Raises Damaged when a part is not what was accepted, and Conflict when the file exists and
        is not this job's.
        """
        if not spec.settings.output.is_single:
            return self._files.publish(spec, range(shards))
        if (published := self._find_own(spec)) is not None:
            return published
        is_copy = shards == 1 and spec.settings.output.is_plain
        if is_copy and spec.settings.output_action is OutputAction.APPEND_ROW:
            copied = self._copy_part(spec)
            if copied is not None:
                return copied
        return self._assemble(spec, shards)

    def _copy_part(self, spec: JobSpec) -> Published | None:
        """A job of one shard: its part is the file, once it is checked, and the store copies it.

        None: the store cannot.
        """
        part, output = (CONTAINER, part_name(spec.name, 0)), spec.output.location
        try:
            checked_at = self._blobs.head(*part).etag
        except NotFound:
            raise Damaged(0) from None
        content = CountedBytes(self.content.rows(spec, [0]))
        content.exhaust()
        published = self._published(spec, content, 1)
        try:
            is_copied = self._blobs.copy(
                part,
                (output.container, output.path),
                if_match=checked_at,
                metadata=published.metadata(spec),
            )
        except Conflict:
            if self._find_own(spec) != published:
                raise
            return published
        except PreconditionFailed:
            return None
        return published if is_copied else None

    def _assemble(self, spec: JobSpec, shards: int) -> Published:
        """The parts one after the other, each checked as it passes."""
        output = spec.output.location
        content, names = CountedBytes(self.content.packed(spec, range(shards))), list[str]()
        for block in content:
            names.append(f"{spec.child[:8]}-{len(names):08d}")
            self._blobs.stage(output.container, output.path, names[-1], block)
        published = self._published(spec, content, shards)
        self._commit(spec, names, published)
        return published

    def _published(self, spec: JobSpec, content: CountedBytes, shards: int) -> Published:
        rows = sum(self._rows(spec.name, shard) for shard in range(shards))
        return Published(bytes=content.size, rows=rows, sha256=content.sha256)

    def _commit(self, spec: JobSpec, blocks: list[str], published: Published) -> None:
        output = spec.output.location
        try:
            self._blobs.commit(
                output.container,
                output.path,
                blocks,
                if_absent=True,
                is_repeatable=True,
                metadata=published.metadata(spec),
                content_type=spec.settings.output.media_type,
            )
        except Conflict:
            if self._find_own(spec) != published:
                raise

    def _find_own(self, spec: JobSpec) -> Published | None:
        return find_own(self._blobs, spec, spec.output.location)

    def is_taken(self, spec: JobSpec) -> bool:
        """Whether a file that is not this job's stands where its predictions are to be."""
        if not spec.settings.output.is_single:
            return self._files.is_taken(spec)
        output = spec.output.location
        is_there = self._blobs.exists(output.container, output.path)
        return is_there and self._find_own(spec) is None

    def _rows(self, job: str, shard: int) -> int:
        return sum(record.segment.rows for record in self._results.summary(job, shard).records)
