"""The state of a job's orchestration: where `score_job` is, and what it does next.

Deterministic, as replay demands.
"""

from datetime import datetime

from shared.domain.custom_status import CustomStatus
from shared.domain.deployment import Limits
from shared.domain.instance_id import instance_id
from shared.domain.job import JobStatus
from shared.domain.message import JSON
from shared.domain.minibatch import BUNDLE_TARGET_S, SHORTEST_BUNDLE_S, shard_span, shards_of
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.task import (
    MOST_REPAIRS,
    Begun,
    EndResult,
    EndTask,
    JobRun,
    Planned,
    PlanTask,
    ShardResult,
    ShardTask,
)


class JobRunState:
    def __init__(self, run: JobRun) -> None:
        self.job = run.job
        self._named = run.next_shard
        self._repairs = run.repairs
        self._limits = Limits()
        self._plan: Plan | None = None
        self._next = 0
        self._tally = Tally()
        self._scoring_since: datetime | None = None
        self._fatal = ""
        self._is_stopped = False
        self._redo: int | None = None
        self._begun = Begun()
        self._suspensions = 0
        self.must_plan_again = False

    @property
    def plan(self) -> Plan:
        """What is planned; nothing before planning."""
        return self._plan or Plan()

    @property
    def is_begun(self) -> bool:
        """Whether there is a plan, of this generation or of one before it."""
        return self._plan is not None or self._named > 0

    @property
    def is_amid_shard(self) -> bool:
        """Whether the next shard is begun, which another generation would not know."""
        return bool(self._begun.bundles)

    @property
    def has_next_shard(self) -> bool:
        if self._fatal or self._is_stopped:
            return False
        is_wanted = self._limits.allows(self._tally.failed_files)
        return self._redo is not None or (self._next < self.plan.shards and is_wanted)

    def plan_task(self) -> PlanTask:
        return PlanTask(job=self.job, is_again=self._plan is not None)

    def accept_plan(self, planned: Planned, now: datetime) -> None:
        """Take a plan: a generation's first, or one that replaces a lost one and must be the same.

        The first comes with what earlier generations did, as the job's document has it.
        """
        self.must_plan_again = False
        plan, self._limits = planned.plan, planned.limits
        if plan.is_canceled:
            self._is_stopped = True
            return
        if self._plan is None:
            self._resume(planned.tally)
        elif self._plan.digest != plan.digest:
            self._fatal = (
                "The plan was lost, and the input is not what it was when the job was planned. "
                "Invoke again to score the input as it is now."
            )
            return
        is_confirmed = plan.is_confirmed or self.plan.is_confirmed
        self._plan = plan.model_copy(update={"is_confirmed": is_confirmed})
        self._scoring_since = self._scoring_since or planned.scoring_since or now

    def _resume(self, tally: Tally) -> None:
        """Go on after the shards that are closed; those that were lost get names of their own."""
        self._tally = tally
        self._next = shards_of(tally.minibatches)
        if self._next < self._named:
            self._repair()

    def shard_instance(self) -> str:
        """The orchestration that scores the next shard; a repair gets a name of its own.

        So does what goes on after a suspension.
        """
        numbers = (self._repairs, self._suspensions) if self._suspensions else (self._repairs,)
        suffix = "".join(f".{number}" for number in numbers) if any(numbers) else ""
        return f"{instance_id(self.job)}:{self._shard():06d}{suffix}"

    def shard_task(self) -> ShardTask:
        return ShardTask(
            job=self.job,
            plan_key=self.plan.key,
            shard=self._shard(),
            span=shard_span(self._shard(), self.plan.minibatches),
            limits=self._limits,
            tally=self._tally if self._redo is None else Tally(),
            scoring_since=self._since(),
            begun=self._begun,
            shortest_bundle_s=SHORTEST_BUNDLE_S,
            longest_even_s=BUNDLE_TARGET_S,
        )

    def count_shard(self, result: ShardResult) -> None:
        """Count a shard; one that the store lost is done again, after planning again.

        One that was left when the job was suspended has its rest still before it.
        """
        self._fatal = result.fatal
        self._begun = result.begun or Begun()
        if result.begun is not None:
            self._suspensions += 1
            return
        if result.is_lost:
            self._repair()
            self.must_plan_again = not self._fatal
            return
        self._is_stopped = result.is_stopped
        if self._redo is not None:
            self._redo = None
        else:
            self._tally = self._tally.plus(result.tally).settled()
            self._next += 1

    def redo(self, shard: int) -> None:
        """Have a shard scored once more: its part is missing or damaged."""
        self._redo = shard
        self._repair()

    def run(self) -> JobRun:
        """What the next generation needs to know beside the job's document."""
        return JobRun(job=self.job, next_shard=self._next, repairs=self._repairs)

    def end_task(self) -> EndTask:
        return EndTask(
            job=self.job,
            plan=self.plan,
            tally=self._tally,
            fatal=self._fatal,
            closed_shards=self._next,
            scoring_since=self._scoring_since,
            is_stopped=self._is_stopped,
        )

    def failed_result(self, reason: str) -> EndResult:
        """How the job ended when a step failed for good."""
        is_unknown = self._named > 0 and self._plan is None
        tally = None if is_unknown else self._tally
        return EndResult(status=JobStatus.FAILED, reason=reason, tally=tally)

    def final_status(self, result: EndResult) -> JSON:
        """The custom status that stays: how the job ended, with its counts."""
        return self._custom_status(result.status or JobStatus.FAILED, result.tally)

    def running_status(self) -> JSON:
        """The custom status while a shard is scored, with where to look for what it has counted.

        One that is done again is in the counts already.
        """
        shard = self.shard_instance() if self._redo is None else ""
        return self._custom_status(JobStatus.RUNNING, self._tally, shard)

    def custom_status(self, status: JobStatus) -> JSON:
        """The custom status between shards: counts of those that are closed."""
        return self._custom_status(status, self._tally)

    def _custom_status(self, status: JobStatus, tally: Tally | None, shard: str = "") -> JSON:
        return CustomStatus(
            status=status,
            plan=self._plan,
            tally=tally,
            scoring_since=self._scoring_since,
            shard=shard,
        ).to_wire()

    def _shard(self) -> int:
        return self._next if self._redo is None else self._redo

    def _since(self) -> datetime:
        if self._scoring_since is None:
            raise ValueError("A shard is scored before the job was planned.")
        return self._scoring_since

    def _repair(self) -> None:
        self._repairs += 1
        if self._repairs > MOST_REPAIRS:
            self._fatal = (
                f"Acknowledged work was lost {self._repairs} times, by the store or with processes "
                "that were killed. Check the health of both, and invoke again."
            )
