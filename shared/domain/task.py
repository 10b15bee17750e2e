"""What orchestrators get and hand on: names, keys, spans and counts.

Whoever holds the task hub's key can start an orchestration with any input. So none says what a job
is - that is read from the job's document - and each fits one instance only, by its id.
"""

from typing import Annotated

from pydantic import AwareDatetime, Field, NonNegativeInt, field_validator

from shared.domain.deployment import Limits
from shared.domain.instance_id import instance_id
from shared.domain.job import JobStatus
from shared.domain.message import Message
from shared.domain.minibatch import MINIBATCHES_PER_SHARD, Span
from shared.domain.names import ASSET_NAME, LONGEST_ASSET
from shared.domain.outcome import Tally
from shared.domain.plan import Plan

# A store that loses acknowledged work this often in one job will not stop doing so.
MOST_REPAIRS = 20

type JobName = Annotated[str, Field(pattern=f"^{ASSET_NAME.pattern}$", max_length=LONGEST_ASSET)]
type PlanKey = Annotated[str, Field(pattern="^[0-9a-z]{1,64}$")]


class JobRun(Message):
    """Input of `score_job`. The optional part tells a later generation what names were used."""

    job: JobName
    next_shard: NonNegativeInt = 0
    repairs: Annotated[int, Field(ge=0, le=MOST_REPAIRS)] = 0

    def fits(self, instance: str) -> bool:
        """A job has one orchestration, under its name."""
        return instance == instance_id(self.job)


class PlanTask(Message):
    """Input of `plan_job`; `is_again` when the store lost the plan."""

    job: JobName
    is_again: bool = False


class Planned(Message):
    """Output of `plan_job`: the plan, and how far the job's document says that it came."""

    plan: Plan
    limits: Limits = Limits()
    tally: Tally = Tally()
    scoring_since: AwareDatetime | None = None


class AcceptedBundle(Message):
    """One bundle whose outcome the orchestrator took: its span, and its record's name."""

    span: Span
    record: str


class Begun(Message):
    """What was accepted of a shard before its job was suspended."""

    bundles: list[AcceptedBundle] = Field(
        default_factory=list[AcceptedBundle], max_length=MINIBATCHES_PER_SHARD
    )
    tally: Tally = Tally()


class ShardTask(Message):
    """Input of `score_shard`: its mini-batches, and the tally of the shards before it.

    With `begun` it goes on with a shard that an earlier orchestration left when it was suspended.
    `shortest_bundle_s` and `longest_even_s` are fixed in here: a shard that began before an upgrade
    goes on as it began.
    """

    job: JobName
    plan_key: PlanKey
    shard: NonNegativeInt
    span: Span
    limits: Limits
    tally: Tally
    scoring_since: AwareDatetime
    begun: Begun = Begun()
    shortest_bundle_s: float = Field(default=0.0, ge=0, exclude_if=lambda seconds: not seconds)
    longest_even_s: float = Field(default=0.0, ge=0, exclude_if=lambda seconds: not seconds)

    @field_validator("span")
    @classmethod
    def _is_a_shard(cls, span: Span) -> Span:
        if not 0 <= span.stop - span.first <= MINIBATCHES_PER_SHARD:
            raise ValueError(f"A shard has {MINIBATCHES_PER_SHARD} mini-batches at the most.")
        return span

    def fits(self, instance: str) -> bool:
        is_own = instance.startswith(f"{instance_id(self.job)}:{self.shard:06d}")
        return is_own and all(self._has_record_of(bundle) for bundle in self.begun.bundles)

    def _has_record_of(self, bundle: AcceptedBundle) -> bool:
        """Whether it is one that this shard's activities wrote, going by its name."""
        span = bundle.span
        name = f"{self.job}/outcomes/{self.shard:06d}/{span.first:09d}-{span.stop:09d}-"
        is_within = self.span.first <= span.first < span.stop <= self.span.stop
        return (
            is_within and bundle.record.startswith(name) and "/" not in bundle.record[len(name) :]
        )


class ShardStatus(Tally):
    """What a shard's orchestration says of itself: its counts, and what is being scored."""

    running: list[Span] = Field(default_factory=list[Span])


class ShardResult(Message):
    """What a shard came to. With `is_lost` the store lost a piece: the shard must be done again.

    With `is_stopped` some of its mini-batches were not scored, and are not to be. With `begun` the
    job is suspended: the rest is to be scored once it is resumed.
    """

    tally: Tally = Tally()
    fatal: str = ""
    is_lost: bool = False
    is_stopped: bool = False
    begun: Begun | None = None


class BundleTask(Message):
    """Input of `score_minibatch`: the mini-batches of `span`, in one activity.

    `failed_before` counts the failed files known when the activity was scheduled. A bundle that
    `is_alone` in flight heeds nothing but that count and its own.
    """

    job: JobName
    plan_key: PlanKey
    shard: NonNegativeInt
    span: Span
    failed_before: int
    is_alone: bool = False


class ClosingTask(Message):
    """Input of `close_shard`: the accepted bundles of a shard, in order."""

    job: JobName
    plan_key: PlanKey
    shard: NonNegativeInt
    bundles: list[AcceptedBundle]
    scoring_since: AwareDatetime


class EndTask(Message):
    """Input of `end_job`: what came of the job.

    `fatal` says why it could not go on, and with `is_stopped` something was left undone because it
    was canceled. `closed_shards` counts the shards, from the first, that were closed.
    """

    job: JobName
    plan: Plan
    tally: Tally
    fatal: str = ""
    closed_shards: int = 0
    scoring_since: AwareDatetime | None = None
    is_stopped: bool = False


class EndResult(Message):
    """Output of `end_job`: how the job ended, or the shard that must be scored again first.

    The `tally` of an orchestration that ended before it had read the job's document is not known.
    """

    status: JobStatus | None = None
    reason: str = ""
    sha256: str = ""
    tally: Tally | None = Tally()
    damaged_shard: int | None = None
