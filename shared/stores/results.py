"""Results: rows on their way from a bundle to its shard's part.

1. A bundle's rows are staged as blocks of its shard's part. A block's id holds the span and the
   digest of the rows, so a late twin that computed something else cannot take its place.
2. The bundle's record (reports, errors, segment) is written under a name that holds its digest.
3. A shard's accepted bundles become its part, `<job>/parts/<shard>`, in input order, and its
   summary, `<job>/outcomes/<shard>.json`.
"""

import hashlib
import json
import operator
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from functools import reduce
from pathlib import Path

from pydantic import Field

from shared.domain.errors import NotFound
from shared.domain.message import Message
from shared.domain.minibatch import MINIBATCHES_PER_SHARD, Span
from shared.domain.outcome import FailedTry, FileError, Load, MinibatchReport, Segment, Tally
from shared.domain.plan import Plan
from shared.domain.side_contents import StoredChange
from shared.domain.task import AcceptedBundle
from shared.domain.value_shape import Columns
from shared.ports import Blobs
from shared.stores.blocks import BLOCK_BYTES, CountedBytes, in_blocks
from shared.stores.bundle_rows import BundleRows, FindJob
from shared.stores.documents import Documents
from shared.stores.job_columns import JobColumns
from shared.stores.jobs import CONTAINER

DIGEST_CHARS = 12


class Record(Message):
    """What one bundle left: rows, a report per mini-batch, errors, and changes of side files.

    `process` is what the scorer is called in the job's logs, and `turn` counts its bundles. Its
    end may bring more, with `may_write_at_end`; without it the bundle is not whole, if it
    `must_end_well`. Files called as `alone` says must be of this process only. `cut_off` counts the
    scorer's mini-batches so far of which a process that was ended had still something to write.
    `tries` are those that failed, `loads` the starts of the scorer's process since its last bundle;
    `memory_mb` is the most that it was seen to hold, where there is a limit. `columns` is the
    header of its rows, if they need one and there are any; `shapes` what their values are, of a
    file whose columns have types. `rewritten` are side files that were written again with the bytes
    that they had: another bundle has those as a change. `apart` is why files share no predict(),
    where comparing has shown it.
    """

    segment: Segment
    reports: list[MinibatchReport]
    errors: list[FileError]
    changes: list[StoredChange] = Field(default_factory=list)
    process: str = ""
    turn: int = 0
    may_write_at_end: bool = False
    must_end_well: bool = False
    alone: list[str] = Field(default_factory=list[str])
    cut_off: int = 0
    apart: str = ""
    tries: list[FailedTry] = Field(default_factory=list[FailedTry])
    loads: list[Load] = Field(default_factory=list[Load])
    memory_mb: int = 0
    memory_limit_mb: int = 0
    columns: tuple[str, ...] = ()
    shapes: Columns = Field(default_factory=dict, exclude_if=operator.not_)
    rewritten: list[str] = Field(default_factory=list[str], exclude_if=operator.not_)


class Summary(Message):
    """A closed shard: its bundles' records in order."""

    shard: int
    span: Span
    records: list[Record]


class Damaged(Exception):
    """A shard's part or summary is missing or not what was accepted: it must be scored again."""

    def __init__(self, shard: int) -> None:
        super().__init__(f"The part of shard {shard} is missing or damaged.")
        self.shard = shard


