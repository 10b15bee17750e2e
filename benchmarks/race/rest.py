"""When the service's host is at rest between two runs: no model is loaded, and nothing works.

1. Without prepared processes no scorer is left below the host.
2. With them, no process has come or gone for longer than warm scorers stay, so that those which are
   left are prepared; and they have imported everything, for none of them works.
"""

import time
from dataclasses import dataclass

from benchmarks.race.meter import cpu_seconds, pids_below

LIMIT_S, POLL_S = 120.0, 0.2
QUIET_S, QUIET_CPU_S = 1.0, 0.3
"""The host at rest polls its queues, which takes less of a second than half of an import does."""
LEAVING_S = 3.0
"""Beyond `idle_s`: the pool looks once a second, and a process takes its time to end."""


@dataclass
class Rest:
    """Of the host `pid`, which has so many `processes` below it without scorers.

    `last_used` is the scoring URI that the last job went to: what is prepared is for that.
    """

    pid: int
    processes: int
    prepared: int
    idle_s: float
    last_used: str = ""

    def wait(self) -> None:
        """Raises TimeoutError."""
        deadline = time.monotonic() + LIMIT_S
        found, since = pids_below(self.pid), time.monotonic()
        while not self._is_over(found, time.monotonic() - since):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(found)} processes were still there after {LIMIT_S:g} s")
            time.sleep(POLL_S)
            now = pids_below(self.pid)
            if now != found:
                found, since = now, time.monotonic()

    def _is_over(self, found: frozenset[int], unchanged_s: float) -> bool:
        if len(found) > self.processes + self.prepared:
            return False
        if not self.prepared:
            return True
        return unchanged_s > self.idle_s + LEAVING_S and _is_quiet(self.pid)


def wait_until_quiet(host: int) -> None:
    """Until what the last job began behind the scenes is done: scorers for the next one are loaded.

    Raises TimeoutError.
    """
    deadline = time.monotonic() + LIMIT_S
    while not _is_quiet(host):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the host still worked after {LIMIT_S:g} s")


def _is_quiet(host: int) -> bool:
    """Whether no process below it comes or goes for a while, and none works."""
    found, used = pids_below(host), cpu_seconds(host)
    time.sleep(QUIET_S)
    return pids_below(host) == found and cpu_seconds(host) - used < QUIET_CPU_S
