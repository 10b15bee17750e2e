"""Whether what the service needs is there: asked rarely, by whomever, and never for long.

Anybody may ask, so all who ask within a few seconds get the same answer, one at a time asks for it,
and what does not come back is not asked again before it has.
"""

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock

LIMIT_S = 5.0
REMEMBERED_S = 5.0
OK = "ok"

# Says what is wrong, or nothing; what it raises is logged, and answered with less.
type Probe = Callable[[], str]

log = logging.getLogger(__name__)


class HealthCheck:
    """Thread-safe. Its answers have no secrets: neither names, nor addresses, nor errors' texts."""

    def __init__(self, *, limit_s: float = LIMIT_S, remembered_s: float = REMEMBERED_S) -> None:
        self._limit_s = limit_s
        self._remembered_s = remembered_s
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="health")
        self._asked: dict[str, Future[str]] = {}
        self._last: Mapping[str, str] = {}
        self._until = 0.0

    def read(self, probes: Mapping[str, Probe]) -> Mapping[str, str]:
        """What each of them says: `ok`, or what is wrong."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._last = self._ask(probes)
                self._until = time.monotonic() + self._remembered_s
            return self._last

    def _ask(self, probes: Mapping[str, Probe]) -> Mapping[str, str]:
        for name, probe in probes.items():
            if name not in self._asked:
                self._asked[name] = self._threads.submit(probe)
        wait(self._asked.values(), timeout=self._limit_s)
        return {name: self._answer(name) for name in probes}

    def _answer(self, name: str) -> str:
        if not self._asked[name].done():
            return f"did not answer within {self._limit_s:g} s"
        try:
            return self._asked.pop(name).result() or OK
        except Exception as error:  # noqa: BLE001  # whatever it is, it is not healthy
            log.warning("unhealthy part=%s reason=%s", name, error)
            return "failed: the app's log has the reason"
