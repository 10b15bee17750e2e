"""Sweep what has a rule of its own elsewhere: the log of deliveries, and this machine's scratch."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from shared.application.forget_deliveries import PER_CALL, ForgetDeliveries
from shared.application.house_phases import Look
from shared.domain.housekeeping import Finding, HousekeepingRule

# What is on the disk and unused: a name, its bytes. Called with True it only looks.
type Scratch = Callable[[bool], Iterable[tuple[str, int]]]


@dataclass(frozen=True)
class SweepDeliveries:
    """They go by a walk of their own, each minute; here it is a step ahead."""

    forget: ForgetDeliveries

    def __call__(self, look: Look) -> bool:
        if not look.is_dry:
            self._add(look, "deliveries", self.forget())
            return True
        while not look.is_late():
            names = self.forget.walks.names(look.position.after, PER_CALL)
            due = sum(self.forget.is_due(name, look.now) for name in names)
            self._add(look, names[-1] if names else "", due)
            if len(names) < PER_CALL:
                return True
            look.move(after=names[-1])
        return False

    def _add(self, look: Look, name: str, count: int) -> None:
        if count:
            reason = f"over, kept for {self.forget.keep.days} days"
            look.found.append(
                Finding(
                    rule=HousekeepingRule.DELIVERIES,
                    name=name,
                    count=count,
                    bytes=None,
                    reason=reason,
                )
            )


@dataclass(frozen=True)
class SweepScratch:
    """Of the machine that has this look; others do it for themselves when they need room."""

    scratch: Scratch
    days: int

    def __call__(self, look: Look) -> bool:
        for name, size in self.scratch(look.is_dry):
            look.found.append(
                Finding(
                    rule=HousekeepingRule.SCRATCH,
                    name=name,
                    count=1,
                    bytes=size,
                    reason=f"on this machine's disk, unused for {self.days} days",
                )
            )
        return True
