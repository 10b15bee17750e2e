"""Look at every job that somebody wants to hear of, and announce what nobody did.

A job whose orchestration ended without its document saying so gets its end here, too.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.application.announce_job import AnnounceJob
from shared.application.follow_job import FollowJob
from shared.domain.delivery import TargetKind
from shared.domain.errors import LASTING, BatchError
from shared.ports import Orchestrations
from shared.stores.announcements import Announcement

log = logging.getLogger(__name__)
# A job that has no document after so long was never created.
LOST_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class SweepAnnouncements:
    announce: AnnounceJob
    follow: FollowJob

    def __call__(self, orchestrations: Orchestrations) -> int:
        """How many ends it announced; what cannot be looked at now is looked at next time."""
        ended = 0
        for note in self.announce.announcements.all():
            try:
                ended += self._look_at(note, orchestrations)
            except (BatchError, *LASTING) as failure:
                log.warning("job=%s is looked at again: %s", note.job, failure)
        return ended

    def _look_at(self, note: Announcement, orchestrations: Orchestrations) -> bool:
        job = self.announce.jobs.find(note.job)
        if job is None:
            self._forget_lost(note)
            return False
        job = self.follow.refresh(job, orchestrations)
        if not job.state.status.is_terminal:
            self.announce.tell_missed_start(job, orchestrations)
            return False
        self.announce.tell_end(job, orchestrations)
        self.announce.announcements.remove(job.spec.name)
        return True

    def _forget_lost(self, note: Announcement) -> None:
        if datetime.now(UTC) - note.at > LOST_AFTER:
            self.announce.receivers.erase_name(TargetKind.JOB, note.endpoint, note.job)
            self.announce.announcements.remove(note.job)
