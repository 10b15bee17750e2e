"""What the predictions file holds: the rows of all parts in input order, each part checked.

With a header, or as parquet, which is made of rows that are JSON.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from shared.domain.column_types import Types, leaf_count, mixed_columns, types_of
from shared.domain.deployment import OutputAction
from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.job import JobSpec
from shared.domain.outcome import Segment
from shared.domain.output_options import Compression
from shared.domain.value_shape import MOST_COLUMNS, WORDS, Columns, ValueKind, merged, texts_of
from shared.ports import Blobs
from shared.stores.blocks import BLOCK_BYTES, in_blocks
from shared.stores.file_bytes import FileBytes, TextBytes
from shared.stores.frames import BadFrame
from shared.stores.jobs import CONTAINER
from shared.stores.output_bytes import gzip_members, header_line
from shared.stores.parquet.parquet_file import GROUP_BYTES, NotAsTold, ParquetFile
from shared.stores.results import Damaged, Results, Summary, part_name
from shared.stores.unframed import unframed

# Of files that are open together; and of one of them, so that its blocks are not too many.
MEMORY_BYTES, LEAST_BLOCK = 128 << 20, 64 << 10
BAD_ROWS = (
    "Rows of the job are not what their process said of them",
    "Invoke again; let the script write nothing where its rows are kept.",
)


class OutputContent:
    """Thread-safe."""

    def __init__(self, blobs: Blobs, results: Results) -> None:
        self._blobs = blobs
        self._results = results

    def packed(self, spec: JobSpec, shards: Sequence[int]) -> Iterator[bytes]:
        """The blocks of a file that has the rows of these shards, in the form that was asked for.

        Raises Damaged when a part is not what was accepted, InvalidRequest where the rows do not
        fit the form.
        """
        blocks = in_blocks(self.formed(spec, shards))
        return gzip_members(blocks) if spec.settings.output.is_packed else blocks

    def formed(self, spec: JobSpec, shards: Sequence[int]) -> Iterator[bytes]:
        """The rows as the one file has them, but for its packing."""
        options = spec.settings.output
        if options.is_typed:
            yield from self._typed(spec, shards)
            return
        if options.has_header:
            columns = self._columns(spec.name, shards)
            yield header_line((*options.partition, *columns) if columns else ())
        yield from self._plain(spec, shards)

    def files(self, spec: JobSpec, shards: Sequence[int], count: int) -> Iterator[FileBytes]:
        """As many files as are asked for, each with the rows that it will be given.

        `count` of them share the memory. Raises InvalidRequest.
        """
        options, share = spec.settings.output, max(LEAST_BLOCK, MEMORY_BYTES // max(1, count))
        is_packed = options.compress is Compression.GZIP
        if options.is_typed:
            types = self._types(spec.name, shards)
            while True:
                yield ParquetFile(types, is_packed=is_packed, group_bytes=min(share, GROUP_BYTES))
        header = header_line(self._columns(spec.name, shards)) if options.has_header else b""
        while True:
            yield TextBytes(header, is_packed=is_packed, block=min(share, BLOCK_BYTES))

    def _typed(self, spec: JobSpec, shards: Sequence[int]) -> Iterator[bytes]:
        is_packed = spec.settings.output.compress is Compression.GZIP
        types = types_of(texts_of(spec.settings.output.partition))
        types |= self._types(spec.name, shards)
        file = ParquetFile(types, is_packed=is_packed)
        try:
            for piece in self._plain(spec, shards):
                yield from file.take(piece)
            yield from file.end()
        except NotAsTold as error:
            raise InvalidRequest(f"{BAD_ROWS[0]}: {error}.", fix=BAD_ROWS[1]) from error

    def _plain(self, spec: JobSpec, shards: Sequence[int]) -> Iterator[bytes]:
        """The rows without their frames, if they are for several files. Raises InvalidRequest."""
        options, rows = spec.settings.output, self.rows(spec, shards)
        try:
            yield from rows if options.is_single else unframed(rows, options)
        except BadFrame as error:
            raise InvalidRequest(f"{BAD_ROWS[0]}: {error}.", fix=BAD_ROWS[1]) from error

    def _types(self, job: str, shards: Sequence[int]) -> Types:
        types = types_of(self.shapes(job, shards))
        if leaf_count(types) > MOST_COLUMNS:
            raise InvalidRequest(
                f"The rows have {leaf_count(types)} columns, with those of nested values, and "
                f"parquet files get {MOST_COLUMNS} at most.",
                fix="Return fewer names, or use the output format jsonl.",
            )
        return types

    def mixed(self, spec: JobSpec, shards: Sequence[int]) -> list[str]:
        """Columns that have no type, each with what its values are, in words. Raises Damaged."""
        if not spec.settings.output.is_typed:
            return []
        found = mixed_columns(self.shapes(spec.name, shards))
        return [f"'{name[:100]}' ({_listed(kinds)})" for name, kinds in found]

    def shapes(self, job: str, shards: Sequence[int]) -> Columns:
        """What the values of all rows are, in the order of the plan. Raises Damaged."""
        columns: Columns = {}
        for shard in shards:
            for record in self._results.summary(job, shard).records:
                columns = merged(columns, record.shapes)
        return columns

    def _columns(self, job: str, shards: Sequence[int]) -> tuple[str, ...]:
        """Those that all rows have; none where there are no rows. Raises InvalidRequest."""
        found = dict[tuple[str, ...], int]()
        for shard in shards:
            for record in self._results.summary(job, shard).records:
                if record.columns:
                    found.setdefault(record.columns, record.segment.span.first)
        if len(found) > 1:
            first, other = list(found.values())[:2]
            raise InvalidRequest(
                f"The rows from mini-batch {other} on have other columns than those from "
                f"mini-batch {first} on, so that no header fits them.",
                fix="Give every file the same columns, or use the output format jsonl.",
            )
        return next(iter(found), ())

    def rows(self, spec: JobSpec, shards: Sequence[int]) -> Iterator[bytes]:
        """The rows; of a script that writes its own files, a line for each mini-batch."""
        job = spec.name
        for shard in shards:
            summary = self._results.summary(job, shard)
            if spec.settings.output_action is OutputAction.SUMMARY_ONLY:
                yield from _lines(summary)
                continue
            segments = [record.segment for record in summary.records]
            try:
                pieces = self._blobs.chunks(CONTAINER, part_name(job, shard), size=BLOCK_BYTES)
                yield from _checked(pieces, segments, shard)
            except NotFound:
                raise Damaged(shard) from None


def _listed(kinds: Sequence[ValueKind]) -> str:
    return " beside ".join(WORDS[kind] for kind in kinds)


def _lines(summary: Summary) -> Iterator[bytes]:
    """`mini-batch,files,failed files` for each mini-batch, in order."""
    for record in summary.records:
        for report in record.reports:
            yield f"{report.index},{report.files},{report.failed_files}\n".encode()


def _checked(pieces: Iterable[bytes], segments: list[Segment], shard: int) -> Iterator[bytes]:
    """Hand the pieces on; raise Damaged unless they are just the segments, one after the other."""
    stream = _Stream(pieces)
    for segment in segments:
        digest = hashlib.sha256()
        for piece in stream.take(segment.bytes):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != segment.sha256:
            raise Damaged(shard)
    if next(stream.take(1), None) is not None:
        raise Damaged(shard)


class _Stream:
    """Bytes that arrive in pieces, taken by count."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def take(self, count: int) -> Iterator[bytes]:
        """The next `count` bytes, in pieces; fewer if the stream ends."""
        while count > 0:
            piece = self._rest or next(self._pieces, b"")
            if not piece:
                return
            yield piece[:count]
            self._rest = piece[count:]
            count -= min(count, len(piece))
