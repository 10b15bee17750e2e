"""A job's course: where `score_job` is, and what it does next. Deterministic, as replay demands."""

from datetime import datetime

from shared.domain.job import Ending, JobStatus, ending
from shared.domain.message import JSON
from shared.domain.minibatch import shard_span
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.task import JobRun, ShardResult, ShardTask

# A store that loses acknowledged work this often in one job will not stop doing so.
MOST_REPAIRS = 20


class Course:
    def __init__(self, run: JobRun) -> None:
        self.spec = run.spec
        self._plan = run.plan
        self._next = run.next_shard
        self._tally = run.tally
        self._scoring_since = run.scoring_since
        self._repairs = run.repairs
        self._fatal = ""
        self._is_stopped = False
        self._redo: int | None = None
        self.must_plan_again = False

    @property
    def is_planned(self) -> bool:
        return self._plan is not None

    @property
    def plan(self) -> Plan:
        """What is planned; nothing before planning."""
        return self._plan or Plan()

    @property
    def has_next_shard(self) -> bool:
        if self._fatal or self._is_stopped:
            return False
        is_wanted = self.spec.settings.allows(self._tally.failed_files)
        return self._redo is not None or (self._next < self.plan.shards and is_wanted)

    def planned(self, plan: Plan, now: datetime) -> None:
        """Take a plan: the first, or one that replaces a lost one and must be the same."""
        self.must_plan_again = False
        if plan.is_canceled:
            self._is_stopped = True
            return
        if self._plan is not None and self._plan.digest != plan.digest:
            self._fatal = (
                "The plan was lost, and the input is not what it was when the job was planned. "
                "Invoke again to score the input as it is now."
            )
            return
        self._plan = plan
        self._scoring_since = self._scoring_since or now

    def shard_instance(self) -> str:
        """The orchestration that scores the next shard; a repair gets a name of its own."""
        suffix = f".{self._repairs}" if self._repairs else ""
        return f"{self.spec.name}:{self._shard():06d}{suffix}"

    def shard_task(self) -> ShardTask:
        return ShardTask(
            job=self.spec.name,
            plan=self.plan,
            shard=self._shard(),
            span=shard_span(self._shard(), self.plan.minibatches),
            settings=self.spec.settings,
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
        span = shard_span(self._shard(), self.plan.minibatches)
        self._is_stopped = result.tally.minibatches < len(span)
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
        """What the next generation needs to know."""
        return JobRun(
            spec=self.spec,
            plan=self._plan,
            next_shard=self._next,
            tally=self._tally,
            scoring_since=self._scoring_since,
            repairs=self._repairs,
        )

    def ending(self) -> Ending:
        return ending(
            self.spec,
            self.plan,
            self._tally,
            self._fatal,
            self._next,
            self._scoring_since,
            is_stopped=self._is_stopped,
        )

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
