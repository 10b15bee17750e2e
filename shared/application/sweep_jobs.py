"""Sweep the jobs, newest first: clear those that are old enough, note what the kept ones name.

A job whose orchestration ended without a word gets its end here, before its history goes.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from shared.application.clear_job import ClearingRun, ClearJob
from shared.application.follow_job import FollowJob
from shared.application.house_phases import Look
from shared.domain.errors import LASTING, BatchError, ServiceUnavailable
from shared.domain.housekeeping import SHORTEST, Named, Retention, names_of
from shared.domain.job import Job
from shared.domain.resolved_deployment import Location
from shared.stores.cleared_jobs import ClearedJobs
from shared.stores.documents import Document
from shared.stores.housekeeping_walks import HousekeepingWalks
from shared.stores.job_index import EVERYTHING, created_at, is_entry, key_before
from shared.stores.registered_places import RegisteredPlaces

log = logging.getLogger(__name__)
# Nobody submits for so long: an entry without a job is nobody's.
NOBODYS_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class SweepJobs:
    jobs: ClearedJobs
    clear: ClearJob
    follow: FollowJob
    walks: HousekeepingWalks
    places: RegisteredPlaces
    retention: Retention

    def __call__(self, look: Look) -> bool:
        start = self._start(look)
        kept = list[Location]()
        run = ClearingRun(look.now, look.is_late, look.is_dry, self._named(look))
        is_over, last = True, start
        for key, document in self.jobs.after(start):
            if look.is_late():
                is_over = False
                break
            if not self._try(key, document, look, run, kept):
                is_over = False  # what is left of it is met again
                break
            last = key
        if self.retention.needs_names:
            self.walks.keep_names(look.position, kept)
        oldest = created_at(last) if last != start else look.position.oldest
        look.move(after=last, oldest=oldest, pages=look.position.pages + 1)
        return is_over

    def _start(self, look: Look) -> str:
        """The key after which the look begins: of no later job can anything go.

        Whatever the settings are by now, what was begun is finished.
        """
        if look.position.after:
            return look.position.after
        if self.retention.jobs_kept:
            look.move(surplus=self.jobs.key_of_newest(self.retention.jobs_kept))
        return key_before(look.now if self.retention.needs_names else look.now - SHORTEST)

    def _named(self, look: Look) -> Named:
        """By kept jobs that the walk came to, by those that came since, and by the registry."""
        if not self.retention.needs_names:
            return Named(())
        return Named(self._all_named(look))

    def _all_named(self, look: Look) -> Iterator[Location]:
        yield from self.walks.named(look.position)
        yield from self.places.all()
        for job in self.jobs.until(key_before(look.now)):
            yield from names_of(job)

    def _try(
        self,
        key: str,
        document: Document | None,
        look: Look,
        run: ClearingRun,
        kept: list[Location],
    ) -> bool:
        """Whether it is done with. What cannot be looked at stays, and the walk goes on."""
        try:
            return self._look_at(key, document, look, run, kept)
        except ServiceUnavailable:
            raise
        except (BatchError, *LASTING) as problem:
            log.warning("job=%s is looked at again: %s", key, problem)
            look.problems += 1
            return True

    def _look_at(
        self,
        key: str,
        document: Document | None,
        look: Look,
        run: ClearingRun,
        kept: list[Location],
    ) -> bool:
        job = Job.from_wire(document.body) if document else None
        if job is None or not is_entry(EVERYTHING, key, job.spec):
            if not look.is_dry and created_at(key) < look.now - NOBODYS_AFTER:
                self.jobs.forget_entry(key)
            return True
        if not look.is_dry and job.cleared.jobs is None and not job.state.status.is_terminal:
            job = self.follow.refresh(job, look.histories)
        is_surplus = bool(look.position.surplus) and key > look.position.surplus
        cleared = self.clear(job, key, run, is_surplus=is_surplus)
        look.found += cleared.found
        if not cleared.is_gone:
            kept += names_of(job)
            run.named.add(names_of(job))
        return cleared.is_all
