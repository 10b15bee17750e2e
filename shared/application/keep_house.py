"""Keep house: remove what was kept for long enough, a bounded look at a time.

1. A walk goes through its phases in order, once a day; each look goes on where the last one
   stopped, in any host. A look that was killed is repeated, and finds less.
2. One host at a time has the walk. It is held for a while only; two that meet all the same remove
   the same things, and nothing else.
3. When the walk is over, what went is recorded. A dry run finds the same, and removes nothing.
"""

import logging
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.application.house_phases import HousePhase, Look
from shared.domain.housekeeping import Finding, totals
from shared.histories import Histories
from shared.stores.housekeeping_walks import HousekeepingWalks, Position, Walk, WalkRecord

log = logging.getLogger(__name__)
PAUSE = timedelta(days=1)
# What a dry run noted is of no use after this time.
NAMES_KEPT = timedelta(days=2)


@dataclass(frozen=True)
class Looked:
    """What one look found. `position` is where the next one begins; None: the walk is over.

    `is_busy`: somebody else has the walk; `is_resting`: the next one begins later.
    """

    found: list[Finding]
    position: Position | None = None
    walk: str = ""
    problems: int = 0
    is_busy: bool = False
    is_resting: bool = False


@dataclass(frozen=True)
class KeepHouse:
    walks: HousekeepingWalks
    phases: Sequence[HousePhase]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    timer: Callable[[], float] = time.monotonic

    def __call__(self, histories: Histories, *, limit_s: float, now: bool = False) -> Looked:
        """One look; with `now` a walk begins at once, though one is not due."""
        holder, moment = uuid.uuid4().hex, self.clock()
        if not now and self._is_resting(self.walks.read(), moment):
            return Looked([], is_resting=True)
        walk = self.walks.hold(holder, moment)
        if walk is None:
            return Looked([], is_busy=True)
        try:
            position = walk.position or self._begin(moment)
            walk = walk.model_copy(update={"position": position, "begins_at": None})
            look = self._look(position, histories, walk.histories_until, limit_s, is_dry=False)
            walk = self._after(walk, look)
        finally:
            self.walks.release(holder, walk)
        return Looked(look.found, walk.position, position.walk, look.problems)

    def dry(self, histories: Histories, position: Position | None, *, limit_s: float) -> Looked:
        """What a walk that begins now would find next."""
        begun = position or self._begin(self.clock())
        until = self.walks.read().histories_until
        look = self._look(begun, histories, until, limit_s, is_dry=True)
        is_over = look.position.phase >= len(self.phases)
        next_one = None if is_over else look.position
        return Looked(look.found, next_one, begun.walk, look.problems)

    def _begin(self, moment: datetime) -> Position:
        self.walks.forget_names(before=moment - NAMES_KEPT)
        name = f"{int(moment.timestamp()):010d}-{uuid.uuid4().hex[:8]}"
        return Position(walk=name, started_at=moment)

    def _is_resting(self, walk: Walk, moment: datetime) -> bool:
        return walk.position is None and walk.begins_at is not None and moment < walk.begins_at

    def _look(
        self,
        position: Position,
        histories: Histories,
        until: datetime | None,
        limit_s: float,
        *,
        is_dry: bool,
    ) -> Look:
        end = self.timer() + limit_s
        look = Look(position, histories, until, is_dry, lambda: self.timer() >= end)
        while look.position.phase < len(self.phases):
            if not self.phases[look.position.phase](look):
                break
            look.position = look.position.next_phase()
            if look.is_late():
                break
        return look

    def _after(self, walk: Walk, look: Look) -> Walk:
        """The walk as it is to be kept; one that is over is recorded."""
        gone, problems = totals(look.found, walk.gone), walk.problems + look.problems
        for one in look.found:
            log.info(
                "housekeeping rule=%s name=%s count=%d bytes=%s: %s",
                *(one.rule, one.name, one.count, one.bytes, one.reason),
            )
        until = look.histories_until
        if look.position.phase < len(self.phases):
            return Walk(position=look.position, gone=gone, problems=problems, histories_until=until)
        ended_at = self.clock()
        self.walks.record(
            WalkRecord(
                walk=look.position.walk,
                started_at=look.position.started_at,
                ended_at=ended_at,
                gone=gone,
                problems=problems,
            )
        )
        log.info("housekeeping walk=%s is over problems=%d", look.position.walk, problems)
        return Walk(begins_at=look.position.started_at + PAUSE, histories_until=until)
