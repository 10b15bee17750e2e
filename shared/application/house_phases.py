"""The phases of housekeeping, in the order in which what refers goes before what it refers to.

A phase looks at what comes next, until its time is over: it returns what it found, and after what
the next look begins; a phase that is over returns None for that.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.domain.housekeeping import Finding
from shared.histories import Histories
from shared.stores.housekeeping_walks import Position


@dataclass
class Look:
    """One look: what it may use, and what it found.

    `is_late` says when its time is over. `problems` counts what could not be looked at.
    """

    position: Position
    histories: Histories
    histories_until: datetime | None
    is_dry: bool
    is_late: Callable[[], bool]
    found: list[Finding] = field(default_factory=list[Finding])
    problems: int = 0

    @property
    def now(self) -> datetime:
        """When the walk began: all of it goes by one clock."""
        return self.position.started_at

    def move(self, **changes: object) -> None:
        self.position = self.position.model_copy(update=changes)


class HousePhase(Protocol):
    def __call__(self, look: Look) -> bool:
        """Whether the phase is over; it moves the look's position."""
        ...
