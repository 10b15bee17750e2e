"""Remembers which deployments do not load, so that each mini-batch need not find out."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.scoring.spec import InitFailed

# So many failures in a row are no accident.
FAILURES_REMEMBERED = 3
# Importing MLflow costs seconds; a model that was repaired is noticed after this long.
COOL_DOWN_S = 5.0


@dataclass(frozen=True)
class _Streak:
    count: int
    last: InitFailed
    at: float


class InitFailures:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._streaks: dict[str, _Streak] = {}
        self._lock = threading.Lock()

    def check(self, fingerprint: str) -> None:
        """Raise the last failure again, while its deployment cools down."""
        with self._lock:
            streak = self._streaks.get(fingerprint)
        if streak is None or streak.count < FAILURES_REMEMBERED:
            return
        if self._clock() - streak.at < COOL_DOWN_S:
            raise streak.last.again()

    def record(self, fingerprint: str, failure: InitFailed) -> None:
        with self._lock:
            before = self._streaks.get(fingerprint)
            count = 1 + (before.count if before else 0)
            self._streaks[fingerprint] = _Streak(count, failure.again(), self._clock())

    def forget(self, fingerprint: str) -> None:
        with self._lock:
            self._streaks.pop(fingerprint, None)
