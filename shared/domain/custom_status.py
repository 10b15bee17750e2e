"""The custom status of a job's orchestration: what it says of itself, and in the end of the job."""

from typing import Self

from pydantic import AwareDatetime

from shared.domain.job import JobState, JobStatus
from shared.domain.message import Message
from shared.domain.outcome import Tally
from shared.domain.plan import Plan


class CustomStatus(Message):
    """How far the job is. `shard` is the orchestration whose counts are not in `tally` yet.

    A later generation that ended before it had read the job's document does not know the `tally`.
    """

    status: JobStatus
    plan: Plan | None = None
    tally: Tally | None = Tally()
    scoring_since: AwareDatetime | None = None
    shard: str = ""

    @classmethod
    def of_end(cls, state: JobState) -> Self:
        """What an orchestration says in the end, by the job's document."""
        return cls(
            status=state.status,
            plan=state.plan,
            tally=state.tally,
            scoring_since=state.scoring_since,
        )
