"""A sheet: a shard's mini-batches in columns, which is what the pages about a job read.

It is made of the records of the shard's bundles, and says nothing that they do not say. Times are
milliseconds since the job was created.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pydantic import Field

from shared.domain.error_causes import Cause, Causes
from shared.domain.message import Message
from shared.domain.minibatch import Span
from shared.domain.outcome import FailedTry, FileError, Load, MinibatchReport

# Letters of `states`.
WAITING, RUNNING, SUCCEEDED, PARTLY, FAILED = "w", "r", "s", "p", "f"
STATE_NAMES: Mapping[str, str] = {
    WAITING: "waiting",
    RUNNING: "running",
    SUCCEEDED: "succeeded",
    PARTLY: "partly failed",
    FAILED: "failed",
}
NOBODY = -1
# Failed tries of one shard that are told one by one.
MOST_TRIES = 1_000


class Recorded(Protocol):
    """What a bundle left of its mini-batches: a record of the store."""

    @property
    def process(self) -> str: ...
    @property
    def reports(self) -> list[MinibatchReport]: ...
    @property
    def errors(self) -> list[FileError]: ...
    @property
    def tries(self) -> list[FailedTry]: ...
    @property
    def loads(self) -> list[Load]: ...
    @property
    def memory_mb(self) -> int: ...
    @property
    def memory_limit_mb(self) -> int: ...


class FailedTries(Message):
    """Tries that failed, one in each place of the columns."""

    mini_batch: list[int] = Field(default_factory=list[int])
    start_ms: list[float] = Field(default_factory=list[float])
    ms: list[float] = Field(default_factory=list[float])
    kind: list[str] = Field(default_factory=list[str])
    error_type: list[str] = Field(default_factory=list[str])


class Loads(Message):
    """Starts of scorers' processes, with their init(); one from before the job is negative."""

    scorer: list[int] = Field(default_factory=list[int])
    start_ms: list[float] = Field(default_factory=list[float])
    ms: list[float] = Field(default_factory=list[float])


class Sheet(Message):
    """Mini-batches `first`, `first` + 1, ...: one letter of `states` and one value in each column.

    `ms` is a mini-batch's time over all its tries, `run_ms` that of the run() that counted,
    `waited_ms` that before it for its files; `scorer` and `cause` are places in `scorers` and
    `causes`, -1 is none. What was not recorded is null.
    """

    shard: int
    first: int
    states: str
    files: list[int]
    failed: list[int]
    rows: list[int]
    tries: list[int]
    start_ms: list[float | None]
    ms: list[float]
    run_ms: list[float]
    waited_ms: list[float]
    scorer: list[int]
    cause: list[int]
    scorers: list[str]
    causes: list[Cause]
    failed_tries: FailedTries = FailedTries()
    loads: Loads = Loads()
    memory_mb: int = 0
    memory_limit_mb: int = 0

    @property
    def span(self) -> Span:
        return Span(first=self.first, stop=self.first + len(self.states))


# The columns that have one value for each mini-batch.
COLUMNS = (
    "files",
    "failed",
    "rows",
    "tries",
    "start_ms",
    "ms",
    "run_ms",
    "waited_ms",
    "scorer",
    "cause",
)


class SheetWriter:
    """Fills a sheet from records; mini-batches without a report are waiting, or running."""

    def __init__(self, shard: int, span: Span, files: Sequence[int], since: datetime) -> None:
        count = len(span)
        self._shard, self._span, self._since = shard, span, since
        self._states = [WAITING] * count
        self._columns: dict[str, list[float | None]] = {name: [0] * count for name in COLUMNS}
        self._columns["files"] = list(files)
        self._columns["start_ms"] = [None] * count
        self._columns["scorer"], self._columns["cause"] = [NOBODY] * count, [NOBODY] * count
        self._scorers: dict[str, int] = {}
        self._causes = Causes()
        self._tries, self._loads = FailedTries(), Loads()
        self._memory = self._limit = 0

    def mark_running(self, spans: Iterable[Span]) -> None:
        for span in spans:
            for index in range(span.first, span.stop):
                if 0 <= (place := index - self._span.first) < len(self._states):
                    self._states[place] = RUNNING

    def add(self, record: Recorded) -> None:
        """A later record of the same mini-batches takes the place of an earlier one."""
        scorer = self._scorers.setdefault(record.process, len(self._scorers))
        first_causes = dict[int, int]()
        for error in record.errors:
            place = self._causes.add(Cause.of(error))
            first_causes.setdefault(error.mini_batch, place)
        for report in record.reports:
            self._report(report, scorer, first_causes.get(report.index, NOBODY))
        for lost in record.tries[: MOST_TRIES - len(self._tries.ms)]:
            self._add_try(lost)
        for load in record.loads:
            self._loads.scorer.append(scorer)
            self._loads.start_ms.append(_offset(load.started_at, self._since))
            self._loads.ms.append(round(load.seconds * 1000))
        self._memory = max(self._memory, record.memory_mb)
        self._limit = max(self._limit, record.memory_limit_mb)

    def sheet(self) -> Sheet:
        return Sheet.model_validate(
            {
                **self._columns,
                "shard": self._shard,
                "first": self._span.first,
                "states": "".join(self._states),
                "scorers": list(self._scorers),
                "causes": self._causes.listed,
                "failed_tries": self._tries,
                "loads": self._loads,
                "memory_mb": self._memory,
                "memory_limit_mb": self._limit,
            }
        )

    def _report(self, report: MinibatchReport, scorer: int, cause: int) -> None:
        place = report.index - self._span.first
        if not 0 <= place < len(self._states):
            return
        started_at = report.started_at
        values = {
            "files": report.files,
            "failed": report.failed_files,
            "rows": report.rows,
            "tries": report.tries,
            "start_ms": _offset(started_at, self._since) if started_at else None,
            "ms": _ms(report.seconds),
            "run_ms": _ms(report.run_seconds),
            "waited_ms": _ms(report.waited),
            "scorer": scorer,
            "cause": cause,
        }
        for name, value in values.items():
            self._columns[name][place] = value
        self._states[place] = state_of(report)

    def _add_try(self, lost: FailedTry) -> None:
        self._tries.mini_batch.append(lost.mini_batch)
        self._tries.start_ms.append(_offset(lost.started_at, self._since))
        self._tries.ms.append(_ms(lost.seconds))
        self._tries.kind.append(lost.kind)
        self._tries.error_type.append(lost.error_type)


def state_of(report: MinibatchReport) -> str:
    if not report.failed_files:
        return SUCCEEDED
    return PARTLY if report.failed_files < report.files else FAILED


def _ms(seconds: float) -> float:
    """As many digits as say something: columns are many."""
    ms = seconds * 1000
    if ms >= 100:  # noqa: PLR2004  # digits
        return round(ms)
    return round(ms, 1 if ms >= 10 else 2)  # noqa: PLR2004  # digits


def _offset(moment: datetime, since: datetime) -> float:
    return round((moment - since).total_seconds() * 1000)
