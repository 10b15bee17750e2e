"""What housekeeping asks of the task hub: the histories of ended orchestrations."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from shared.ports import Orchestrations


@dataclass(frozen=True)
class Purged:
    """How many went; `is_all` is False where the hub stopped before the end."""

    count: int
    is_all: bool


@runtime_checkable
class Histories(Orchestrations, Protocol):
    """Both raise `ServiceUnavailable` when the hub does not answer.

    Ended is Completed, Failed or Terminated: what runs, waits or is suspended is never touched.
    """

    def purge_ended(self, since: datetime | None, until: datetime, limit_s: float) -> Purged:
        """Delete what was created in that time and has ended; `limit_s` is a wish."""
        ...

    def count_ended(self, since: datetime | None, until: datetime) -> int:
        """How many `purge_ended` would delete."""
        ...
