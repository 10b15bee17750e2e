"""A batch job: what was asked, how far it came, and what was said of it since."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, Field

from shared.domain.asset import DataType
from shared.domain.caller import Author, CallerType
from shared.domain.cleared import Cleared
from shared.domain.deployment import BatchSettings
from shared.domain.instance_id import instance_id
from shared.domain.job_output import JobOutput
from shared.domain.message import NO_TAGS, Message, Tags, is_none
from shared.domain.outcome import Tally
from shared.domain.partial_rows import KeptRows
from shared.domain.plan import Plan
from shared.domain.projection import Projection
from shared.domain.resolved_deployment import Location, ResolvedDeployment
from shared.domain.sample import SampleRequest

CANCELED = "The job was canceled before all its input was scored."
NONE_SUCCEEDED = "See errors.jsonl for each one's error, and make one file score first."


class JobStatus(StrEnum):
    """Azure ML's words; note the one l in Canceled."""

    NOT_STARTED = "NotStarted"
    PREPARING = "Preparing"
    RUNNING = "Running"
    FINALIZING = "Finalizing"
    CANCEL_REQUESTED = "CancelRequested"
    PAUSED = "Paused"
    COMPLETED = "Completed"
    FAILED = "Failed"
    CANCELED = "Canceled"

    @property
    def is_terminal(self) -> bool:
        return self in {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELED}


class JobInput(Message):
    """The input as it was named, and where it lies.

    With a manifest, the document of a batch of uploads, it is the files that are listed there.
    """

    name: str
    type: DataType
    uri: str
    location: Location
    manifest: Location | None = None


class JobSpec(Message):
    """What was asked, fixed at invoke: later changes to the deployment do not touch the job.

    `child` is the run id of the scoring step: the default output folder bears it.
    `request_id` is the client's idempotency key, if it sent one; `webhook` the key under which the
    receiver of its own webhook is kept, if it came with one. `traceparent` is the span under which
    the job is told of (W3C); empty where no caller has a trace. A `sample` scores few files only.
    """

    name: str
    child: str
    endpoint: str
    deployment: str
    resolved: ResolvedDeployment = Field(validation_alias="recipe", serialization_alias="recipe")
    settings: BatchSettings
    input: JobInput
    output: JobOutput
    experiment: str
    created_at: AwareDatetime
    created_by: str
    created_by_type: CallerType = CallerType.USER
    request_id: str = ""
    webhook: str = ""
    traceparent: str = ""
    sample: SampleRequest | None = Field(default=None, exclude_if=is_none)

    @property
    def instance(self) -> str:
        """The id of its orchestration."""
        return instance_id(self.name)


class JobState(Message):
    """How far the job came.

    `reason` tells in words why a job failed, and `warnings` what else there is to know of one that
    has ended; `is_reported` says that receipt, errors and logs are written, which a job that was
    terminated from outside has not. `projection` is what a sample says of its whole input,
    `partial` where the rows are that a job kept which did not complete.
    """

    status: JobStatus = JobStatus.NOT_STARTED
    reason: str = ""
    plan: Plan | None = None
    tally: Tally = Tally()
    scoring_since: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    output_bytes: int = 0
    output_sha256: str = ""
    warnings: list[str] = Field(default_factory=list[str])
    is_reported: bool = False
    projection: Projection | None = Field(default=None, exclude_if=is_none)
    partial: KeptRows | None = Field(default=None, exclude_if=is_none)

    def followed_by(self, later: "JobState") -> Self:
        """The newer of two states: a job never leaves its end, and until then no count falls."""
        is_behind = later.tally.minibatches < self.tally.minibatches
        if self.status.is_terminal or (is_behind and not later.status.is_terminal):
            return self
        return type(self).from_wire(later.to_wire())


class Change(Message):
    """Who changed something about a job after it was invoked, and when."""

    at: AwareDatetime
    by: str
    by_type: CallerType = CallerType.USER

    @classmethod
    def of(cls, author: Author, at: datetime) -> Self:
        return cls(at=at, by=author.name, by_type=author.type)


class Suspension(Message):
    """Since when a job waits for the Durable API to resume it, and why somebody had it wait."""

    since: AwareDatetime
    reason: str = ""


class Labels(Message):
    """What people put on a job after it was invoked; a `hidden` one is archived."""

    changed: Change | None = None
    display_name: str = ""
    description: str = ""
    tags: Tags = NO_TAGS
    hidden: bool = False

    def signed(self, change: Change) -> Self:
        return self.model_copy(update={"changed": change})


class Job(Message):
    """A job's document. Its `suspension` is the task hub's to know, and never written down."""

    spec: JobSpec
    state: JobState = JobState()
    cancel: Change | None = None
    labels: Labels = Labels()
    cleared: Cleared = Cleared()
    suspension: Suspension | None = Field(default=None, exclude=True)

    @property
    def last_change(self) -> Change:
        """By people: that it was invoked, given other labels, or canceled - `cancel` is by whom."""
        spec = self.spec
        creation = Change(at=spec.created_at, by=spec.created_by, by_type=spec.created_by_type)
        changes = (creation, self.labels.changed, self.cancel)
        return max((one for one in changes if one), key=lambda one: one.at)

    @property
    def status(self) -> JobStatus:
        """What its readers see: a cancel that was requested shows until the job has ended.

        So does that it is suspended.
        """
        if self.state.status.is_terminal:
            return self.state.status
        if self.cancel is not None:
            return JobStatus.CANCEL_REQUESTED
        return JobStatus.PAUSED if self.suspension else self.state.status


class Ending(Message):
    """How a job ended, as `end_job` decides it and carries it out.

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
    *,
    is_stopped: bool = False,
) -> Ending:
    """Decide how a job ended (Azure ML's rules, in the order in which they apply).

    One that `is_stopped` left something undone because it was canceled. The error threshold counts
    files over the whole input. Whatever it allows, a job without a single file that succeeded is
    Failed, unless other pieces of a split one gave rows.
    """
    status, reason = JobStatus.COMPLETED, ""
    if plan.problem or fatal:
        status, reason = JobStatus.FAILED, plan.problem or fatal
    elif not spec.settings.allows(tally.failed_files):
        status, reason = JobStatus.FAILED, _spent(spec.settings, tally, plan)
    elif is_stopped or tally.minibatches < plan.minibatches:
        status, reason = JobStatus.CANCELED, CANCELED
    elif tally.failed_files >= tally.files and not (plan.pieces and tally.rows):
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
