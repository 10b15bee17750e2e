"""Purge the histories of what has ended: created long enough ago, a day at a time.

Jobs come first: whose orchestration ended without a word has its end in the document by now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.application.house_phases import Look
from shared.domain.housekeeping import SHORTEST, Finding, HousekeepingRule, Retention

# How long one day's may take, where the task hub can be told.
LIMIT_S = 30.0
DAY = timedelta(days=1)


@dataclass(frozen=True)
class PurgeHistories:
    """`after` is the moment until which this walk has purged."""

    retention: Retention

    def __call__(self, look: Look) -> bool:
        days = self.retention.history_days
        if not days:
            return True
        until = look.now - max(timedelta(days=days), SHORTEST)
        reason = f"created before {until:%Y-%m-%d %H:%M} and ended, kept for {days} days"
        for since, end in self._windows(look, until):
            if look.is_late():
                return False
            if look.is_dry:
                count, is_all = look.histories.count_ended(since, end), True
            else:
                purged = look.histories.purge_ended(since, end, LIMIT_S)
                count, is_all = purged.count, purged.is_all
            if count:
                look.found.append(
                    Finding(
                        rule=HousekeepingRule.HISTORIES,
                        name=f"until {end:%Y-%m-%d %H:%M}",
                        count=count,
                        bytes=None,
                        reason=reason,
                    )
                )
            if not is_all:
                return False
            look.move(after=end.isoformat())
        look.histories_until = until
        return True

    def _windows(self, look: Look, until: datetime) -> Iterator[tuple[datetime | None, datetime]]:
        """All of what earlier walks came to, then a day after the other."""
        since = datetime.fromisoformat(look.position.after) if look.position.after else None
        if since is None:
            first = look.histories_until or look.position.oldest or until
            since = min(first, until)
            yield None, since
        while since < until:
            end = min(since + DAY, until)
            yield since, end
            since = end
