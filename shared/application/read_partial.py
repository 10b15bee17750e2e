"""Read the rows that a job has scored so far: pieces in input order, and what is missing.

1. A closed shard's part is one piece. Of the shard that is being scored each finished bundle is
   one, which its part replaces once the shard is closed: then the pieces are asked for again.
2. All that is finished is in, whatever is missing before it; the spans of both are told.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from shared.application.inspect_job import Inspected
from shared.domain.cleared import check_parts_kept
from shared.domain.deployment import OutputAction
from shared.domain.errors import Conflict
from shared.domain.job import Job, JobStatus
from shared.domain.minibatch import Span, joined, shard_span
from shared.domain.outcome import Segment, Tally
from shared.domain.partial_rows import MOST_LISTED, Missing, gaps
from shared.domain.plan import Plan
from shared.domain.resolved_deployment import Location
from shared.stores.bundle_rows import rows_of
from shared.stores.jobs import CONTAINER
from shared.stores.partial_results import files_of, first_names
from shared.stores.plans import Plans
from shared.stores.results import Damaged, Record, Results, part_name
from shared.stores.sheets import Sheets

# A shard has up to 200 segments, of some 150 bytes each.
SHARDS_AT_ONCE = 25


@dataclass(frozen=True)
class Piece:
    """Bytes of rows, in the store, and the segments that they are; `files` may have failed."""

    location: Location
    segments: list[Segment]
    files: int

    @classmethod
    def of(cls, location: Location, records: Sequence[Record]) -> Self:
        tally = Tally.of([report for record in records for report in record.reports])
        return cls(location, [record.segment for record in records], tally.files)

    @property
    def spans(self) -> list[Span]:
        return joined(segment.span for segment in self.segments)


@dataclass(frozen=True)
class PartialView:
    """Pieces of some shards, and the shard with which the next ones begin; the rest is of it all.

    `columns` are the header of a form that has one.
    """

    pieces: list[Piece]
    next_shard: int | None
    columns: tuple[str, ...]
    done: list[Span]
    missing: Missing


@dataclass(frozen=True)
class ReadPartial:
    sheets: Sheets
    results: Results
    plans: Plans
    shards_at_once: int = SHARDS_AT_ONCE

    def __call__(self, seen: Inspected, first: int) -> PartialView:
        """From that shard on; raises Conflict for a job that has none, Removed."""
        job, plan = seen.job, seen.plan
        _check_partial(job)
        check_parts_kept(job.spec.name, job.cleared)
        stop = first + self.shards_at_once
        closed = range(first, min(stop, len(seen.closed)))
        pieces = [self._part(job.spec.name, shard) for shard in closed]
        is_last = len(seen.closed) < stop
        bundles = self._open_bundles(seen)
        if is_last:
            pieces += bundles
        done = joined([*self._closed_spans(seen), *(span for one in bundles for span in one.spans)])
        spans = list(gaps(done, plan.minibatches))
        files = files_of(self.plans, job.spec.name, plan.key, spans)
        missing = Missing(
            mini_batches=spans,
            files=self._missing_files(job, plan, spans),
            first_files=first_names(files, MOST_LISTED),
        )
        columns = (
            self.results.columns.known(job.spec) if job.spec.settings.output.has_header else ()
        )
        full = [piece for piece in pieces if piece.segments]
        return PartialView(full, None if is_last else stop, columns, done, missing)

    def _missing_files(self, job: Job, plan: Plan, spans: Sequence[Span]) -> int:
        """A file that is split is missing as long as its last piece is."""
        if plan.pieces:
            files = files_of(self.plans, job.spec.name, plan.key, spans)
            return sum(file.piece is None or file.piece.is_last for file in files)
        size = job.spec.settings.mini_batch_size
        return sum(min(one.stop * size, plan.files) - one.first * size for one in spans)

    def _closed_spans(self, seen: Inspected) -> list[Span]:
        """Only in the last shard of a job that was stopped something is missing."""
        if not seen.closed:
            return []
        last = len(seen.closed) - 1
        before = [shard_span(shard, seen.plan.minibatches) for shard in range(last)]
        return [*before, *self._part(seen.job.spec.name, last).spans]

    def _part(self, job: str, shard: int) -> Piece:
        place = Location(container=CONTAINER, path=part_name(job, shard))
        with suppress(Damaged):
            return Piece.of(place, self.results.summary(job, shard).records)
        return Piece(place, [], 0)

    def _open_bundles(self, seen: Inspected) -> list[Piece]:
        """A bundle that ran twice is in once: whichever comes first, both are its rows."""
        job, shard = seen.job.spec, seen.open_shard
        if shard is None:
            return []
        records = self.sheets.records(job, shard, seen.open_records)
        written = self.results.bundle_rows.written(job.name, shard) if records else set[str]()
        records = [one for one in records if self._is_readable(job.name, shard, one, written)]
        records.sort(key=lambda one: (one.segment.span.first, -one.segment.span.stop))
        found, reached = list[Piece](), 0
        for record in records:
            if record.segment.span.first >= reached:
                reached = record.segment.span.stop
                found.append(Piece.of(rows_of(job.name, shard, record.segment), [record]))
        return found

    @staticmethod
    def _is_readable(job: str, shard: int, record: Record, written: set[str]) -> bool:
        """What was staged a moment ago is not there yet."""
        segment = record.segment
        return not segment.bytes or rows_of(job, shard, segment).path in written


def _check_partial(job: Job) -> None:
    name, settings = job.spec.name, job.spec.settings
    if job.state.status is JobStatus.COMPLETED:
        raise Conflict(
            f"Job '{name}' is Completed: its predictions are whole.",
            fix=f"Fetch them: bep job download --name {name}",
            target="job",
        )
    if settings.output_action is OutputAction.SUMMARY_ONLY:
        raise Conflict(
            f"Job '{name}' has no rows: with summary_only its script writes its own files, which "
            "are published when it completes.",
            fix="Follow it until it has ended.",
            target="job",
        )
    if not settings.output.keeps_partial:
        raise Conflict(
            f"Job '{name}' was told to show no partial rows, by outputPartial.",
            fix="Follow it until it has ended; for the next one, set outputPartial to keep.",
            target="job",
        )
    if not settings.output.shows_partial:
        raise Conflict(
            f"Job '{name}' has the outputLayout {settings.output.layout}, and its rows are put "
            "together when it ends.",
            fix="When it has ended without completing, fetch what it kept: bep job download "
            f"--name {name} --output-name partial",
            target="job",
        )
