"""The state of a job's orchestration: where `score_job` is, and what it does next.

Deterministic, as replay demands.
"""

from datetime import datetime

from shared.domain.deployment import Limits
from shared.domain.job import JobStatus
from shared.domain.message import JSON
from shared.domain.minibatch import shard_span, shards_of
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.task import (
    MOST_REPAIRS,
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
        self.must_plan_again = False

    @property
    def plan(self) -> Plan:
        """What is planned; nothing before planning."""
        return self._plan or Plan()

    @property
    def has_next_shard(self) -> bool:
        if self._fatal or self._is_stopped:
            return False
        is_wanted = self._limits.allows(self._tally.failed_files)
        return self._redo is not None or (self._next < self.plan.shards and is_wanted)

    def plan_task(self) -> PlanTask:
        return PlanTask(job=self.job, is_again=self._plan is not None)

    def planned(self, planned: Planned, now: datetime) -> None:
        """Take a plan: a generation's first, or one that replaces a lost one and must be the same.

        The first comes with what earlier generations did, as the job's document tells it.
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
        """The orchestration that scores the next shard; a repair gets a name of its own."""
        suffix = f".{self._repairs}" if self._repairs else ""
        return f"{self.job}:{self._shard():06d}{suffix}"

    def shard_task(self) -> ShardTask:
        return ShardTask(
            job=self.job,
            plan_key=self.plan.key,
            shard=self._shard(),
            span=shard_span(self._shard(), self.plan.minibatches),
            limits=self._limits,
            tally=self._tally if self._redo is None else Tally(),
            scoring_since=self._since(),
        )

    def scored(self, result: ShardResult) -> None:
        """Count a shard; one that the store lost is done again, after planning again."""
        self._fatal = result.fatal
        if result.is_lost:
            self._repair()
            self.must_plan_again = not self._fatal
            return
        self._is_stopped = result.is_stopped
        if self._redo is not None:
            self._redo = None
        else:
            self._tally = self._tally.plus(result.tally)
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

    def given_up(self, reason: str) -> EndResult:
        """How the job ended when a step failed for good."""
        return EndResult(status=JobStatus.FAILED, reason=reason, tally=self._tally)

    def ended(self, result: EndResult) -> JSON:
        """The custom status that stays: how the job ended, with its counts."""
        return self.live(result.status or JobStatus.FAILED) | {"tally": result.tally.to_wire()}

    def live(self, status: JobStatus, shard: str = "") -> JSON:
        """The custom status: counts of the closed shards, and where to look for the current one."""
        since = self._scoring_since.isoformat() if self._scoring_since else None
        return {
            "status": status,
            "plan": self.plan.to_wire() if self._plan else None,
            "tally": self._tally.to_wire(),
            "scoring_since": since,
            "shard": shard,
        }

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
