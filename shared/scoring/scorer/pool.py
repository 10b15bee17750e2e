"""Warm scorers, leased one caller at a time: at most `capacity` of a deployment, first come first.

1. A scorer serves one job: what a process has scored may have left something in it. Spares, which
   have loaded and scored nothing, wait for the next job. Only stateless models serve every job.
   Nor is a process given mini-batches that it has scored, if it writes files beside their rows: it
   would find those there, and nothing would tell that they are of the second time as well.
2. When the job is over its scorers end, by themselves, and spares take their places.
3. Idle ones leave after `idle_s`; few take their places that are prepared, and have loaded nothing.
   All end with the pool, and with the process that holds it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from weakref import WeakSet

from shared.domain.minibatch import NO_MINIBATCHES, Span
from shared.scoring.scorer.census import Census, memory_bytes
from shared.scoring.scorer.deployment_pool import LeaseRequest
from shared.scoring.scorer.deployment_pools import DeploymentPools
from shared.scoring.scorer.gpus import Gpus
from shared.scoring.scorer.housekeeper import Housekeeper
from shared.scoring.scorer.init_failures import InitFailures
from shared.scoring.scorer.launcher import Launcher
from shared.scoring.scorer.predict_differences import PredictDifferences
from shared.scoring.scorer.prepared_scorers import PreparedScorers
from shared.scoring.scorer.scorer import GRACE_S, INIT_LIMIT_S, Scorer
from shared.scoring.scorer.scorer_folders import ScorerFolders
from shared.scoring.scorer.scorer_state import ScorerState
from shared.scoring.scorer_spec import JobCourse, ScorerSpec, ScoringStopped

# A job that shares its scorers keeps one so long at least: its next turn costs an activity more,
# some 40 ms on the real host.
SHORTEST_TURN_S = 0.2
# A bundle gives back work of so long, once another scorer of its job's has had none for so long:
# that is several times what it takes to hand out the next one.
SHARED_S = 0.5
# Jobs of every hour still find a prepared process.
PREPARED_IDLE_S = 3_600


def _never() -> bool:
    return False


def _always_running(_: str) -> JobCourse:
    return JobCourse.RUNNING


class ScorerPool:
    """`course_of` says of a job whether it goes on: it may have ended on another machine."""

    def __init__(
        self,
        *,
        scratch: Path,
        idle_s: float,
        temporary: Path | None = None,
        init_limit_s: float = INIT_LIMIT_S,
        grace_s: float = GRACE_S,
        course_of: Callable[[str], JobCourse] = _always_running,
        gpus: Gpus | None = None,
        prepared: int = 0,
        prepared_idle_s: float = PREPARED_IDLE_S,
        may_import_ahead: Callable[[ScorerSpec], bool] = lambda _: True,
    ) -> None:
        self._scratch = scratch
        self._temporary = temporary
        self._init_limit_s, self._grace_s = init_limit_s, grace_s
        self._gpus = gpus or Gpus()
        self._launcher = Launcher(self._gpus)
        self._failures, self._differences = InitFailures(), PredictDifferences()
        self._pools = DeploymentPools()
        self._scorers = WeakSet[Scorer]()
        self._ended_specs: dict[str, list[ScorerSpec]] = {}
        self._prepared = PreparedScorers(
            self._make,
            self._pools,
            at_most=prepared,
            idle_s=prepared_idle_s,
            may_import_ahead=may_import_ahead,
        )
        self._housekeeper = Housekeeper(self._pools, self._prepared, self._new, course_of, idle_s)

    @contextmanager
    def lease(
        self,
        spec: ScorerSpec,
        *,
        capacity: int,
        most: int = 0,
        job: str = "",
        span: Span = NO_MINIBATCHES,
        is_stopped: Callable[[], bool] = _never,
    ) -> Iterator[Scorer]:
        """A ready scorer, for this `span` of the `job`; waits until one of `capacity` is free.

        Side files that were accepted under a lease are stored when it ends well; when it ends by an
        exception they are forgotten, for their mini-batches come again. Where the end of a scorer
        counts, one whose lease ended by an exception ends without a word.

        Raises `InitFailed` when the model does not load, `ScoringStopped` when `is_stopped` says
        so while it waits or loads, and `PoolClosed` at the end.
        """
        most = self._gpus.bound(spec, most)
        ticket = LeaseRequest(spec, job, min(capacity, most or capacity), most, span)
        scorer = self._take(ticket, is_stopped)
        scorer.begin(job, is_stopped)
        is_lost = True
        try:
            if scorer.state is not ScorerState.READY:
                scorer.start()
            yield scorer
            is_lost = False
        except BaseException:
            scorer.roll_back()
            raise
        else:
            scorer.commit()
        finally:
            self._put_back(scorer, ticket, is_lost=is_lost)

    def warm_up(
        self,
        spec_of: Callable[[], ScorerSpec],
        *,
        capacity: int,
        most: int = 0,
        is_stopped: Callable[[], bool] = _never,
    ) -> None:
        """A lease is about to be asked for: load a scorer behind the scenes, if none is there.

        Its failure does not count: whoever leases one will find out.
        """

        def make(spec: ScorerSpec) -> Scorer:
            scorer = self._new(spec)
            scorer.failures = InitFailures()
            scorer.begin("", is_stopped)
            return scorer

        def load() -> None:
            spec = spec_of()
            bound = self._gpus.bound(spec, most)
            is_begun = self._pools.begin_first(spec, min(capacity, bound or capacity), bound)
            if is_begun and self._housekeeper.load_spare(spec, make):
                self._failures.record_success(spec.fingerprint)

        self._housekeeper.run_ahead(load)

    def must_yield(self, fingerprint: str, job: str, held_s: float, left_s: float = 0.0) -> bool:
        """Whether a bundle that has had its scorer for `held_s` is to give back what it has left.

        Another job, which has fewer scorers, waits for one that this job has; or one of its own has
        nothing to do, and so much is left that both had better do it.
        """
        if left_s >= SHARED_S and self._pools.is_outpaced(fingerprint, job, held_s, SHARED_S):
            return True
        return held_s >= SHORTEST_TURN_S and self._pools.must_yield(fingerprint, job)

    def init_tries(self, fingerprint: str) -> int:
        """How often a deployment may fail to load, one time after the other."""
        return self._failures.tries(fingerprint)

    def finish(self, job: str) -> None:
        """All is scored: end the job's idle scorers that may have something left to write.

        Raises what `ScorerExit.on_exit` raises; then they are there to be asked again.
        """
        leaving = self._pools.take_used(job, lambda scorer: scorer.exit.may_write)
        self._housekeeper.shut_down(leaving)
        self._ended_specs.setdefault(job, []).extend(scorer.spec for scorer in leaving)

    def release(self, job: str) -> None:
        """The job is over: its scorers end, behind the scenes, and spares take their places."""
        self._pools.end_job(job)
        ended_specs = self._ended_specs.pop(job, [])
        self._housekeeper.retire(self._pools.take_used(job, lambda _: True), ended_specs)

    def census(self) -> Census:
        """How many scorers there are now, and who waits for one."""
        return self._pools.census()

    def prepared(self) -> int:
        """How many processes have imported what their deployment needs, and loaded nothing."""
        return self._prepared.ready

    def memory_bytes(self) -> int:
        """What the scorers hold now."""
        return memory_bytes(list(self._scorers))

    def close(self) -> None:
        """End every process. Who scores, loads or waits gets `PoolClosed`."""
        self._pools.close()
        self._launcher.close(grace_s=self._grace_s)
        self._housekeeper.close()
        for scorer in self._pools.take_expired(0):
            scorer.discard()

    def _take(self, ticket: LeaseRequest, is_stopped: Callable[[], bool]) -> Scorer:
        if ticket.capacity < 1:
            raise ValueError(f"A capacity of {ticket.capacity} would wait for ever.")
        self._pools.enqueue(ticket)
        try:
            while not self._pools.has_turn(ticket):
                if is_stopped():  # it may ask the store: never under the lock
                    raise ScoringStopped
        finally:
            self._pools.leave_queue(ticket)
        try:
            chosen, leaving = self._pools.take_fitting(ticket)
            self._housekeeper.shut_down(leaving)
            return chosen or self._new(ticket.spec)
        except BaseException:  # the disk is full, say
            self._pools.count_back(ticket)
            raise

    def _new(self, spec: ScorerSpec) -> Scorer:
        capacity = self._pools.capacity(spec)
        return self._prepared.take(spec, capacity) or self._make(spec, capacity)

    def _make(self, spec: ScorerSpec, capacity: int) -> Scorer:
        scorer = Scorer(
            spec,
            partial(self._launcher.launch, beside=capacity),
            self._failures,
            self._differences,
            workplace=ScorerFolders(self._scratch, self._temporary),
            init_limit_s=self._init_limit_s,
            grace_s=self._grace_s,
        )
        self._scorers.add(scorer)
        return scorer

    def _put_back(self, scorer: Scorer, ticket: LeaseRequest, *, is_lost: bool) -> None:
        if self._gpus.choose(scorer.spec, ()) is None:  # who has a GPU is not prepared
            self._prepared.remember(scorer, ticket)
        is_spoilt = is_lost and scorer.exit.must_end_well and not scorer.is_spare
        is_pooled = scorer.is_worth_keeping and not is_spoilt and self._pools.give_back(scorer)
        self._pools.count_back(ticket)
        if not is_pooled:
            scorer.discard()
