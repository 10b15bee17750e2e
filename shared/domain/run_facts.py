"""Where a job's time went: durations of run(), what scorers waited for, and the pace over time."""

import math
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shared.domain.message import JSON
from shared.domain.sheet import NOBODY, Sheet

MOST_BARS = 40
BAR_RATIO = 1.25
MOST_POINTS = 200
SHORTEST_MS = 0.01
_STEPS = (1, 2, 5)


def _doubles() -> "array[float]":
    return array("d")


@dataclass
class _Presence:
    """One scorer: from its first moment in the job to its last, and what it did in between."""

    first: float = math.inf
    last: float = -math.inf
    loaded: float = 0.0
    busy: float = 0.0
    waited: float = 0.0

    def note(self, start: float, ms: float) -> None:
        self.first, self.last = min(self.first, start), max(self.last, start + ms)

    @property
    def present(self) -> float:
        return max(0.0, self.last - self.first)


@dataclass
class RunFacts:
    """Sums over sheets; times in milliseconds. `lost` counts failed tries by their kind."""

    run_ms: "array[float]" = field(default_factory=_doubles)
    ends: "array[float]" = field(default_factory=_doubles)
    files: "array[float]" = field(default_factory=_doubles)
    failed: "array[float]" = field(default_factory=_doubles)
    scorers: dict[str, _Presence] = field(default_factory=dict[str, _Presence])
    lost: Counter[str] = field(default_factory=Counter[str])
    lost_ms: float = 0.0
    out_of_memory: int = 0
    saved_by_retry: int = 0
    lost_after_retry: int = 0
    memory_mb: int = 0
    memory_limit_mb: int = 0

    @classmethod
    def of(cls, sheets: Iterable[Sheet]) -> "RunFacts":
        facts = cls()
        for sheet in sheets:
            facts.add(sheet)
        return facts

    def add(self, sheet: Sheet) -> None:
        own = [self.scorers.setdefault(name, _Presence()) for name in sheet.scorers]
        self._add_loads(sheet, own)
        for place, scorer in enumerate(sheet.scorer):
            if scorer != NOBODY:
                self._add_minibatch(sheet, place, own[scorer])
        tries = sheet.failed_tries
        self.lost.update(tries.kind)
        self.lost_ms += sum(tries.ms)
        self.out_of_memory += tries.error_type.count("OutOfMemory")
        self.run_ms.extend(
            ms for ms, kind in zip(tries.ms, tries.kind, strict=True) if kind == "timeout"
        )
        self.memory_mb = max(self.memory_mb, sheet.memory_mb)
        self.memory_limit_mb = max(self.memory_limit_mb, sheet.memory_limit_mb)

    def _add_loads(self, sheet: Sheet, own: Sequence[_Presence]) -> None:
        loads = sheet.loads
        for scorer, start, ms in zip(loads.scorer, loads.start_ms, loads.ms, strict=True):
            if start >= 0:  # a spare was loaded before, at nobody's cost
                own[scorer].note(start, ms)
                own[scorer].loaded += ms

    def _add_minibatch(self, sheet: Sheet, place: int, scorer: _Presence) -> None:
        start, ms, failed = sheet.start_ms[place], sheet.ms[place], sheet.failed[place]
        if failed < sheet.files[place]:
            self.run_ms.append(sheet.run_ms[place])
        if sheet.tries[place] > 1:
            self.saved_by_retry += int(failed == 0)
            self.lost_after_retry += int(failed > 0)
        if start is None:
            return
        scorer.note(start - sheet.waited_ms[place], sheet.waited_ms[place] + ms)
        scorer.busy += ms
        scorer.waited += sheet.waited_ms[place]
        self.ends.append(start + ms)
        self.files.append(sheet.files[place])
        self.failed.append(failed)

    @property
    def present_ms(self) -> float:
        """The time of all scorers together, from each one's first moment to its last."""
        return sum(one.present for one in self.scorers.values())

    @property
    def init_share(self) -> float:
        return self._share(sum(one.loaded for one in self.scorers.values()))

    @property
    def waited_share(self) -> float:
        return self._share(sum(one.waited for one in self.scorers.values()))

    @property
    def overhead_ms(self) -> float:
        """Of one mini-batch, beside its tries and its files: handing out, staging rows."""
        known = sum(one.loaded + one.busy + one.waited for one in self.scorers.values())
        return max(0.0, self.present_ms - known) / max(1, len(self.ends))

    @property
    def mean_run_ms(self) -> float:
        return sum(self.run_ms) / max(1, len(self.run_ms))

    def durations(self) -> JSON:
        """Percentiles and a histogram of run(); a try that was ended by its timeout counts, too."""
        run_ms = sorted(self.run_ms)
        if not run_ms:
            return None
        edges = _edges(run_ms[0], run_ms[-1])
        counts = [0] * (len(edges) - 1)
        for ms in run_ms:
            counts[min(len(counts) - 1, max(0, bisect_right(edges, ms) - 1))] += 1
        return {
            "count": len(run_ms),
            "mean_ms": _rounded(self.mean_run_ms),
            "p50_ms": _rounded(quantile(run_ms, 0.5)),
            "p95_ms": _rounded(quantile(run_ms, 0.95)),
            "max_ms": _rounded(run_ms[-1]),
            "histogram": {"edges_ms": [_rounded(edge) for edge in edges], "counts": counts},
        }

    def pace(self) -> JSON:
        """Files that were done, and that failed, in equal steps of the time."""
        if not self.ends:
            return None
        begin = min(one.first for one in self.scorers.values())
        width = _step(max(self.ends) - begin)
        points = int((max(self.ends) - begin) / width) + 1
        files, failed = [0] * points, [0] * points
        for end, done, lost in zip(self.ends, self.files, self.failed, strict=True):
            place = max(0, int((end - begin) / width))
            files[place] += int(done)
            failed[place] += int(lost)
        return {"start_ms": round(begin), "step_ms": width, "files": files, "failed": failed}

    def shares(self) -> JSON:
        """What the scorers' time went into; None before there is any."""
        if not self.present_ms:
            return None
        busy = self._share(sum(one.busy for one in self.scorers.values()))
        known = busy + self.init_share + self.waited_share
        return {
            "run": round(busy, 3),
            "init": round(self.init_share, 3),
            "files": round(self.waited_share, 3),
            "rest": round(max(0.0, 1 - known), 3),
        }

    def _share(self, ms: float) -> float:
        return min(1.0, ms / self.present_ms) if self.present_ms else 0.0


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least that share of them does not exceed; 0 of none."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def _edges(low: float, high: float) -> list[float]:
    """Bars of one ratio, as durations are spread."""
    low, high = max(low, SHORTEST_MS), max(high, SHORTEST_MS)
    bars = math.ceil(math.log(high / low) / math.log(BAR_RATIO)) if high > low else 1
    bars = max(1, min(MOST_BARS, bars))
    return [low * (high / low) ** (one / bars) for one in range(bars)] + [high]


def _step(ms: float) -> float:
    """The shortest round step of which MOST_POINTS are enough."""
    power = 100.0
    while True:
        for one in _STEPS:
            if int(ms / (one * power)) + 1 <= MOST_POINTS:
                return one * power
        power *= 10


def _rounded(ms: float) -> float:
    return round(ms, 2)
