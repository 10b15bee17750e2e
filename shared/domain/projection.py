"""What a sample's measured times say of the whole input: a time, its error, and what it costs.

A mini-batch is measured from its first try to its last, with the wait for its files. Mini-batches
of a sample differ in size (the last has what is left), so that time goes by files: the ratio of all
seconds to all files, with the error that such a ratio has.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.domain.message import Message
from shared.domain.outcome import MinibatchReport
from shared.domain.sample import Whole

CONFIDENCE = 0.95
# Student's t for that confidence, by degrees of freedom from 1; beyond them it hardly changes.
_STUDENT = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.18, 2.16, 2.14, 2.13)
_NORMAL = 2.09
HOUR_S = 3600.0


class Cost(Message):
    """In the currency of the price: of all instances, for the time between both bounds."""

    price_per_hour: float
    instances: int
    amount: float
    low: float | None
    high: float | None


class Projection(Message):
    """The time of the whole input in seconds; bounds and error are null after one mini-batch.

    `mean_s` and `spread_s` (standard deviation) are of the sample's mini-batches, `startup_s` is
    what a job takes however many files it has. `basis` says in words what all this rests on.
    """

    files: int
    mini_batches: int
    seconds: float
    low_s: float | None
    high_s: float | None
    error: float | None
    confidence: float = CONFIDENCE
    measured_mini_batches: int
    measured_files: int
    mean_s: float
    spread_s: float | None
    startup_s: float
    parallelism: int
    basis: str
    cost: Cost | None = None


@dataclass(frozen=True)
class Terms:
    """How the whole would be scored: its mini-batches, so many at once on so many instances."""

    whole: Whole
    mini_batches: int
    parallelism: int
    instances: int
    price_per_hour: float = 0.0


def projected(
    reports: Iterable[MinibatchReport], elapsed_s: float, terms: Terms
) -> Projection | None:
    """None where the sample measured nothing. `elapsed_s` is the sample's own time."""
    measured = [(one.files, one.seconds + one.waited) for one in reports if one.files]
    files, seconds = sum(count for count, _ in measured), sum(one for _, one in measured)
    if not files or not terms.whole.files:
        return None
    at_once = min(terms.parallelism, terms.mini_batches)
    startup = max(0.0, elapsed_s - seconds / min(terms.parallelism, len(measured)))
    expected = startup + seconds / files * terms.whole.files / at_once
    error = _relative_error(measured, terms.whole.files)
    low, high = _bounds(startup, expected, error)
    times = [one for _, one in measured]
    return Projection(
        files=terms.whole.files,
        mini_batches=terms.mini_batches,
        seconds=round(expected, 3),
        low_s=low,
        high_s=high,
        error=None if high is None else round((high - expected) / max(expected, 1e-9), 4),
        measured_mini_batches=len(measured),
        measured_files=files,
        mean_s=round(sum(times) / len(times), 4),
        spread_s=_spread(times),
        startup_s=round(startup, 3),
        parallelism=at_once,
        basis=_basis(measured, files, at_once, terms),
        cost=_cost(expected, low, high, terms),
    )


def _relative_error(measured: Sequence[tuple[int, float]], whole: int) -> float | None:
    """Of the ratio of seconds to files, at that confidence; of two mini-batches at the least."""
    count = len(measured)
    if count < 2:  # noqa: PLR2004  # one measurement has no spread
        return None
    files, seconds = sum(one for one, _ in measured), sum(one for _, one in measured)
    if files >= whole:
        return 0.0
    if not seconds:
        return None
    rest = sum((one_s - seconds / files * one) ** 2 for one, one_s in measured) / (count - 1)
    unseen = math.sqrt(1 - files / whole)
    return _student(count - 1) * math.sqrt(rest / count) * unseen / (seconds / count)


def _student(freedom: int) -> float:
    return _STUDENT[freedom - 1] if freedom <= len(_STUDENT) else _NORMAL


def _bounds(
    startup: float, expected: float, error: float | None
) -> tuple[float | None, float | None]:
    """The startup is taken as it was; scoring takes so much less or more, and never less than 0."""
    if error is None:
        return None, None
    half = (expected - startup) * error
    return round(max(startup, expected - half), 3), round(expected + half, 3)


def _spread(times: Sequence[float]) -> float | None:
    if len(times) < 2:  # noqa: PLR2004  # one measurement has no spread
        return None
    mean = sum(times) / len(times)
    return round(math.sqrt(sum((one - mean) ** 2 for one in times) / (len(times) - 1)), 4)


def _cost(seconds: float, low: float | None, high: float | None, terms: Terms) -> Cost | None:
    if not terms.price_per_hour:
        return None
    rate = terms.price_per_hour * terms.instances / HOUR_S
    return Cost(
        price_per_hour=terms.price_per_hour,
        instances=terms.instances,
        amount=round(seconds * rate, 4),
        low=None if low is None else round(low * rate, 4),
        high=None if high is None else round(high * rate, 4),
    )


def _basis(measured: Sequence[object], files: int, at_once: int, terms: Terms) -> str:
    share = f"{len(measured)} mini-batches with {files} of {terms.whole.files} files"
    rests = (
        f"It rests on the measured seconds of {share}, on {at_once} mini-batches at a time, as the "
        "settings say, and on a machine that is as busy as it was."
    )
    if len(measured) > 1:
        return rests
    return (
        f"{rests} One mini-batch says nothing of how they differ: for a stated error sample more "
        "files than one mini-batch holds."
    )
