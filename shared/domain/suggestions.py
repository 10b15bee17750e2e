"""Suggestions: settings that a job's own numbers ask to be changed, and why."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shared.domain.deployment import BatchSettings
from shared.domain.message import JSON
from shared.domain.plan import Plan
from shared.domain.run_facts import RunFacts, quantile

# Fewer mini-batches than this say nothing of the others.
ENOUGH = 5
NEAR = 0.7
"""Of a timeout: a run() beyond it has no room for a slower machine."""
AIM = 0.5
"""Of a timeout, where a changed mini-batch should end."""
SHORT_AIM = 0.25
"""The same, where mini-batches are made larger."""
CHEAP = 2.0
"""run() should take that many times what handing out costs; below it is said."""
GOAL = 10
"""So many times, after the change."""
MOST_OF_IT = 0.5
LEAST_INIT_MS = 5_000.0
MUCH_WAITING = 0.4
LEAST_WAITING_MS = 5_000.0
NEAR_MEMORY = 0.85
MORE_MEMORY = 1.5
LEAST_RETRIES = 3
ROUNDS = 4
"""Mini-batches for each scorer, so that all of them end together."""
LARGEST_SIZE = 100_000

SIZE, TIMEOUT = "mini_batch_size", "retry_settings.timeout"
RETRIES, CONCURRENCY = "retry_settings.max_retries", "max_concurrency_per_instance"
MEMORY, DOWNLOADS = "SCORER_MEMORY_MB", "DOWNLOADS_AT_ONCE"


@dataclass(frozen=True)
class Suggestion:
    """`suggested` is None where no value alone would help; `setting` is then what to look at."""

    setting: str
    current: int | str
    suggested: int | None
    why: str

    def to_wire(self) -> JSON:
        return {
            "setting": self.setting,
            "current": self.current,
            "suggested": self.suggested,
            "why": self.why,
        }


@dataclass(frozen=True)
class Situation:
    """What a suggestion goes by."""

    settings: BatchSettings
    plan: Plan
    facts: RunFacts
    downloads_at_once: int = 0

    @property
    def p95_s(self) -> float:
        return quantile(sorted(self.facts.run_ms), 0.95) / 1000

    @property
    def timeout_s(self) -> int:
        return self.settings.retry_settings.timeout_s

    @property
    def size(self) -> int:
        return self.settings.mini_batch_size


type Rule = Callable[[Situation], Suggestion | None]


def suggestions(situation: Situation) -> list[Suggestion]:
    """The weightiest first; none for what too few mini-batches tell of."""
    return list(_found(situation))


def _found(situation: Situation) -> Iterator[Suggestion]:
    for rule in (_slow, _memory, _futile_retries, _tiny, _idle, _loading, _waiting):
        if (found := rule(situation)) is not None:
            yield found


def _slow(at: Situation) -> Suggestion | None:
    """run() comes near its timeout, or passes it."""
    timeouts = at.facts.lost["timeout"]
    if at.p95_s < NEAR * at.timeout_s and not timeouts:
        return None
    what = f"p95 of run() is {_seconds(at.p95_s)} of a {at.timeout_s} s timeout"
    if timeouts:
        lost = sum(at.facts.lost.values())
        what = f"{timeouts} of {lost} failed tries were ended by the timeout; {what}"
    slowest = max(at.p95_s, at.timeout_s if timeouts else 0)
    smaller = int(at.size * AIM * at.timeout_s / slowest)
    if at.size > 1:
        smaller = max(1, min(smaller, at.size - 1))
        return Suggestion(SIZE, at.size, smaller, f"{what}: use {SIZE} {smaller}.")
    longer = math.ceil(slowest / AIM)
    why = f"{what}, and a mini-batch is one file already: allow {longer} s."
    return Suggestion(TIMEOUT, at.timeout_s, longer, why)


def _memory(at: Situation) -> Suggestion | None:
    facts = at.facts
    is_near = facts.memory_limit_mb and facts.memory_mb >= NEAR_MEMORY * facts.memory_limit_mb
    if not is_near and not facts.out_of_memory:
        return None
    most = max(facts.memory_mb, facts.memory_limit_mb if facts.out_of_memory else 0)
    what = f"Scorers held {most} MB of the {facts.memory_limit_mb} MB that they may have"
    if facts.out_of_memory:
        what += f", and {facts.out_of_memory} tries were ended for it"
    if at.size > 1:
        half = max(1, at.size // 2)
        return Suggestion(SIZE, at.size, half, f"{what}: use {SIZE} {half}.")
    more = math.ceil(most * MORE_MEMORY / 64) * 64
    return Suggestion(MEMORY, facts.memory_limit_mb, more, f"{what}: allow {more} MB.")


def _futile_retries(at: Situation) -> Suggestion | None:
    facts, tries = at.facts, at.settings.retry_settings.tries
    if facts.saved_by_retry or facts.lost_after_retry < LEAST_RETRIES:
        return None
    why = (
        f"{facts.lost_after_retry} mini-batches were tried again, and not one succeeded by that; "
        f"failed tries took {_seconds(facts.lost_ms / 1000)}: use {RETRIES} 1."
    )
    return Suggestion(RETRIES, tries, 1, why)


def _tiny(at: Situation) -> Suggestion | None:
    """Handing a mini-batch out costs more than what is done with it."""
    run_ms, overhead_ms = at.facts.mean_run_ms, at.facts.overhead_ms
    if len(at.facts.ends) < ENOUGH * ROUNDS or overhead_ms * CHEAP < run_ms or overhead_ms < 1:
        return None
    each = max(run_ms, 0.01) / at.size
    wanted = math.ceil(GOAL * overhead_ms / each)
    in_time = int(at.size * SHORT_AIM * at.timeout_s / max(at.p95_s, 1e-5))
    in_shares = math.ceil(at.plan.files / (at.settings.parallelism * ROUNDS))
    larger = min(wanted, in_time, in_shares, LARGEST_SIZE)
    if larger < CHEAP * at.size:
        return None
    why = (
        f"run() takes {_ms(run_ms)} per mini-batch, while each costs {_ms(overhead_ms)} beside it, "
        f"to hand out and to stage: use a larger {SIZE}, such as {larger}."
    )
    return Suggestion(SIZE, at.size, larger, why)


def _idle(at: Situation) -> Suggestion | None:
    """There are fewer mini-batches than could be in flight."""
    width, count = at.settings.parallelism, at.plan.minibatches
    if not 0 < count < width or at.plan.files <= count or not at.facts.ends:
        return None
    smaller = max(1, math.ceil(at.plan.files / (width * ROUNDS)))
    why = (
        f"{count} mini-batches kept {count} of {width} scorers busy: use {SIZE} {smaller}, "
        "so that each has several."
    )
    return Suggestion(SIZE, at.size, smaller, why) if smaller < at.size else None


def _loading(at: Situation) -> Suggestion | None:
    facts = at.facts
    loaded = facts.init_share * facts.present_ms
    if facts.init_share < MOST_OF_IT or loaded < LEAST_INIT_MS:
        return None
    what = f"{facts.init_share:.0%} of the scorers' time was init()"
    per_instance, count = at.settings.max_concurrency_per_instance, len(facts.scorers)
    if per_instance > 1 and count > 1:
        fewer = max(1, per_instance // 2)
        why = f"{what}, in {count} processes: use {CONCURRENCY} {fewer}, or score more files a job."
        return Suggestion(CONCURRENCY, per_instance, fewer, why)
    why = f"{what}: score more files with each job, or let init() load less."
    return Suggestion("init()", f"{facts.init_share:.0%}", None, why)


def _waiting(at: Situation) -> Suggestion | None:
    facts = at.facts
    waited = facts.waited_share * facts.present_ms
    if facts.waited_share < MUCH_WAITING or waited < LEAST_WAITING_MS:
        return None
    what = f"{facts.waited_share:.0%} of the scorers' time was waiting for files"
    more = at.downloads_at_once * 2
    if more:
        why = f"{what}: use the service's setting {DOWNLOADS} {more}, or fewer and larger files."
        return Suggestion(DOWNLOADS, at.downloads_at_once, more, why)
    return Suggestion("input", f"{facts.waited_share:.0%}", None, f"{what}: use larger files.")


def _ms(ms: float) -> str:
    return _seconds(ms / 1000) if ms >= 1000 else f"{ms:.3g} ms"  # noqa: PLR2004  # of a second


def _seconds(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds < 100 else f"{round(seconds)} s"  # noqa: PLR2004  # digits
