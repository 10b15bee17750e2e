"""What housekeeping removed of a job, as the job's document says it."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, Field

from shared.domain.errors import Removed
from shared.domain.message import Message


class JobRemains(StrEnum):
    """What goes of a job, each by a rule of its own; `jobs` is all of it."""

    PARTS = "parts"
    LOGS = "logs"
    JOBS = "jobs"


class Cleared(Message):
    """When each went. What is `unfinished` is marked, and some of it may still lie there."""

    parts: AwareDatetime | None = None
    logs: AwareDatetime | None = None
    jobs: AwareDatetime | None = None
    unfinished: list[JobRemains] = Field(default_factory=list[JobRemains])

    def at(self, what: JobRemains) -> datetime | None:
        when: datetime | None = getattr(self, what)
        return when

    def begun(self, what: JobRemains, now: datetime) -> Self:
        """Marked as gone; what was marked before keeps its date."""
        if self.at(what) is not None:
            return self
        return self.model_copy(update={what: now, "unfinished": [*self.unfinished, what]})

    def finished(self, what: JobRemains) -> Self:
        return self.model_copy(
            update={"unfinished": [one for one in self.unfinished if one is not what]}
        )

    def words(self, what: JobRemains) -> str:
        """`were removed by housekeeping on 2026-01-31`; empty for what is kept."""
        when = self.at(what)
        if when is None:
            return ""
        verb = "was" if what is JobRemains.JOBS else "were"
        return f"{verb} removed by housekeeping on {when:%Y-%m-%d}"


def check_job_kept(name: str, cleared: Cleared) -> None:
    """Raise Removed for a job that is being removed."""
    if words := cleared.words(JobRemains.JOBS):
        raise Removed(f"Job '{name}' {words}.", fix="Invoke the endpoint again.", target="job")


def check_parts_kept(name: str, cleared: Cleared) -> None:
    """Raise Removed where a job's intermediate files are gone: whoever goes on from them asks."""
    if words := cleared.words(JobRemains.PARTS):
        raise Removed(
            f"The intermediate files of job '{name}' {words}.",
            fix="Invoke the endpoint again with the same input; its errors.jsonl names each file "
            "that failed.",
            target="job",
        )


def check_logs_kept(name: str, cleared: Cleared) -> None:
    """Raise Removed where a job's logs are gone."""
    if words := cleared.words(JobRemains.LOGS):
        raise Removed(
            f"The logs of job '{name}' {words}.",
            fix="Its receipt.json and errors.jsonl say what was scored and what failed.",
            target="name",
        )
