"""Rows of a job that did not complete, kept beside its output: `partial/<job>/rows.csv`.

1. The parts of closed shards are assembled as predictions are, in input order; a part that the
   store lost is left out.
   Rows of several files are put into the one, with the columns that their paths had.
2. The file is committed in one step, which finds its own earlier commit again.
3. `receipt.json` comes beside it: the job's receipt, which says what is missing.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from shared.domain.errors import Conflict, NotFound
from shared.domain.job import JobSpec
from shared.domain.minibatch import MINIBATCHES_PER_SHARD, PlannedFile, Span, joined
from shared.domain.outcome import Tally
from shared.domain.partial_rows import RECEIPT, KeptRows, partial_location, partial_uri
from shared.domain.partial_rows import ROWS as NAME
from shared.domain.receipt import Receipt
from shared.domain.resolved_deployment import Location
from shared.ports import Blobs
from shared.stores.blocks import CountedBytes
from shared.stores.content_types import JSON_TYPE
from shared.stores.plans import Plans
from shared.stores.predictions import Predictions
from shared.stores.published import OWNER, ROWS, SHA256
from shared.stores.reports import receipt_text
from shared.stores.results import Damaged, Results

# A job that was removed leaves its name to others, and its rows may stay.
RUN = "batch_run"


@dataclass(frozen=True)
class FinishedShards:
    """Closed shards, and what their bundles recorded: mini-batches, files and rows."""

    shards: Sequence[int]
    spans: list[Span]
    files: int
    rows: int


class PartialResults:
    """Thread-safe."""

    def __init__(self, blobs: Blobs, predictions: Predictions, results: Results) -> None:
        self._blobs = blobs
        self._predictions = predictions
        self._results = results

    def keep(self, spec: JobSpec, closed_shards: int) -> tuple[KeptRows, FinishedShards] | None:
        """Keep the rows of so many shards, from the first; None where there is no row.

        Doing so again finds what was kept. Raises Conflict where another's file stands.
        """
        shards: Sequence[int] = range(closed_shards)
        while (finished := self._finished(spec.name, shards)).rows:
            try:
                return self._commit(spec, finished), finished
            except Damaged as damage:
                shards = [shard for shard in finished.shards if shard != damage.shard]
        return None

    def write_receipt(self, spec: JobSpec, receipt: Receipt) -> None:
        """Beside the rows, once they are there."""
        place = partial_location(spec.output, spec.name, RECEIPT)
        self._blobs.write(
            place.container,
            place.path,
            receipt_text(receipt),
            metadata={OWNER: spec.name, RUN: spec.child},
            content_type=JSON_TYPE,
        )

    def _finished(self, job: str, shards: Sequence[int]) -> FinishedShards:
        whole, spans, tally, rows = list[int](), list[Span](), Tally(), 0
        for shard in shards:
            with suppress(Damaged):
                records = self._results.summary(job, shard).records
                whole.append(shard)
                spans = joined([*spans, *(record.segment.span for record in records)])
                tally = tally.plus(Tally.of([one for record in records for one in record.reports]))
                rows += sum(record.segment.rows for record in records)
        return FinishedShards(whole, spans, tally.files, rows)

    def _commit(self, spec: JobSpec, finished: FinishedShards) -> KeptRows:
        place = partial_rows(spec)
        if (kept := self._find_own(spec, place, finished)) is not None:
            return kept
        content, blocks = (
            CountedBytes(self._predictions.content.packed(spec, finished.shards)),
            list[str](),
        )
        for block in content:
            blocks.append(f"{spec.child[:8]}-{len(blocks):08d}")
            self._blobs.stage(place.container, place.path, blocks[-1], block)
        own = {OWNER: spec.name, RUN: spec.child}
        try:
            self._blobs.commit(
                place.container,
                place.path,
                blocks,
                if_absent=True,
                is_repeatable=True,
                metadata={**own, SHA256: content.sha256, ROWS: str(finished.rows)},
                content_type=spec.settings.output.media_type,
            )
        except Conflict:
            if (kept := self._find_own(spec, place, finished)) is None:
                raise
            return kept
        return _kept(spec, place, finished, content.size, content.sha256)

    def _find_own(
        self, spec: JobSpec, place: Location, finished: FinishedShards
    ) -> KeptRows | None:
        """What an earlier try of this step kept of just these rows."""
        with suppress(NotFound):
            blob = self._blobs.head(place.container, place.path)
            own = blob.metadata.get(RUN) == spec.child
            if own and blob.metadata.get(ROWS) == str(finished.rows):
                return _kept(spec, place, finished, blob.size, blob.metadata[SHA256])
        return None


def partial_rows(spec: JobSpec) -> Location:
    """The file that has them, if they are kept."""
    name = f"{NAME}{spec.settings.output.extension}"
    return partial_location(spec.output, spec.name, name)


def _kept(
    spec: JobSpec, place: Location, finished: FinishedShards, size: int, sha256: str
) -> KeptRows:
    name = place.path.rpartition("/")[2]
    return KeptRows(
        uri=partial_uri(spec.output, spec.name, name),
        bytes=size,
        rows=finished.rows,
        sha256=sha256,
        mini_batches=sum(len(span) for span in finished.spans),
        files=finished.files,
    )


def files_of(plans: Plans, job: str, key: str, spans: Sequence[Span]) -> Iterator[PlannedFile]:
    """The planned files of these mini-batches, in order, as far as the plan is there."""
    for span in spans:
        for number in range(span.first, span.stop):
            with suppress(NotFound):
                shard, one = number // MINIBATCHES_PER_SHARD, Span(first=number, stop=number + 1)
                yield from plans.part(job, key, shard, one).minibatch(number)


def first_names(files: Iterator[PlannedFile], most: int) -> list[str]:
    """The pieces of a file that is split are one name."""
    names = list[str]()
    for file in files:
        if len(names) == most:
            break
        if file.piece is None or names[-1:] != [file.name]:
            names.append(file.name)
    return names
