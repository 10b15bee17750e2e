"""Which of the due times that have come are to run: those in time, and of the missed what is asked.

A time is missed when it is looked at more than `ON_TIME` late: the service was down, or its store.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain.schedule import Catchup

# Longer than a look at all schedules takes, and than a restart.
ON_TIME = timedelta(minutes=5)
# Of one schedule in one look, so that one that was down for weeks does not hold up the others.
MOST_AT_ONCE = 10


@dataclass
class DueNow:
    """Due times to run, in order; `until` is how far the schedule is looked at afterwards."""

    until: datetime
    due: list[datetime] = field(default_factory=list[datetime])
    is_changed: bool = False


def choose_due(times: Iterable[datetime], now: datetime, catchup: Catchup) -> DueNow:
    """Choose from the due times after the last look, which are in order and go on beyond now."""
    chosen = DueNow(until=now)
    for due in times:
        if due > now:
            break
        if len(chosen.due) == MOST_AT_ONCE and catchup is Catchup.ALL:
            chosen.until = chosen.due[-1]
            break
        chosen.is_changed = True
        _take(chosen, due, now, catchup)
    return chosen


def _take(chosen: DueNow, due: datetime, now: datetime, catchup: Catchup) -> None:
    if due < now - ON_TIME and catchup is Catchup.NONE:
        return
    if due < now - ON_TIME and catchup is Catchup.ONCE:
        chosen.due = [due]  # in place of the ones missed before it
        return
    chosen.due.append(due)
