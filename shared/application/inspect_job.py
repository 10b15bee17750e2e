"""Look into a job: which shards it has, their mini-batches in columns, and one mini-batch whole.

What is closed keeps its etag, so that who looks again reads only what has changed.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from shared.application.follow_job import FollowJob
from shared.domain.cleared import JobRemains
from shared.domain.errors import NotFound
from shared.domain.job import Job
from shared.domain.minibatch import MINIBATCHES_PER_SHARD, PlannedFile, Span, shards_of
from shared.domain.outcome import FailedTry, FileError, MinibatchReport
from shared.domain.plan import Plan
from shared.domain.sheet import RUNNING, STATE_NAMES, WAITING, Sheet, state_of
from shared.ports import Orchestrations
from shared.stores.plans import Plans
from shared.stores.sheets import Sheets

ETAG_CHARS = 20


@dataclass(frozen=True)
class Inspected:
    """A job as it is now: the etags of its closed shards, and what its open one has so far."""

    job: Job
    closed: list[str]
    open_records: list[str] = field(default_factory=list[str])
    running: list[Span] = field(default_factory=list[Span])

    @property
    def plan(self) -> Plan:
        return self.job.state.plan or Plan()

    @property
    def open_shard(self) -> int | None:
        """The first shard that is not closed, of those that are planned."""
        return len(self.closed) if len(self.closed) < self.plan.shards else None

    @cached_property
    def open_etag(self) -> str:
        spans = (f"{one.first}-{one.stop}" for one in self.running)
        return digest_of((*self.open_records, *spans))

    @cached_property
    def version(self) -> str:
        """Another one whenever anything that can be seen has changed."""
        state = self.job.state
        return digest_of(
            (
                self.job.spec.name,
                self.job.spec.child,
                self.job.status,
                str(state.ended_at),
                str(state.is_reported),
                *self.closed,
                self.open_etag,
            )
        )

    def etag_of(self, shard: int) -> str:
        """Empty for a shard that nobody has begun with."""
        if shard < len(self.closed):
            return self.closed[shard]
        return self.open_etag if shard == self.open_shard else ""


@dataclass(frozen=True)
class Minibatch:
    """One mini-batch: its planned files, and what was recorded of it so far.

    `note` says why there is no more to tell.
    """

    number: int
    state: str
    files: list[PlannedFile]
    process: str = ""
    report: MinibatchReport | None = None
    errors: list[FileError] = field(default_factory=list[FileError])
    tries: list[FailedTry] = field(default_factory=list[FailedTry])
    note: str = ""


@dataclass(frozen=True)
class InspectJob:
    follow: FollowJob
    sheets: Sheets
    plans: Plans

    def __call__(self, endpoint: str, name: str, orchestrations: Orchestrations) -> Inspected:
        """Raises NotFound."""
        document = self.follow.of_endpoint(endpoint, name)
        job, running = self.follow.look(document, orchestrations)
        # The document's counts are those of closed shards; the orchestration's go on from there.
        known = job if job.state.status.is_terminal else document
        shards = shards_of(known.state.tally.minibatches)
        closed = list(_until_missing(self.sheets.etags(name, shards)))
        seen = Inspected(job, closed)
        if seen.open_shard is None:
            return seen
        return Inspected(job, closed, self.sheets.record_names(name, seen.open_shard), running)

    def sheet(self, seen: Inspected, shard: int) -> Sheet:
        """A shard's; of one that nobody has begun with, everything is waiting."""
        spec, plan = seen.job.spec, seen.plan
        if shard < len(seen.closed):
            return self.sheets.read(spec, plan, shard, seen.closed[shard])
        names = seen.open_records if shard == seen.open_shard else []
        return self.sheets.read_open(spec, plan, shard, names, seen.running)

    def all_sheets(self, seen: Inspected) -> Iterator[Sheet]:
        """Of every shard that something was recorded of, in order."""
        spec, etags = seen.job.spec, dict(enumerate(seen.closed))
        yield from self.sheets.read_all(spec, seen.plan, etags)
        if seen.open_shard is not None and seen.open_records:
            yield self.sheet(seen, seen.open_shard)

    def minibatch(self, seen: Inspected, number: int) -> Minibatch:
        """Raises NotFound for one that the job does not have."""
        spec, plan = seen.job.spec, seen.plan
        if not 0 <= number < plan.minibatches:
            raise NotFound(
                f"Job '{spec.name}' has no mini-batch {number}.",
                fix=f"It has {plan.minibatches}, counted from 0.",
                target="number",
            )
        shard = number // MINIBATCHES_PER_SHARD
        files = self.plans.minibatch(spec.name, plan.key, number)
        record = self.sheets.record_of(spec, shard, number)
        reports = record.reports if record else []
        report = next((one for one in reports if one.index == number), None)
        if report is None and (words := seen.job.cleared.words(JobRemains.PARTS)):
            sheet = self.sheet(seen, shard)
            state = STATE_NAMES[sheet.states[number - sheet.first]]
            return Minibatch(number, state, files, note=f"Tries and errors {words}.")
        if record is None or report is None:
            is_running = any(one.first <= number < one.stop for one in seen.running)
            return Minibatch(number, STATE_NAMES[RUNNING if is_running else WAITING], files)
        return Minibatch(
            number,
            STATE_NAMES[state_of(report)],
            files,
            record.process,
            report,
            [one for one in record.errors if one.mini_batch == number],
            [one for one in record.tries if one.mini_batch == number],
        )


def digest_of(parts: Iterable[str]) -> str:
    text = "\n".join(parts)
    return hashlib.sha256(text.encode()).hexdigest()[:ETAG_CHARS]


def _until_missing(etags: Iterable[str]) -> Iterator[str]:
    """A job that was ended from outside counts mini-batches of a shard that was not closed."""
    for etag in etags:
        if not etag:
            return
        yield etag
