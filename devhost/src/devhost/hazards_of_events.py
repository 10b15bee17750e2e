"""Hazards of blob triggers: events that are lost, told twice, or late."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from math import inf
from typing import NamedTuple

from devhost.hazards import Draw

log = logging.getLogger(__name__)

LATEST_EVENT_S = 5.0


class BlobVersion(NamedTuple):
    """What an event of a blob trigger is about."""

    function: str
    blob: str
    etag: str


class EventHazards:
    """Draws what becomes of each event. `pace` stretches all times."""

    def __init__(self, rates: Mapping[str, float], seed: int, pace: float = 1.0) -> None:
        self._rates = rates
        self._seed = seed
        self._pace = pace
        self._seen: Counter[tuple[str, str]] = Counter()

    def deliveries(self, function: str, blob: str) -> list[float]:
        """After how many seconds the event is told, each time that it is: never if it is lost."""
        self._seen[function, blob] += 1
        seed = f"{self._seed} {function} {blob} {self._seen[function, blob]}"
        draw = Draw(self._rates, seed, self._pace)
        if draw.has("lost-events"):
            log.warning("hazard: the event of '%s' for '%s' is lost.", blob, function)
            return []
        moments = [0.0]
        if draw.has("late-events"):
            moments = [draw.seconds("late-events", 0, LATEST_EVENT_S)]
            log.warning("hazard: '%s' hears of '%s' %.1f s late.", function, blob, moments[0])
        if draw.has("double-events"):
            moments.append(moments[0] + draw.seconds("double-events", 0, LATEST_EVENT_S))
            log.warning("hazard: '%s' hears of '%s' again.", function, blob)
        return moments


class HeldBack:
    """The hazards of polling: what a listing shows is held back until it is to be told.

    What is lost is held back for good, that is until the next start: as with the real host, the
    first scan misses nothing.
    """

    def __init__(self, hazards: EventHazards, clock: Callable[[], float] = time.monotonic) -> None:
        self._hazards = hazards
        self._now = clock
        self._scanned: set[str] = set()
        self._moments: dict[BlobVersion, list[float]] = {}

    def first_scan_is_over(self, function: str) -> None:
        self._scanned.add(function)

    def is_held(self, version: BlobVersion) -> bool:
        if version.function not in self._scanned:
            return False
        if version not in self._moments:
            found = self._hazards.deliveries(version.function, version.blob)
            self._moments[version] = [self._now() + after_s for after_s in found] or [inf]
        return self._now() < self._moments[version][0]

    def comes_again(self, version: BlobVersion) -> bool:
        """Whether the version is to be told once more, now that it was told."""
        moments = self._moments.get(version, [])
        del moments[:1]
        if not moments:
            self._moments.pop(version, None)
        return bool(moments)
