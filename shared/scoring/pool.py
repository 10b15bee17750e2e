"""Warm scorers, leased one caller at a time: at most `capacity` of a deployment, first come first.

One whose script has written files beside its rows serves the job that it wrote them for, and no
other. Idle ones leave after `idle_s`. All end with the pool, and with the process that holds it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from shared.scoring.init_failures import InitFailures
from shared.scoring.launcher import Launcher
from shared.scoring.spec import PoolClosed, ScorerSpec, ScoringStopped
from shared.scoring.worker import GRACE_S, INIT_LIMIT_S, Scorer, State
from shared.scoring.workplace import Workplace

# The reaper sleeps at least this long, whatever `idle_s` says.
_SHORTEST_NAP_S = 0.05
# Who waits for a scorer asks this often whether it is still wanted.
_LOOK_EVERY_S = 0.5


@dataclass(frozen=True)
class _Idle:
    scorer: Scorer
    since: float

    def serves(self, spec: ScorerSpec, job: str) -> bool:
        scorer = self.scorer
        return scorer.spec == spec and (scorer.job == job or not scorer.is_of_its_job_alone)


@dataclass
class _Bench:
    """One deployment's scorers: how many are leased, which are idle, who waits."""

    leased: int = 0
    idle: list[_Idle] = field(default_factory=list[_Idle])
    queue: deque[object] = field(default_factory=deque[object])

    @property
    def is_empty(self) -> bool:
        return not (self.leased or self.idle or self.queue)


def _never() -> bool:
    return False


