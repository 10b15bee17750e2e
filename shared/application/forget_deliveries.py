"""Forget old deliveries, and the secrets of jobs' own webhooks that nothing can use any more.

1. Each call looks at the next few documents, where the last one stopped; a whole walk a day.
2. A delivery goes once it is over and nothing happened to it for so long; it cannot be delivered
   again then.
3. A job's own webhook goes once its job ended so long ago and no delivery of it is left: nothing
   would ever be signed by its secret.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.domain.delivery import Delivery
from shared.domain.job_event import created_at
from shared.stores.announcements import Announcements
from shared.stores.deliveries import Deliveries
from shared.stores.jobs import Jobs
from shared.stores.receivers import Receivers
from shared.stores.retention import DELIVERIES, RetentionWalk, RetentionWalks

log = logging.getLogger(__name__)
PER_CALL = 500
PAUSE = timedelta(days=1)
# A round lasts a day: what is under way for longer has nobody who attempts it.
LONGEST_PENDING = timedelta(days=3)


@dataclass(frozen=True)
class ForgetDeliveries:
    jobs: Jobs
    announcements: Announcements
    deliveries: Deliveries
    receivers: Receivers
    walks: RetentionWalks
    keep: timedelta
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __call__(self) -> int:
        """How many documents went."""
        walk, now = self.walks.read(), self.clock()
        if walk.begins_at is not None and now < walk.begins_at:
            return 0
        names = self.walks.names(walk.after, PER_CALL)
        forgotten = sum(self._try(name, now) for name in names)
        is_over = len(names) < PER_CALL
        next_walk = RetentionWalk(begins_at=now + PAUSE)
        self.walks.write(next_walk if is_over else RetentionWalk(after=names[-1]))
        return forgotten

    def is_due(self, name: str, now: datetime) -> bool:
        """Whether the document of that name would go now."""
        if not name.startswith(DELIVERIES):
            return self._is_unused(name, now)
        try:
            delivery = self.deliveries.read(name)
        except ValueError:
            return False
        return delivery is not None and self._is_old(delivery, now)

    def _try(self, name: str, now: datetime) -> bool:
        """A document that cannot be read stays, and the walk goes on."""
        try:
            return self._look_at(name, now)
        except ValueError as unreadable:
            log.warning("%s is not forgotten: %s", name, type(unreadable).__name__)
            return False

    def _look_at(self, name: str, now: datetime) -> bool:
        if not name.startswith(DELIVERIES):
            return self._forget_receiver(name, now)
        event = Deliveries.event_of(name)
        if created_at(event) >= now - self.keep:
            return False  # its job is not old, so neither is it
        return self.deliveries.forget(name, lambda delivery: self._is_old(delivery, now))

    def _is_old(self, delivery: Delivery, now: datetime) -> bool:
        patience = timedelta() if delivery.is_over else LONGEST_PENDING
        return delivery.last_at < now - self.keep - patience

    def _forget_receiver(self, name: str, now: datetime) -> bool:
        if not self._is_unused(name, now):
            return False
        self.receivers.erase(Receivers.target_of(name))
        return True

    def _is_unused(self, name: str, now: datetime) -> bool:
        """Whether a job's secret is of no use any more."""
        target = Receivers.target_of(name)
        job = self.jobs.find(target.name)
        ended_at = job.state.ended_at if job else None
        if ended_at is None or ended_at >= now - self.keep:
            return False
        is_told = not self.announcements.has(target.name)
        return is_told and not self.deliveries.page(target, size=1)[0]
