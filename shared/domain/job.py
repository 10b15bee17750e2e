"""A batch job: what was asked, and how far it came."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime

from shared.domain.asset import DataType
from shared.domain.caller import CallerType
from shared.domain.deployment import BatchSettings
from shared.domain.message import Message
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.recipe import Location, Recipe

NONE_SUCCEEDED = "See errors.jsonl for each one's error, and make one file score first."


class JobStatus(StrEnum):
    """Azure ML's words; note the one l in Canceled."""

    NOT_STARTED = "NotStarted"
    PREPARING = "Preparing"
    RUNNING = "Running"
    FINALIZING = "Finalizing"
    COMPLETED = "Completed"
    FAILED = "Failed"
    CANCELED = "Canceled"

    @property
    def is_terminal(self) -> bool:
        return self in {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELED}


class JobInput(Message):
    """The input as it was named, and where it lies."""

    name: str
    type: DataType
    uri: str
    location: Location


class JobOutput(Message):
    """The predictions file: as it was named, and where it will lie."""

    name: str
    uri: str
    location: Location


class JobSpec(Message):
    """What was asked, fixed at invoke: later changes to the deployment do not touch the job.

    `child` is the run id of the scoring step: the default output folder bears it.
    `request_id` is the client's idempotency key, if it sent one.
    """

    name: str
    child: str
    endpoint: str
    deployment: str
    recipe: Recipe
    settings: BatchSettings
    input: JobInput
    output: JobOutput
    experiment: str
    created_at: AwareDatetime
    created_by: str
    created_by_type: CallerType = CallerType.USER
    request_id: str = ""


class JobState(Message):
    """How far the job came.

    `reason` tells in words why a job failed; `is_reported` says that receipt, errors and logs are
    written, which a job that was terminated from outside has not.
    """

    status: JobStatus = JobStatus.NOT_STARTED
    reason: str = ""
    plan: Plan | None = None
    tally: Tally = Tally()
    scoring_since: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    output_bytes: int = 0
    output_sha256: str = ""
    is_reported: bool = False

    def followed_by(self, later: "JobState") -> Self:
        """The newer of two states: a job never leaves its end, and its counts never fall."""
        if self.status.is_terminal or later.tally.minibatches < self.tally.minibatches:
            return self
        return type(self).from_wire(later.to_wire())


class Job(Message):
    """A job's document."""

    spec: JobSpec
    state: JobState = JobState()


class Ending(Message):
    """How a job ended, decided by the orchestrator, carried out by `end_job`.

    `closed_shards` counts the shards, from the first, that were closed.
    """

    spec: JobSpec
    plan: Plan
    tally: Tally
    status: JobStatus
    reason: str = ""
    closed_shards: int = 0
    scoring_since: AwareDatetime | None = None


def ending(
    spec: JobSpec,
    plan: Plan,
    tally: Tally,
    fatal: str,
    closed_shards: int,
    scoring_since: datetime | None,
) -> Ending:
    """Decide how a job ended (Azure ML's rules, in the order in which they apply).

    The error threshold counts files over the whole input. Whatever it allows, a job without a
    single file that succeeded is Failed.
    """
    status, reason = JobStatus.COMPLETED, ""
    if plan.problem or fatal:
        status, reason = JobStatus.FAILED, plan.problem or fatal
    elif not spec.settings.allows(tally.failed_files):
        status, reason = JobStatus.FAILED, _spent(spec.settings, tally, plan)
    elif tally.minibatches < plan.minibatches:
        status, reason = JobStatus.CANCELED, "The job was stopped before all its input was scored."
    elif tally.failed_files >= tally.files:
        reason = f"None of the {tally.files} input files succeeded. {NONE_SUCCEEDED}"
        status = JobStatus.FAILED
    return Ending(
        spec=spec,
        plan=plan,
        tally=tally,
        status=status,
        reason=reason,
        closed_shards=closed_shards,
        scoring_since=scoring_since,
    )


def _spent(settings: BatchSettings, tally: Tally, plan: Plan) -> str:
    unscored = plan.files - tally.files
    return (
        f"{tally.failed_files} input files failed, and error_threshold allows "
        f"{settings.error_threshold}; {unscored} files were not tried any more. "
        "Mend the files that errors.jsonl names, or allow more failures (-1 ignores all)."
    )


def utc(moment: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond: how a document shows a moment."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
