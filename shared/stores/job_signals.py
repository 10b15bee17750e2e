"""Job signals: what running bundles know of each other, so that none starts a mini-batch in vain.

The orchestrator counts exactly, but only what has come back. In between, the bundles of one process
record their failures for each other here. That is a hint, never the verdict: a bundle may be lost
with what it recorded. A sign in the store stops a job in every process. That a job is suspended
only the task hub knows: the Durable API does it without passing through here.
"""

import threading
import time
from collections.abc import Callable

from shared.domain.errors import ServiceUnavailable
from shared.domain.instance_id import instance_id
from shared.domain.job import JobSpec
from shared.domain.minibatch import Span
from shared.ports import Blobs, Orchestrations
from shared.stores.jobs import CONTAINER

# A sign is looked for at most this often per job and process.
LOOK_EVERY_S = 1.0
JOBS_CACHED = 64


class JobSignals:
    """Thread-safe. Counts are keyed by mini-batch, so that a repeated one counts once."""

    def __init__(self, blobs: Blobs, clock: Callable[[], float] = time.monotonic) -> None:
        self._blobs = blobs
        self._clock = clock
        self._lock = threading.Lock()
        self._failed: dict[str, dict[int, int]] = {}
        self._looked: dict[str, tuple[float, bool]] = {}
        self._asked: dict[str, tuple[float, bool]] = {}

    def record(self, job: str, minibatch: int, failed_files: int) -> None:
        """Note the failures of a mini-batch after its last try."""
        with self._lock:
            while job not in self._failed and len(self._failed) >= JOBS_CACHED:
                self._failed.pop(next(iter(self._failed)))
            self._failed.setdefault(job, {})[minibatch] = failed_files

    def forget(self, job: str, span: Span) -> None:
        """Take back the failures of mini-batches whose bundle did not come through."""
        with self._lock:
            noted = self._failed.get(job, {})
            for minibatch in range(span.first, span.stop):
                noted.pop(minibatch, None)

    def is_spent(self, spec: JobSpec, failed_before: int, own: Span, *, is_alone: bool) -> bool:
        """Whether the error threshold is passed, as far as is known here.

        `failed_before` is what the orchestrator knew, without the bundle's `own` mini-batches. A
        bundle that `is_alone` trusts nothing else: what others recorded may not have come through.
        """
        with self._lock:
            noted = self._failed.get(spec.name, {})
            mine = sum(noted.get(minibatch, 0) for minibatch in range(own.first, own.stop))
            noted_in_all = 0 if is_alone else sum(noted.values())
        return not spec.settings.allows(max(noted_in_all, failed_before + mine))

    def stop(self, job: str) -> None:
        """Cancel: tell every process to start no more mini-batches of the job."""
        self._blobs.write(CONTAINER, _sign(job), b"")
        with self._lock:
            self._looked[job] = (self._clock(), True)

    def is_known_stopped(self, job: str) -> bool:
        """Whether it is known to be stopped: a store that does not answer ends nothing."""
        try:
            return self.is_stopped(job)
        except ServiceUnavailable:
            return False

    def is_stopped(self, job: str) -> bool:
        """Whether the job was stopped; the store is asked once a second."""
        now = self._clock()
        with self._lock:
            looked_at, is_stopped = self._looked.get(job, (-LOOK_EVERY_S, False))
            if is_stopped or now - looked_at < LOOK_EVERY_S:
                return is_stopped
            self._looked[job] = (now, False)
        if self._blobs.exists(CONTAINER, _sign(job)):
            with self._lock:
                self._looked[job] = (now, True)
            return True
        return False

    def is_suspended(self, job: str, orchestrations: Orchestrations) -> bool:
        """Whether the job is to wait; the task hub is asked once a second.

        One that does not answer is no reason to wait.
        """
        now = self._clock()
        with self._lock:
            asked_at, was_suspended = self._asked.get(job, (-LOOK_EVERY_S, False))
            if now - asked_at < LOOK_EVERY_S:
                return was_suspended
            while job not in self._asked and len(self._asked) >= JOBS_CACHED:
                self._asked.pop(next(iter(self._asked)))
            self._asked[job] = (now, was_suspended)  # others need not ask meanwhile
        try:
            instance = orchestrations.find(instance_id(job))
        except ServiceUnavailable:
            return was_suspended
        is_suspended = instance is not None and instance.is_suspended
        with self._lock:
            self._asked[job] = (now, is_suspended)
        return is_suspended


def _sign(job: str) -> str:
    return f"{job}/stop"
