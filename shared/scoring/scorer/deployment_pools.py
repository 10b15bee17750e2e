"""Every deployment's scorers on this machine, and the lock that guards them."""

import threading
import time
from collections.abc import Callable, Iterable

from shared.scoring.scorer.census import Census
from shared.scoring.scorer.deployment_pool import DeploymentPool, Idle, LeaseRequest
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer_spec import PoolClosed, ScorerSpec

# Who waits for a scorer asks this often whether it is still wanted.
_LOOK_EVERY_S = 0.5
# Late twins of a job's bundles come within minutes of its end.
_JOBS_REMEMBERED = 1_000


class DeploymentPools:
    """Thread-safe. `closing` is set for good."""

    def __init__(self) -> None:
        self._of: dict[str, DeploymentPool] = {}
        self._over: dict[str, None] = {}
        self._changed = threading.Condition()
        self.closing = threading.Event()

    def close(self) -> None:
        self.closing.set()
        with self._changed:
            self._changed.notify_all()

    def pool(self, spec: ScorerSpec) -> DeploymentPool:
        with self._changed:
            return self._of.setdefault(spec.fingerprint, DeploymentPool())

    def enqueue(self, ticket: LeaseRequest) -> None:
        with self._changed:
            pool = self.pool(ticket.spec)
            pool.queue.append(ticket)
            pool.capacity, pool.most = ticket.capacity, ticket.most
            pool.requested_at = time.monotonic()

    def capacity(self, spec: ScorerSpec) -> int:
        """How many scorers of the deployment may score at once, as the last who asked said."""
        with self._changed:
            return self.pool(spec).capacity

    def is_in_use(self, fingerprint: str) -> bool:
        """Whether the deployment has a scorer here, or wants one."""
        with self._changed:
            pool = self._of.get(fingerprint)
            return pool is not None and not pool.is_empty

    def leave_queue(self, ticket: LeaseRequest) -> None:
        with self._changed:
            self.pool(ticket.spec).queue.remove(ticket)
            self._changed.notify_all()

    def has_turn(self, ticket: LeaseRequest) -> bool:
        """Wait a while for the turn, and count the scorer as leased if it came."""
        pool = self.pool(ticket.spec)
        with self._changed:
            has_turn = self._changed.wait_for(
                lambda: self.closing.is_set() or pool.has_turn(ticket), _LOOK_EVERY_S
            )
            if self.closing.is_set():
                raise PoolClosed("The worker is stopping: no scorer is handed out any more.")
            pool.leased[ticket.job] += has_turn
            return has_turn

    def must_yield(self, fingerprint: str, job: str) -> bool:
        with self._changed:
            pool = self._of.get(fingerprint)
            return pool is not None and pool.must_yield(job)

    def is_outpaced(self, fingerprint: str, job: str, held_s: float, rest_s: float) -> bool:
        """Whether another scorer of the job's came back meanwhile, and rests for so long."""
        now = time.monotonic()
        with self._changed:
            pool = self._of.get(fingerprint)
            return pool is not None and pool.is_outpaced(job, now - held_s, now - rest_s)

    def take_fitting(self, ticket: LeaseRequest) -> tuple[Scorer | None, list[Scorer]]:
        """An idle scorer that fits, and those that have to go for it."""
        with self._changed:
            return self.pool(ticket.spec).take_fitting(ticket)

    def count_back(self, ticket: LeaseRequest) -> None:
        with self._changed:
            pool = self.pool(ticket.spec)
            pool.leased -= {ticket.job: 1}
            self._changed.notify_all()

    def give_back(self, scorer: Scorer) -> bool:
        """Keep a scorer for the next lease. False: its job is over, or all is."""
        with self._changed:
            if self.closing.is_set() or (scorer.job in self._over and not scorer.is_spare):
                return False
            self.pool(scorer.spec).idle.append(Idle(scorer, time.monotonic()))
            self._changed.notify_all()
            return True

    def end_job(self, job: str) -> None:
        """Scorers that still serve the job do not come back."""
        with self._changed:
            self._over[job] = None
            for oldest in list(self._over)[:-_JOBS_REMEMBERED]:
                del self._over[oldest]

    def take_used(self, job: str, is_wanted: Callable[[Scorer], bool]) -> list[Scorer]:
        """Idle scorers that the job has used; they are the caller's now."""
        with self._changed:
            return self._of_all(pool.take_of_job(job, is_wanted) for pool in self._of.values())

    def take_expired(self, idle_s: float) -> list[Scorer]:
        """Those that have been idle for so long; they are the caller's now."""
        limit = time.monotonic() - idle_s
        with self._changed:
            found = self._of_all(pool.take_older(limit) for pool in self._of.values())
            for name, pool in list(self._of.items()):
                if pool.is_empty and pool.requested_at <= limit:
                    del self._of[name]
            return found

    def idle_jobs(self, rest_s: float) -> set[str]:
        """Whose scorers have been idle for so long."""
        limit = time.monotonic() - rest_s
        with self._changed:
            return {job for pool in self._of.values() for job in pool.idle_jobs(limit)}

    def next_expiry(self, idle_s: float) -> float:
        """In so many seconds there may be one that expired."""
        with self._changed:
            since = [idle.since for pool in self._of.values() for idle in pool.idle]
        return min(since, default=time.monotonic()) + idle_s - time.monotonic()

    def census(self) -> Census:
        with self._changed:
            pools = list(self._of.values())
            return Census(
                busy=sum(pool.busy for pool in pools),
                idle=sum(len(pool.idle) for pool in pools),
                starting=sum(pool.starting for pool in pools),
                waiting=sum(len(pool.queue) for pool in pools),
            )

    def begin_spare(self, spec: ScorerSpec) -> bool:
        """Whether one more may be made now; it counts from here on."""
        with self._changed:
            pool = self.pool(spec)
            if self.closing.is_set() or not pool.has_room_for_a_spare:
                return False
            pool.starting += 1
            return True

    def begin_first(self, spec: ScorerSpec, capacity: int, most: int) -> bool:
        """As `begin_spare`, where no spare of the deployment is there, nor on its way."""
        with self._changed:
            pool, anybody = self.pool(spec), LeaseRequest(spec, "", capacity, most)
            if pool.starting or any(idle.serves(anybody) for idle in pool.idle):
                return False
            pool.capacity, pool.most = capacity, most
            pool.requested_at = time.monotonic()
        return self.begin_spare(spec)

    def end_spare(self, spec: ScorerSpec) -> None:
        with self._changed:
            self.pool(spec).starting -= 1
            self._changed.notify_all()

    def _of_all(self, found: Iterable[list[Scorer]]) -> list[Scorer]:
        return [scorer for some in found for scorer in some]
