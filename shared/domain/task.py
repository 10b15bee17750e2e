"""What orchestrators hand to their children: keys, spans and counts."""

from pydantic import AwareDatetime

from shared.domain.deployment import BatchSettings
from shared.domain.job import JobSpec, JobStatus
from shared.domain.message import Message
from shared.domain.minibatch import Span
from shared.domain.outcome import Tally
from shared.domain.plan import Plan


class JobRun(Message):
    """Input of `score_job`. The optional part is how far an earlier generation came."""

    spec: JobSpec
    plan: Plan | None = None
    next_shard: int = 0
    tally: Tally = Tally()
    scoring_since: AwareDatetime | None = None
    repairs: int = 0


class ShardTask(Message):
    """Input of `score_shard`: its mini-batches, and the tally of the shards before it."""

    job: str
    plan: Plan
    shard: int
    span: Span
    settings: BatchSettings
    tally: Tally
    scoring_since: AwareDatetime


class ShardResult(Message):
    """What a shard came to. With `is_lost` the store lost a piece: the shard must be done again."""

    tally: Tally = Tally()
    fatal: str = ""
    is_lost: bool = False


class BundleTask(Message):
    """Input of `score_minibatch`: the mini-batches of `span`, in one activity.

    `failed_before` counts the failed files known when the activity was scheduled. A bundle that
    `is_alone` in flight heeds nothing but that count and its own.
    """

    job: str
    plan_key: str
    shard: int
    span: Span
    failed_before: int
    is_alone: bool = False


class AcceptedBundle(Message):
    """One bundle whose outcome the orchestrator took: its span, and its record's name."""

    span: Span
    record: str


class ClosingTask(Message):
    """Input of `close_shard`: the accepted bundles of a shard, in order, and the job's progress."""

    job: str
    shard: int
    bundles: list[AcceptedBundle]
    plan: Plan
    tally: Tally
    scoring_since: AwareDatetime


class EndResult(Message):
    """Output of `end_job`: how the job ended, or the shard that must be scored again first."""

    status: JobStatus | None = None
    reason: str = ""
    sha256: str = ""
    damaged_shard: int | None = None