class ScorerPool:
    def __init__(
        self,
        *,
        scratch: Path,
        idle_s: float,
        temporary: Path | None = None,
        init_limit_s: float = INIT_LIMIT_S,
        grace_s: float = GRACE_S,
    ) -> None:
        self._scratch = scratch
        self._temporary = temporary
        self._idle_s = idle_s
        self._init_limit_s = init_limit_s
        self._grace_s = grace_s
        self._launcher = Launcher()
        self._failures = InitFailures()
        self._benches: dict[str, _Bench] = {}
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._reaper = threading.Thread(target=self._reap, name="scorer-reaper", daemon=True)
        self._reaper.start()

    @contextmanager
    def lease(
        self,
        spec: ScorerSpec,
        *,
        capacity: int,
        job: str = "",
        is_stopped: Callable[[], bool] = _never,
    ) -> Iterator[Scorer]:
        """A ready scorer, for this caller's `job`; waits until one of `capacity` is free.

        Side files that were told under a lease are in safety when it ends well; when it ends by an
        exception they are forgotten, for their mini-batches come again.

        Raises `InitFailed` when the model does not load, `ScoringStopped` when `is_stopped` says
        so while it waits or loads, and `PoolClosed` at the end.
        """
        scorer = self._take(spec, capacity, job, is_stopped)
        if scorer.job not in ("", job):
            scorer.drain_logs()  # what its threads printed after its last job
        scorer.job, scorer.is_stopped = job, is_stopped
        try:
            if scorer.state is not State.READY:
                scorer.start()
            yield scorer
        except BaseException:
            scorer.roll_back()
            raise
        else:
            scorer.commit()
        finally:
            self._put_back(scorer)

    def init_tries(self, fingerprint: str) -> int:
        """How often a deployment may fail to load, one time after the other."""
        return self._failures.tries(fingerprint)

    def release(self, job: str) -> None:
        """The job is over: end the idle scorers that nobody else may use."""
        with self._changed:
            done: list[_Idle] = []
            for bench in self._benches.values():
                of_job = [
                    one
                    for one in bench.idle
                    if one.scorer.job == job and one.scorer.is_of_its_job_alone
                ]
                bench.idle = [one for one in bench.idle if one not in of_job]
                done += of_job
        for one in done:
            one.scorer.discard()

    def close(self) -> None:
        """End every process. Who scores, loads or waits gets `PoolClosed`."""
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
        self._launcher.close(grace_s=self._grace_s)
        self._reaper.join()
        with self._changed:
            idle = [idle for bench in self._benches.values() for idle in bench.idle]
            for bench in self._benches.values():
                bench.idle.clear()
        for one in idle:
            one.scorer.discard()

    def _take(
        self, spec: ScorerSpec, capacity: int, job: str, is_stopped: Callable[[], bool]
    ) -> Scorer:
        if capacity < 1:
            raise ValueError(f"A capacity of {capacity} would wait for ever.")
        ticket = object()
        with self._changed:
            bench = self._benches.setdefault(spec.fingerprint, _Bench())
            bench.queue.append(ticket)
        try:
            while not self._has_turn(bench, ticket, capacity):
                if is_stopped():  # it may ask the store: never under the lock
                    raise ScoringStopped
        finally:
            with self._changed:
                bench.queue.remove(ticket)
                self._changed.notify_all()
        try:
            return self._chosen(bench, spec, job)
        except BaseException:  # the disk is full, say
            self._count_back(bench)
            raise

    def _has_turn(self, bench: _Bench, ticket: object, capacity: int) -> bool:
        """Wait a while for the turn, and count the scorer as leased if it came."""
        with self._changed:
            has_turn = self._changed.wait_for(
                lambda: (
                    self._closing.is_set() or (bench.queue[0] is ticket and bench.leased < capacity)
                ),
                _LOOK_EVERY_S,
            )
            if self._closing.is_set():
                raise PoolClosed("The worker is stopping: no scorer is handed out any more.")
            bench.leased += has_turn
            return has_turn

    def _chosen(self, bench: _Bench, spec: ScorerSpec, job: str) -> Scorer:
        """The job's own, else the one that rested least; those of another spec are outdated."""
        with self._changed:
            fitting = [idle for idle in bench.idle if idle.serves(spec, job)]
            fitting.sort(key=lambda idle: (idle.scorer.is_of_its_job_alone, idle.since))
            chosen = fitting[-1] if fitting else None
            outdated = [idle for idle in bench.idle if idle.scorer.spec != spec]
            bench.idle = [idle for idle in bench.idle if idle not in (chosen, *outdated)]
        for idle in outdated:
            idle.scorer.discard()
        return chosen.scorer if chosen else self._new(spec)

    def _new(self, spec: ScorerSpec) -> Scorer:
        return Scorer(
            spec,
            self._launcher.launch,
            self._failures,
            workplace=Workplace(self._scratch, self._temporary),
            init_limit_s=self._init_limit_s,
            grace_s=self._grace_s,
        )

    def _put_back(self, scorer: Scorer) -> None:
        is_kept = scorer.is_worth_keeping and not self._closing.is_set()
        with self._changed:
            bench = self._benches[scorer.spec.fingerprint]
            if is_kept:
                bench.idle.append(_Idle(scorer, time.monotonic()))
        self._count_back(bench)
        if not is_kept:
            scorer.discard()

    def _count_back(self, bench: _Bench) -> None:
        with self._changed:
            bench.leased -= 1
            self._changed.notify_all()

    def _reap(self) -> None:
        while not self._closing.wait(self._until_next_expiry()):
            for idle in self._take_expired():
                idle.scorer.discard()

    def _until_next_expiry(self) -> float:
        with self._changed:
            idle = [idle.since for bench in self._benches.values() for idle in bench.idle]
        wait = min(idle) + self._idle_s - time.monotonic() if idle else self._idle_s
        return max(wait, _SHORTEST_NAP_S)

    def _take_expired(self) -> list[_Idle]:
        limit = time.monotonic() - self._idle_s
        expired: list[_Idle] = []
        with self._changed:
            for fingerprint, bench in list(self._benches.items()):
                expired += [idle for idle in bench.idle if idle.since <= limit]
                bench.idle = [idle for idle in bench.idle if idle.since > limit]
                if bench.is_empty:
                    del self._benches[fingerprint]
        return expired
