"""Sheets of a job's shards: `<job>/sheets/1/<shard>.json`, written when a shard is closed.

They are made of what bundles recorded, and nothing depends on them: where one is missing - the job
is older, or its shard still open - it is made of the records when it is asked for.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import batched, islice

from shared.domain.errors import NotFound
from shared.domain.job import JobSpec
from shared.domain.minibatch import Span, shard_span
from shared.domain.plan import Plan
from shared.domain.sheet import Sheet, SheetWriter
from shared.ports import Blobs
from shared.stores.content_types import JSON_TYPE
from shared.stores.jobs import CONTAINER
from shared.stores.recent import Recent
from shared.stores.results import Damaged, Record, Results, Summary, summary_name

log = logging.getLogger(__name__)
# Sheets as they were stored, some 10 kB each: two long jobs' worth.
SHEETS_CACHED = 600
RECORDS_CACHED = 400
READ_AHEAD = 32
# A shard has 200 mini-batches; repeated bundles leave a few records more.
MOST_RECORDS = 1_000
# A sheet that says more lies in another folder.
FOLDER = "sheets/1"


class Sheets:
    """Thread-safe."""

    def __init__(self, blobs: Blobs, results: Results) -> None:
        self._blobs = blobs
        self._results = results
        self._readers = results.readers
        self._sheets = Recent[tuple[str, int, str], bytes](SHEETS_CACHED)
        self._records = Recent[str, Record](RECORDS_CACHED)

    def begin_write(self, spec: JobSpec, plan: Plan, closed: Summary) -> Future[None]:
        """Write a closed shard's sheet, beside what else is to be done."""
        return self._readers.submit(self._write, spec, plan, closed)

    def _write(self, spec: JobSpec, plan: Plan, closed: Summary) -> None:
        """Whatever goes wrong with what only a page reads, the job goes on."""
        try:
            sheet = _sheet_of(spec, plan, closed.shard, closed.records)
            name = _name(spec.name, closed.shard)
            self._blobs.write(CONTAINER, name, _bytes_of(sheet), content_type=JSON_TYPE)
        except Exception:
            log.exception("no sheet job=%s shard=%s", spec.name, closed.shard)

    def ensure(self, spec: JobSpec, plan: Plan) -> None:
        """Write what is missing of closed shards, while their records are there."""
        listed = set(self._blobs.list_names(CONTAINER, f"{spec.name}/{FOLDER}/"))
        for shard in range(plan.shards):
            if _name(spec.name, shard) not in listed:
                with suppress(Damaged):
                    self._write(spec, plan, self._results.summary(spec.name, shard))

    def etags(self, job: str, shards: int) -> list[str]:
        """Of the first `shards` shards, as they are stored; empty where nothing is."""
        blobs = islice(self._blobs.list_blobs(CONTAINER, f"{job}/{FOLDER}/"), shards)
        listed = {item.name: item.etag for item in blobs}
        missing = [shard for shard in range(shards) if _name(job, shard) not in listed]
        older = self._readers.map(lambda shard: self._head(summary_name(job, shard)), missing)
        listed |= {_name(job, one): etag for one, etag in zip(missing, older, strict=True)}
        return [listed[_name(job, shard)] for shard in range(shards)]

    def etag(self, job: str, shard: int) -> str:
        """Of one closed shard; empty for one that is open."""
        return self._head(_name(job, shard)) or self._head(summary_name(job, shard))

    def read(self, spec: JobSpec, plan: Plan, shard: int, etag: str) -> Sheet:
        """A closed shard's; raises Damaged when there is no such shard."""
        key = spec.name, shard, etag
        data = self._sheets.get(key)
        if data is None:
            data = self._find(spec, plan, shard)
            self._sheets.put(key, data)
        return Sheet.model_validate_json(data)

    def read_all(self, spec: JobSpec, plan: Plan, etags: Mapping[int, str]) -> Iterator[Sheet]:
        """Those of many closed shards, in order, some of them read ahead."""
        for some in batched(etags.items(), READ_AHEAD, strict=False):
            yield from self._readers.map(lambda pair: self.read(spec, plan, pair[0], pair[1]), some)

    def record_names(self, job: str, shard: int) -> list[str]:
        """The records of an open shard so far; each is written once, under a name of its own."""
        prefix = f"{job}/outcomes/{shard:06d}/"
        return list(islice(self._blobs.list_names(CONTAINER, prefix), MOST_RECORDS))

    def read_open(
        self, spec: JobSpec, plan: Plan, shard: int, names: Sequence[str], running: Sequence[Span]
    ) -> Sheet:
        """An open shard's, of the records that are there."""
        return _sheet_of(spec, plan, shard, self.records(spec, shard, names), running)

    def record_of(self, spec: JobSpec, shard: int, number: int) -> Record | None:
        """What was recorded of the bundle that scored the mini-batch of that number."""
        names = [n for n in self.record_names(spec.name, shard) if number in _span_in(n)]
        records = self.records(spec, shard, names if len(names) == 1 else None)
        fitting = (one for one in reversed(records) if number in _range(one.segment.span))
        return next(fitting, None)

    def records(self, spec: JobSpec, shard: int, names: Sequence[str] | None) -> list[Record]:
        """A closed shard's records, in order; with `names` those of them that are there."""
        if names is None:
            with suppress(Damaged):
                return self._results.summary(spec.name, shard).records
            names = self.record_names(spec.name, shard)
        return [record for record in self._readers.map(self._record, names) if record]

    def _find(self, spec: JobSpec, plan: Plan, shard: int) -> bytes:
        try:
            return self._blobs.read(CONTAINER, _name(spec.name, shard)).data
        except NotFound:
            closed = self._results.summary(spec.name, shard)
            return _bytes_of(_sheet_of(spec, plan, shard, closed.records))

    def _record(self, name: str) -> Record | None:
        found = self._records.get(name)
        if found is None:
            with suppress(NotFound):
                found = self._results.read_record(name)
                self._records.put(name, found)
        return found

    def _head(self, name: str) -> str:
        try:
            return self._blobs.head(CONTAINER, name).etag
        except NotFound:
            return ""


def _sheet_of(
    spec: JobSpec,
    plan: Plan,
    shard: int,
    records: Sequence[Record],
    running: Sequence[Span] = (),
) -> Sheet:
    span = shard_span(shard, plan.minibatches)
    size = 1 if plan.pieces else spec.settings.mini_batch_size  # of those that have no report yet
    files = [max(0, min(size, plan.files - one * size)) for one in _range(span)]
    writer = SheetWriter(shard, span, files, spec.created_at)
    writer.mark_running(running)
    for record in records:
        writer.add(record)
    return writer.sheet()


def _bytes_of(sheet: Sheet) -> bytes:
    return sheet.model_dump_json().encode()


def _name(job: str, shard: int) -> str:
    return f"{job}/{FOLDER}/{shard:06d}.json"


def _range(span: Span) -> range:
    return range(span.first, span.stop)


def _span_in(name: str) -> range:
    """The mini-batches that a record is about, by its name."""
    first, stop, _ = name.rpartition("/")[2].split("-")
    return range(int(first), int(stop))
