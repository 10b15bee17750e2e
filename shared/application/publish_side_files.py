"""Publish what a job's script wrote beside its rows: just what the accepted bundles wrote.

1. The changes are those of the accepted bundles' records, in input order, and then what scorers
   left at their ends.
2. What a bundle found there and went on with has to come from bundles that count, too. If it does
   not, the files would be published without it and nobody would know: the shard is scored again.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.domain.job import Ending
from shared.domain.side_contents import ScorerChange
from shared.stores.results import Damaged, Record, Results
from shared.stores.scorer_ends import ScorerEnds
from shared.stores.side_files import PublishedSideFiles, SideFiles

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobSideFiles:
    """What was published, and of how many mini-batches something is missing.

    `apart` is why the model's files share no predict(), where comparing has shown it.
    """

    files: PublishedSideFiles = field(default_factory=PublishedSideFiles)
    cut_off: int = 0
    apart: str = ""


def publish_side_files(
    ended: Ending, results: Results, ends: ScorerEnds, side_files: SideFiles
) -> JobSideFiles:
    """Raises Damaged when a shard must be scored again, Conflict and InvalidRequest."""
    job, gathered = ended.spec.name, _Gathered()
    for last in ends.gather(job, _records(results, ended, gathered)):
        changes = (ScorerChange(last.process, change, last.turns + 1) for change in last.changes)
        gathered.changes.extend(changes)
        gathered.note_cut_off(last.process, last.cut_off)
    gathered.check(job)
    published = side_files.publish(ended.spec, gathered.changes)
    return JobSideFiles(published, gathered.cut_off.total())


@dataclass
class _Gathered:
    """Changes in input order. `relied_on` are files that bundles went on with, by their shards."""

    changes: list[ScorerChange] = field(default_factory=list[ScorerChange])
    cut_off: Counter[str] = field(default_factory=Counter[str])
    relied_on: dict[str, int] = field(default_factory=dict[str, int])
    begun: set[str] = field(default_factory=set[str])

    def take(self, shard: int, record: Record) -> None:
        for change in record.changes:
            self.changes.append(ScorerChange(record.process, change, record.turn))
            if change.is_appended:
                self.relied_on.setdefault(change.name, shard)
            elif change.blob:
                self.begun.add(change.name)
        for name in record.rewritten:
            self.relied_on.setdefault(name, shard)
        self.note_cut_off(record.process, record.cut_off)

    def note_cut_off(self, process: str, minibatches: int) -> None:
        self.cut_off[process] = max(self.cut_off[process], minibatches)

    def check(self, job: str) -> None:
        """Raise Damaged when a file's beginning is in none of the accepted bundles."""
        for name, shard in self.relied_on.items():
            if name not in self.begun:
                LOGGER.warning(
                    "job=%s shard=%d: the side file %r was gone on with, and begun in no bundle "
                    "that counts: the shard is scored again",
                    *(job, shard, name),
                )
                raise Damaged(shard)


def _records(results: Results, ended: Ending, to: _Gathered) -> Iterator[tuple[int, Record]]:
    """Every accepted record, with its shard, as it is gathered."""
    for summary in results.summaries(ended.spec.name, ended.plan.shards):
        for record in summary.records:
            to.take(summary.shard, record)
            yield summary.shard, record
