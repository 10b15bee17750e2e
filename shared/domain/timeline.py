"""The timeline: what each scorer did and when, thinned to so many spans.

1. `init` is the start of a process, `wait` is waiting for the files of a mini-batch, `run` is a
   mini-batch over all its tries. Between them a scorer waited for work, or its rows were staged.
2. Too many spans are put together by equal parts of the time: of each scorer and part there is then
   one `run` at most, which says how much of it was `busy`, and one `init`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from shared.domain.message import JSON
from shared.domain.sheet import Sheet

INIT, WAIT, RUN = "init", "wait", "run"
# Of each scorer and part of the time.
SPANS_PER_PART = 2


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """`start` and `ms` in milliseconds since the job was created; `first` is a mini-batch."""

    scorer: int
    kind: str
    start: float
    ms: float
    first: int = -1
    count: int = 0
    failed: int = 0
    busy: float = 0.0

    @property
    def end(self) -> float:
        return self.start + self.ms

    def joined(self, other: "TimeSpan") -> "TimeSpan":
        start = min(self.start, other.start)
        return replace(
            self,
            kind=INIT if self.kind == INIT else RUN,
            start=start,
            ms=max(self.end, other.end) - start,
            first=min((one for one in (self.first, other.first) if one >= 0), default=-1),
            count=self.count + other.count,
            failed=self.failed + other.failed,
            busy=self.busy + other.busy,
        )


@dataclass
class Timeline:
    """Spans between two moments, and whose they are."""

    scorers: list[str] = field(default_factory=list[str])
    spans: list[TimeSpan] = field(default_factory=list[TimeSpan])

    @classmethod
    def of(cls, sheets: Iterable[Sheet], start: float, end: float) -> "Timeline":
        places = dict[str, int]()
        spans = [
            span
            for sheet in sheets
            for span in _spans(sheet, places)
            if span.end >= start and span.start <= end
        ]
        return cls(list(places), spans)

    def thinned(self, most: int) -> "Timeline":
        """At most so many spans; of more scorers than spans the first ones."""
        if len(self.spans) <= most or not self.spans:
            return self
        scorers = self.scorers[: max(1, most // SPANS_PER_PART)]
        parts = max(1, most // (SPANS_PER_PART * len(scorers)))
        begin = min(span.start for span in self.spans)
        width = (max(span.start for span in self.spans) - begin) / parts or 1.0
        joined = dict[tuple[int, int, bool], TimeSpan]()
        for span in self.spans:
            if span.scorer < len(scorers):
                part = min(parts - 1, int((span.start - begin) / width))
                key = span.scorer, part, span.kind == INIT
                joined[key] = joined[key].joined(span) if key in joined else _as_run(span)
        return Timeline(scorers, [joined[key] for key in sorted(joined)])

    def to_wire(self) -> JSON:
        """In columns."""
        return {
            "scorers": self.scorers,
            "spans": {
                "scorer": [one.scorer for one in self.spans],
                "kind": [one.kind[0] for one in self.spans],
                "start_ms": [round(one.start) for one in self.spans],
                "ms": [round(one.ms, 1) for one in self.spans],
                "busy_ms": [round(one.busy, 1) for one in self.spans],
                "first": [one.first for one in self.spans],
                "count": [one.count for one in self.spans],
                "failed": [one.failed for one in self.spans],
            },
        }


def _as_run(span: TimeSpan) -> TimeSpan:
    return replace(span, kind=RUN) if span.kind == WAIT else span


def _spans(sheet: Sheet, places: dict[str, int]) -> Iterator[TimeSpan]:
    own = [places.setdefault(name, len(places)) for name in sheet.scorers]
    loads = sheet.loads
    for scorer, start, ms in zip(loads.scorer, loads.start_ms, loads.ms, strict=True):
        if start + ms >= 0:
            yield TimeSpan(own[scorer], INIT, start, ms, busy=ms)
    for place, (scorer, began) in enumerate(zip(sheet.scorer, sheet.start_ms, strict=True)):
        if scorer < 0 or began is None:
            continue
        if (waited := sheet.waited_ms[place]) >= 1:
            yield TimeSpan(own[scorer], WAIT, began - waited, waited)
        ms, failed = sheet.ms[place], int(sheet.failed[place] > 0)
        yield TimeSpan(own[scorer], RUN, began, ms, sheet.first + place, 1, failed, ms)
