"""Scorers whose process is prepared: they wait for the next job after the warm ones have left.

1. When a lease ends, what its process has imported is remembered with its deployment.
2. When a deployment's warm scorers have left for idleness, prepared ones take their places, one
   after the other, while no scorer of any deployment is there: a job has the cores, and the
   memory, for itself.
3. They are few on a machine: those of the deployments that were used last. Others make room, and
   all leave after `idle_s` without a job.
4. Whoever needs a new scorer of the same spec gets one. Once its deployment is at rest again,
   another is made.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from shared.scoring.scorer.deployment_pool import LeaseRequest
from shared.scoring.scorer.deployment_pools import DeploymentPools
from shared.scoring.scorer.preparable_deployments import Preparable, PreparableDeployments
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer_spec import InitFailed, PoolClosed, ScorerSpec

LOGGER = logging.getLogger(__name__)
# The largest libraries take some ten seconds on a busy disk.
_IMPORT_LIMIT_S = 120.0


@dataclass(frozen=True, eq=False)
class _Prepared:
    """A scorer, and the number of those that share the machine's cores with it."""

    scorer: Scorer
    capacity: int
    since: float

    @property
    def is_ready(self) -> bool:
        return self.scorer.starts.is_ready

    @property
    def is_over(self) -> bool:
        is_late = not self.is_ready and time.monotonic() - self.since > _IMPORT_LIMIT_S
        return is_late or not self.scorer.starts.is_fit

    def serves(self, spec: ScorerSpec, capacity: int) -> bool:
        return self.scorer.spec == spec and self.capacity == capacity


class PreparedScorers:
    """Thread-safe. `make` is a new scorer of a spec, one of so many; 0 `at_most` turns all off."""

    def __init__(
        self,
        make: Callable[[ScorerSpec, int], Scorer],
        pools: DeploymentPools,
        *,
        at_most: int,
        idle_s: float,
        may_import_ahead: Callable[[ScorerSpec], bool],
    ) -> None:
        self._make, self._pools = make, pools
        self._at_most, self._idle_s = at_most, idle_s
        self._may_import_ahead = may_import_ahead
        self._deployments = PreparableDeployments()
        self._prepared: list[_Prepared] = []
        self._is_starting = False
        self._lock = threading.Lock()

    @property
    def ready(self) -> int:
        """How many have imported everything."""
        with self._lock:
            return sum(one.is_ready for one in self._prepared)

    def remember(self, scorer: Scorer, ticket: LeaseRequest) -> None:
        """A scorer comes back from a lease; one that did not load says nothing."""
        if not (self._at_most and scorer.starts.has_told and self._may_import_ahead(scorer.spec)):
            return
        used = Preparable(
            scorer.spec,
            scorer.starts.imports,
            ticket.capacity,
            ticket.most,
            time.monotonic(),
            scorer.starts.has_misled,
        )
        with self._lock:
            self._deployments.remember(used)

    def take(self, spec: ScorerSpec, capacity: int) -> Scorer | None:
        """One that was prepared for just this, or is about to be; it is the caller's now."""
        with self._lock:
            fitting = [one for one in self._prepared if one.serves(spec, capacity)]
            fitting.sort(key=lambda one: one.is_ready)
            if not fitting:
                return None
            self._prepared.remove(fitting[-1])
            return fitting[-1].scorer

    def look(self, run_in_background: Callable[[Callable[[], None]], None]) -> None:
        """End those that have to go, and begin one that is missing, behind the scenes."""
        if not self._at_most:
            return
        is_at_rest = self._pools.census().is_at_rest
        with self._lock:
            self._note_ends()
            leaving, missing = self._compare()
            is_busy = self._is_starting or not all(one.is_ready for one in self._prepared)
            begun = None if is_busy or not is_at_rest else missing
            self._is_starting = self._is_starting or begun is not None
        for scorer in leaving:
            scorer.discard()
        if begun is not None:
            run_in_background(lambda: self._prepare(begun))

    def close(self) -> None:
        """When no look is at work any more."""
        with self._lock:
            leaving, self._prepared = self._prepared, []
        for one in leaving:
            one.scorer.discard()

    def _note_ends(self) -> None:
        """One that ended while it imported would do so again; another one is not missed yet."""
        for one in self._prepared:
            one.scorer.starts.look()
            if one.is_over:
                self._deployments.give_up(one.scorer.spec, is_hopeless=not one.is_ready)
        self._deployments.forget_unused(time.monotonic() - self._idle_s)

    def _compare(self) -> tuple[list[Scorer], Preparable | None]:
        """Those that are too many, and the deployment that has too few."""
        shares = self._shares()
        staying = Counter[Preparable]()
        kept, leaving = list[_Prepared](), list[Scorer]()
        for one in self._prepared:
            owner = next((own for own in shares if one.serves(own.spec, own.capacity)), None)
            if owner is None or staying[owner] >= shares[owner]:
                leaving.append(one.scorer)
            else:
                staying[owner] += 1
                kept.append(one)
        self._prepared = kept
        missing = (owner for owner, share in shares.items() if staying[owner] < share)
        return leaving, next(missing, None)

    def _shares(self) -> dict[Preparable, int]:
        def living(known: Preparable) -> int:
            return sum(one.serves(known.spec, known.capacity) for one in self._prepared)

        return self._deployments.shares(self._at_most, living, self._pools.is_in_use)

    def _prepare(self, owner: Preparable) -> None:
        try:
            scorer = self._make(owner.spec, owner.capacity)
            try:
                scorer.starts.prepare(owner.imports)
            except BaseException:
                scorer.discard()
                raise
            with self._lock:
                self._prepared.append(_Prepared(scorer, owner.capacity, time.monotonic()))
        except (InitFailed, PoolClosed, OSError) as failure:
            LOGGER.info("no scorer is prepared: %s", failure)  # the next job will find out
            with self._lock:
                self._deployments.give_up(owner.spec, is_hopeless=False)
        finally:
            with self._lock:
                self._is_starting = False
