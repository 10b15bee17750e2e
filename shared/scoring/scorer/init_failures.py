"""Remembers which deployments do not load, so that each mini-batch need not find out."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.scoring.scorer_spec import InitFailed

# init() may fail for a passing reason, a full memory say; so many in a row are no accident.
TRIES = 3
# Where it has worked before, it is more likely that something ends the processes from outside.
TRIES_AFTER_SUCCESS = 10
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
        self._has_worked: set[str] = set()
        self._lock = threading.Lock()

    def tries(self, fingerprint: str) -> int:
        """How often this deployment may fail to load, one time after the other."""
        return TRIES_AFTER_SUCCESS if fingerprint in self._has_worked else TRIES

    def check(self, fingerprint: str) -> None:
        """Raise the last failure again, while its deployment cools down."""
        with self._lock:
            streak = self._streaks.get(fingerprint)
        if streak is None or streak.count < self.tries(fingerprint):
            return
        if self._clock() - streak.at < COOL_DOWN_S:
            raise streak.last.without_traceback()

    def record(self, fingerprint: str, failure: InitFailed) -> None:
        with self._lock:
            before = self._streaks.get(fingerprint)
            count = 1 + (before.count if before else 0)
            self._streaks[fingerprint] = _Streak(count, failure.without_traceback(), self._clock())

    def record_success(self, fingerprint: str) -> None:
        """It loaded: the failures before are forgotten."""
        with self._lock:
            self._streaks.pop(fingerprint, None)
            self._has_worked.add(fingerprint)
