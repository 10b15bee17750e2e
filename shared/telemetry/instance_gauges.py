"""What is on this instance now: scorers, who waits for one, and memory. Asked for, never pushed."""

from collections.abc import Iterator
from typing import Protocol

import psutil

from shared.telemetry import names
from shared.telemetry.port import Attributes, Telemetry


class Census(Protocol):
    @property
    def busy(self) -> int: ...
    @property
    def idle(self) -> int: ...
    @property
    def starting(self) -> int: ...
    @property
    def waiting(self) -> int: ...


class Scorers(Protocol):
    """Those of this instance."""

    def census(self) -> Census: ...

    def memory_bytes(self) -> int: ...


def watch_instance(telemetry: Telemetry, scorers: Scorers) -> None:
    """Have them told whenever metrics are sent."""
    if not telemetry.is_on:
        return

    def by_state() -> Iterator[tuple[float, Attributes]]:
        now = scorers.census()
        for state in ("busy", "idle", "starting"):
            yield getattr(now, state), {names.STATE: state}

    telemetry.observe(names.SCORERS, by_state)
    telemetry.observe(names.SCORER_QUEUE, lambda: [(scorers.census().waiting, {})])
    telemetry.observe(names.SCORER_MEMORY, lambda: [(scorers.memory_bytes(), {})])
    own = psutil.Process()
    telemetry.observe(names.PROCESS_MEMORY, lambda: [(own.memory_info().rss, {})])
