"""One deployment's scorers on this machine: how many are leased, which are idle, who waits.

A scorer serves one job. A spare - it has loaded, and scored nothing - may become any job's.
"""

import math
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from shared.domain.minibatch import NO_MINIBATCHES, Span
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer_spec import ScorerSpec


@dataclass(frozen=True)
class Idle:
    scorer: Scorer
    since: float

    def serves(self, ticket: "LeaseRequest") -> bool:
        scorer = self.scorer
        is_fit = scorer.is_spare or scorer.job == ticket.job
        is_ready = scorer.spec == ticket.spec and not scorer.exit.has_begun
        return is_fit and is_ready and not self.has_scored(ticket)

    def has_scored(self, ticket: "LeaseRequest") -> bool:
        """Whether it would meet the files that it wrote when it scored the same mini-batches."""
        is_of_job = self.scorer.job == ticket.job and not self.scorer.is_spare
        return is_of_job and self.scorer.exit.has_files_of(ticket.span)


@dataclass(frozen=True, eq=False)
class LeaseRequest:
    """Who waits for a scorer, and for which mini-batches.

    `capacity` is the most that may be leased at once; `most` the most that may live here, 0: any.
    """

    spec: ScorerSpec
    job: str
    capacity: int
    most: int = 0
    span: Span = NO_MINIBATCHES


@dataclass
class DeploymentPool:
    """Not thread-safe: the pool's lock guards it.

    `starting` spares are being made; the last ticket came at `requested_at`, with that `capacity`
    and that `most`.
    """

    leased: Counter[str] = field(default_factory=Counter[str])
    starting: int = 0
    capacity: int = 0
    most: int = 0
    requested_at: float = 0.0
    idle: list[Idle] = field(default_factory=list[Idle])
    queue: deque[LeaseRequest] = field(default_factory=deque[LeaseRequest])

    @property
    def is_empty(self) -> bool:
        return not (self.busy or self.starting or self.idle or self.queue)

    @property
    def busy(self) -> int:
        return self.leased.total()

    @property
    def has_room_for_a_spare(self) -> bool:
        """Whether nobody waits, and one more than may be leased is not there yet.

        Jobs that follow one another find that one, while the successor of the last is loading.
        """
        room = min(self.capacity + 1, self.most or self.capacity + 1)
        return not self.queue and self._living < room

    def has_turn(self, ticket: LeaseRequest) -> bool:
        """First come, first served, but for those who cannot go on yet."""
        return next((one for one in self.queue if self._can_go(one)), None) is ticket

    def must_yield(self, job: str) -> bool:
        """Whether a job that has fewer scorers waits, and one given back would help it at once.

        It would not where a process had to be ended for it: loading costs more than to wait.
        """
        return any(
            self.leased[one.job] < self.leased[job] and self._is_helped(one) for one in self.queue
        )

    def is_outpaced(self, job: str, began: float, rested: float) -> bool:
        """Whether a scorer of the job came back after it `began`, and has rested since then.

        One that writes files had better have mini-batches in their order.
        """
        return any(
            one.scorer.job == job and began < one.since <= rested and not one.scorer.exit.may_write
            for one in self.idle
        )

    def take_fitting(self, ticket: LeaseRequest) -> tuple[Scorer | None, list[Scorer]]:
        """The job's own, else the spare that rested least; and who has to make room.

        Those of another spec are outdated. Who has scored the same mini-batches goes if nobody else
        is there: so they do not become more and more.
        """
        fitting = [idle for idle in self.idle if idle.serves(ticket)]
        fitting.sort(key=lambda idle: (idle.scorer.job == ticket.job, idle.since))
        chosen = fitting[-1] if fitting else None
        leaving = [idle for idle in self.idle if idle.scorer.spec != ticket.spec]
        if chosen is None:
            leaving += [one for one in self.idle if one not in leaving and one.has_scored(ticket)]
        if chosen is None and ticket.most and self._living - len(leaving) > ticket.most:
            leaving += [idle for idle in self.idle if idle not in leaving][:1]
        self.idle = [idle for idle in self.idle if idle not in (chosen, *leaving)]
        return chosen.scorer if chosen else None, [idle.scorer for idle in leaving]

    def idle_jobs(self, limit: float) -> set[str]:
        """Whose scorers have been idle since before."""
        used = (one for one in self.idle if one.since <= limit and not one.scorer.is_spare)
        return {one.scorer.job for one in used}

    def take_of_job(self, job: str, is_wanted: Callable[[Scorer], bool]) -> list[Scorer]:
        """The idle scorers that the job has used."""
        used = (one.scorer for one in self.idle if not one.scorer.is_spare)
        taken = [scorer for scorer in used if scorer.job == job and is_wanted(scorer)]
        self.idle = [one for one in self.idle if one.scorer not in taken]
        return taken

    def take_older(self, limit: float) -> list[Scorer]:
        """Those that have been idle since before."""
        taken = [one.scorer for one in self.idle if one.since <= limit]
        self.idle = [one for one in self.idle if one.since > limit]
        return taken

    @property
    def _living(self) -> int:
        return self.busy + self.starting + len(self.idle)

    def _can_go(self, ticket: LeaseRequest) -> bool:
        if self.busy >= ticket.capacity:
            return False
        if any(idle.serves(ticket) for idle in self.idle):
            return True
        # Whoever came first waits for the spare that is being made: it is ready sooner.
        is_served_soon = list(self.queue).index(ticket) < self.starting
        return not is_served_soon and self._has_room(ticket)

    def _is_helped(self, ticket: LeaseRequest) -> bool:
        is_served = any(idle.serves(ticket) for idle in self.idle)
        return is_served or ticket.spec.is_stateless or self._living < (ticket.most or math.inf)

    def _has_room(self, ticket: LeaseRequest) -> bool:
        """Others' idle processes make room for a job that has none, not for each of its bundles."""
        if not ticket.most or self._living < ticket.most:
            return True
        own = (one for one in self.idle if one.scorer.job == ticket.job)
        has_one = self.leased[ticket.job] or any(not one.has_scored(ticket) for one in own)
        return bool(self.idle) and not has_one
