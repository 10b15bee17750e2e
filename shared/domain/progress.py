"""How far a job is, how fast, and how long it will still take: a range, or unknown."""

import math
from datetime import datetime

from shared.domain.job import JobState
from shared.domain.message import Message

# With fewer mini-batches than this done, any forecast would be a guess.
ENOUGH_TO_SAY = 3
# The error of a mean of n measurements falls with the root of n; durations of mini-batches scatter
# by about their own mean.
SCATTER = 1.0
WIDEST = 0.9


class Counts(Message):
    total: int
    done: int
    failed: int
    remaining: int


class Eta(Message):
    """Seconds that remain, between `low_s` and `high_s`."""

    low_s: float
    high_s: float

    def __str__(self) -> str:
        low, high = round(self.low_s), round(self.high_s)
        if self.high_s < 1:
            return "under 1 s"
        return f"about {high} s" if low == high else f"{low}-{high} s"


class Progress(Message):
    """The numbers that the API, the page, the CLI and the log all show."""

    files: Counts
    mini_batches: Counts
    rows: int
    retries: int
    elapsed_s: float
    files_per_s: float | None
    eta: Eta | None


def progress_of(state: JobState, now: datetime) -> Progress | None:
    """The progress at a moment; None while nothing is planned."""
    if state.plan is None or not state.plan.minibatches:
        return None
    tally, plan = state.tally, state.plan
    elapsed = _elapsed_s(state, now)
    return Progress(
        files=_counts(plan.files, tally.files, tally.failed_files),
        mini_batches=_counts(plan.minibatches, tally.minibatches, tally.failed_minibatches),
        rows=tally.rows,
        retries=tally.retries,
        elapsed_s=round(elapsed, 3),
        files_per_s=round(tally.files / elapsed, 3) if tally.files and elapsed else None,
        eta=_eta(tally.minibatches, plan.minibatches, elapsed, is_over=state.status.is_terminal),
    )


def _counts(total: int, done: int, failed: int) -> Counts:
    return Counts(total=total, done=done, failed=failed, remaining=max(0, total - done))


def _elapsed_s(state: JobState, now: datetime) -> float:
    if state.scoring_since is None:
        return 0.0
    return max(0.0, ((state.ended_at or now) - state.scoring_since).total_seconds())


def _eta(done: int, total: int, elapsed_s: float, *, is_over: bool) -> Eta | None:
    if is_over or not ENOUGH_TO_SAY <= done < total or not elapsed_s:
        return None
    expected = (total - done) * elapsed_s / done
    error = min(WIDEST, SCATTER / math.sqrt(done))
    return Eta(low_s=round(expected * (1 - error), 1), high_s=round(expected * (1 + error), 1))
