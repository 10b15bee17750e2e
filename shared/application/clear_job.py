"""Clear a job of what is old enough: intermediate files, logs, or all of it.

1. The job's document is marked first: readers say that it was removed, and when.
2. Then it is deleted. A kill at any moment leaves a mark, and the next walk goes on.
3. A job goes as a whole once nobody needs it: its end was told, no later batch of uploads takes
   its place in its watch's record, and no kept job scores its predictions, if these go as well.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.domain.cleared import JobRemains
from shared.domain.delivery import TargetKind
from shared.domain.housekeeping import Finding, HousekeepingRule, Named, Retention
from shared.domain.job import Job
from shared.stores.announcements import Announcements
from shared.stores.cleared_jobs import ClearedJobs
from shared.stores.deliveries import Deliveries
from shared.stores.job_remains import Cleaned, JobRemainsStore, folder_of
from shared.stores.receivers import Receivers
from shared.stores.sheets import Sheets
from shared.stores.upload_records import UploadRecords


@dataclass(frozen=True)
class ClearingRun:
    """What is the same for all jobs of one look. `is_late`: time is over, what is left waits."""

    now: datetime
    is_late: Callable[[], bool]
    is_dry: bool
    named: Named


@dataclass(frozen=True)
class ClearJob:
    jobs: ClearedJobs
    remains: JobRemainsStore
    announcements: Announcements
    deliveries: Deliveries
    receivers: Receivers
    records: UploadRecords
    sheets: Sheets
    retention: Retention

    def __call__(self, job: Job, key: str, run: ClearingRun, *, is_surplus: bool) -> "JobCleared":
        found, is_all = list[Finding](), True
        is_due = self.retention.is_job_due(job, run.now, is_surplus=is_surplus)
        is_gone = is_due and not self._is_needed(job, run)
        due = [JobRemains.JOBS] if is_gone else self.retention.due(job, run.now)
        for what in due:
            reason = self.retention.reason(job, what, is_surplus=is_surplus)
            for rule, cleaned in self._clear(job, key, what, run):
                is_all = is_all and cleaned.is_all
                found.append(
                    Finding(
                        rule=rule,
                        name=job.spec.name,
                        count=cleaned.count,
                        bytes=cleaned.bytes,
                        reason=reason,
                    )
                )
        return JobCleared(found, is_all=is_all, is_gone=is_gone)

    def _clear(
        self, job: Job, key: str, what: JobRemains, run: ClearingRun
    ) -> Iterator[tuple[HousekeepingRule, Cleaned]]:
        plan = job.state.plan.key if job.state.plan else ""
        if run.is_dry:
            yield HousekeepingRule(what), self.remains.measure(job.spec, what, plan)
            if what is JobRemains.JOBS and self.retention.removes_predictions:
                yield HousekeepingRule.PREDICTIONS, self.remains.measure_published(job.spec)
            return
        if what is JobRemains.PARTS and job.cleared.parts is None:
            self._keep_sheets(job)
        marked = self.jobs.mark(job.spec.name, what, run.now)
        if marked.cleared.at(what) is None:
            return
        if what is JobRemains.JOBS:
            yield from self._remove_job(marked, key, run)
            return
        cleaned = self.remains.remove(job.spec, what, plan, run.is_late)
        if cleaned.is_all:
            self.jobs.finish(job.spec.name, what)
        yield HousekeepingRule(what), cleaned

    def _remove_job(
        self, job: Job, key: str, run: ClearingRun
    ) -> Iterator[tuple[HousekeepingRule, Cleaned]]:
        spec = job.spec

        def is_late() -> bool:
            return run.is_late() or not self.jobs.is_marked(spec.name)

        self.receivers.erase_name(TargetKind.JOB, spec.endpoint, spec.name)
        self.deliveries.erase(TargetKind.JOB, spec.endpoint, spec.name)
        own = self.remains.remove(spec, JobRemains.JOBS, "", is_late)
        yield HousekeepingRule.JOBS, own
        if not own.is_all:
            return
        if self.retention.removes_predictions:
            published = self.remains.remove_published(spec, is_late)
            yield HousekeepingRule.PREDICTIONS, published
            if not published.is_all:
                return
        self.jobs.forget(job, key)

    def _keep_sheets(self, job: Job) -> None:
        """What pages read of an older job is made of the records, which are about to go."""
        if job.state.plan is not None:
            self.sheets.ensure(job.spec, job.state.plan)

    def _is_needed(self, job: Job, run: ClearingRun) -> bool:
        """Whether somebody would miss the job; not of one whose removal was begun."""
        spec = job.spec
        if job.cleared.jobs is not None:
            return False
        if self.announcements.has(spec.name):
            return True
        if spec.input.manifest is not None and self.records.is_last(spec.input.manifest):
            return True
        return self.retention.removes_predictions and run.named.touches(folder_of(spec))


@dataclass(frozen=True)
class JobCleared:
    """`is_all`: nothing is left to do now; `is_gone`: the job is no more, or will not be."""

    found: list[Finding]
    is_all: bool
    is_gone: bool
