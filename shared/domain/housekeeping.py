"""Housekeeping: what may go of what was kept for long enough, as values.

1. Only what has ended goes, by its age since then, or because newer ones are enough.
2. What a kept receipt names is kept, whatever its age: see `Named`.
3. What refers goes before what it refers to.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.cleared import JobRemains
from shared.domain.job import Job
from shared.domain.message import Message
from shared.domain.resolved_deployment import Location

# However the settings are: somebody may still look, and an activity's late twin may still write.
SHORTEST = timedelta(days=1)


class HousekeepingRule(StrEnum):
    """In the order in which a walk comes to them."""

    JOBS = "jobs"
    PREDICTIONS = "predictions"
    PARTS = "parts"
    LOGS = "logs"
    HISTORIES = "histories"
    STARTED_UPLOADS = "started uploads"
    UPLOADS = "uploads"
    DELIVERIES = "deliveries"
    SIGNATURES = "signatures"
    SCRATCH = "scratch"


@dataclass(frozen=True)
class Retention:
    """What the settings say; 0 keeps for ever."""

    job_days: int = 0
    jobs_kept: int = 0
    part_days: int = 0
    log_days: int = 0
    history_days: int = 0
    started_upload_days: int = 1
    upload_days: int = 0
    removes_predictions: bool = False

    @property
    def needs_names(self) -> bool:
        """Whether something may go that receipts of other jobs could name."""
        return bool(self.upload_days) or (
            self.removes_predictions and bool(self.job_days or self.jobs_kept)
        )

    def is_job_due(self, job: Job, now: datetime, *, is_surplus: bool) -> bool:
        """Whether all of a job goes; one that `is_surplus` is older than the newest so many."""
        age = _age(job, now)
        if job.cleared.jobs is not None:
            return True
        if age is None:
            return False
        return _is_over(age, self.job_days) or (is_surplus and age >= SHORTEST)

    def due(self, job: Job, now: datetime) -> list[JobRemains]:
        """What goes of a job that stays; what was begun is finished, whatever its age."""
        due, age = list(job.cleared.unfinished), _age(job, now)
        for what, days in ((JobRemains.PARTS, self.part_days), (JobRemains.LOGS, self.log_days)):
            if age is not None and _is_over(age, days) and job.cleared.at(what) is None:
                due.append(what)
        return due

    def reason(self, job: Job, what: JobRemains, *, is_surplus: bool) -> str:
        """Why it goes, in words."""
        days = {
            JobRemains.JOBS: self.job_days,
            JobRemains.PARTS: self.part_days,
            JobRemains.LOGS: self.log_days,
        }[what]
        if what in job.cleared.unfinished:
            return "its removal was begun"
        if what is JobRemains.JOBS and is_surplus:
            return f"not among the newest {self.jobs_kept} jobs"
        return f"ended {job.state.ended_at:%Y-%m-%d}, kept for {days} days"


def _age(job: Job, now: datetime) -> timedelta | None:
    """Since its end; None for a job that has not ended."""
    ended = job.state.ended_at
    return now - ended if job.state.status.is_terminal and ended else None


def _is_over(age: timedelta, days: int) -> bool:
    return days > 0 and age > max(timedelta(days=days), SHORTEST)


class Finding(Message):
    """What one rule removed, or would, in one place. `bytes` is None where nobody can say."""

    rule: HousekeepingRule
    name: str
    count: int
    bytes: int | None
    reason: str


class Gone(Message):
    """What a rule removed in all."""

    count: int = 0
    bytes: int = 0

    def plus(self, finding: Finding) -> "Gone":
        return Gone(count=self.count + finding.count, bytes=self.bytes + (finding.bytes or 0))


def totals(findings: Iterable[Finding], before: dict[str, Gone] | None = None) -> dict[str, Gone]:
    """Sums by rule."""
    sums = dict(before or {})
    for one in findings:
        sums[one.rule] = sums.get(one.rule, Gone()).plus(one)
    return sums


class Named:
    """The places that are named: by the receipts of kept jobs, and by what is registered."""

    def __init__(self, places: Iterable[Location]) -> None:
        self._paths = sorted(set(map(_path, places)))

    def add(self, places: Iterable[Location]) -> None:
        for path in map(_path, places):
            if not self._has(path):
                insort(self._paths, path)

    def touches(self, folder: Location) -> bool:
        """Whether a name is this folder, lies inside it, or is a folder that it lies in."""
        path = _path(folder)
        parts = path.split("/")
        if any(self._has("/".join(parts[:depth])) for depth in range(1, len(parts) + 1)):
            return True
        inside = f"{path}/"
        place = bisect_left(self._paths, inside)
        return place < len(self._paths) and self._paths[place].startswith(inside)

    def _has(self, path: str) -> bool:
        place = bisect_left(self._paths, path)
        return place < len(self._paths) and self._paths[place] == path


def _path(place: Location) -> str:
    return str(place).rstrip("/")


def names_of(job: Job) -> list[Location]:
    """What a kept job's receipt names beside its own files, and what scoring it again needs."""
    spec = job.spec
    resolved = spec.resolved
    code = [resolved.code_location] if resolved.code_location else []
    return [spec.input.location, resolved.model_location, *code]