class Results:
    """Thread-safe. `readers` runs small reads, and small writes, side by side.

    Rows of a job that `find_job` has may be read `rows_after_s` seconds after they were staged.
    """

    def __init__(
        self,
        blobs: Blobs,
        readers: Executor,
        find_job: FindJob = lambda _: None,
        *,
        rows_after_s: float = 0.0,
    ) -> None:
        self._blobs = blobs
        self._documents = Documents(blobs, CONTAINER)
        self.readers = readers
        self.columns = JobColumns(blobs)
        self.bundle_rows = BundleRows(blobs, readers, find_job, after_s=rows_after_s)

    def stage(
        self,
        job: str,
        shard: int,
        span: Span,
        rows: int,
        outputs: list[Path],
        *,
        are_readable: bool = False,
    ) -> Segment:
        """Stage the rows in the files, in that order, as blocks of the shard's part.

        They `are_readable` before the part stands if they are to have a blob of their own.
        """
        content = CountedBytes(_content(outputs))
        content.exhaust()
        blocks = -(-content.size // BLOCK_BYTES)
        sha256, size = content.sha256, content.size
        segment = Segment(span=span, rows=rows, bytes=size, sha256=sha256, blocks=blocks)
        passing, part = in_blocks(_content(outputs)), part_name(job, shard)
        if are_readable and size:
            passing = self.bundle_rows.passing(job, shard, segment, part, passing)
        for index, block in enumerate(passing):
            self._blobs.stage(CONTAINER, part, _block_id(span, sha256, index), block)
        return segment

    def record(self, job: str, shard: int, record: Record) -> str:
        """Write a bundle's record; its name is determined by its content."""
        wire = record.to_wire()
        digest = hashlib.sha256(json.dumps(wire).encode()).hexdigest()[:DIGEST_CHARS]
        span = record.segment.span
        name = f"{job}/outcomes/{shard:06d}/{span.first:09d}-{span.stop:09d}-{digest}.json"
        self._documents.put(name, wire)
        return name

    def close_shard(
        self, job: str, shard: int, bundles: list[AcceptedBundle], media_type: str = "text/csv"
    ) -> Summary:
        """Commit the shard's part and write its summary.

        Raises NotFound or BlocksMissing when the store lost a record or a block.
        """
        records = list(self.readers.map(self.read_record, [bundle.record for bundle in bundles]))
        blocks = [
            _block_id(record.segment.span, record.segment.sha256, index)
            for record in records
            for index in range(record.segment.blocks)
        ]
        self._blobs.commit(CONTAINER, part_name(job, shard), blocks, content_type=media_type)
        span = Span(
            first=min((bundle.span.first for bundle in bundles), default=0),
            stop=max((bundle.span.stop for bundle in bundles), default=0),
        )
        summary = Summary(shard=shard, span=span, records=records)
        self._documents.put(summary_name(job, shard), summary.to_wire())
        return summary

    def summary(self, job: str, shard: int) -> Summary:
        """Raises Damaged."""
        try:
            return Summary.from_wire(self._documents.read(summary_name(job, shard)).body)
        except NotFound:
            raise Damaged(shard) from None

    def summaries(self, job: str, shards: int) -> Iterator[Summary]:
        """The summaries of the first `shards` shards, in order; raises Damaged at a missing one."""
        return (self.summary(job, shard) for shard in range(shards))

    def reached(self, job: str, before: Tally, closed: Summary) -> Tally:
        """The counts of a job that had those `before`, once a shard is closed, from its records.

        A shard that was closed again, or before its turn, counts once and in its place.
        """
        first = closed.shard * MINIBATCHES_PER_SHARD
        if before.minibatches > first:
            return before
        if before.minibatches == first:
            return before.plus(_sum(closed)).settled()
        try:
            return _total(map(_sum, self.summaries(job, closed.shard + 1))).settled()
        except Damaged:
            return before

    def tally(self, job: str, plan: Plan) -> Tally:
        """The counts of a whole job; see `account`."""
        return self.account(job, plan)[0]

    def account(self, job: str, plan: Plan) -> tuple[Tally, str]:
        """The counts of a whole job, and why its files share no predict(), from its records.

        Raises Damaged unless they hold every planned mini-batch just once, in order.
        """
        tally, next_minibatch, apart = Tally(), 0, ""
        for summary in self.summaries(job, plan.shards):
            for record in summary.records:
                if record.segment.span.first != next_minibatch:
                    raise Damaged(summary.shard)
                next_minibatch = record.segment.span.stop
                tally = tally.plus(_counts(record))
                apart = apart or record.apart
        if next_minibatch != plan.minibatches:
            raise Damaged(plan.shards - 1)
        return tally, apart

    def read_record(self, name: str) -> Record:
        """Raises NotFound."""
        return Record.from_wire(self._documents.read(name).body)


def _total(tallies: Iterable[Tally]) -> Tally:
    return reduce(lambda one, other: one.plus(other), tallies, Tally())


def _sum(summary: Summary) -> Tally:
    return _total(map(_counts, summary.records))


def _counts(record: Record) -> Tally:
    return Tally.of(record.reports).model_copy(update={"rows": record.segment.rows})


def _content(outputs: Iterable[Path]) -> Iterator[bytes]:
    for output in outputs:
        with output.open("rb") as file:
            while piece := file.read(BLOCK_BYTES):
                yield piece


def _block_id(span: Span, sha256: str, index: int) -> str:
    return f"{span.first:09d}-{span.stop:09d}-{sha256[:DIGEST_CHARS]}-{index:06d}"


def part_name(job: str, shard: int) -> str:
    return f"{job}/parts/{shard:06d}"


def summary_name(job: str, shard: int) -> str:
    return f"{job}/outcomes/{shard:06d}.json"
