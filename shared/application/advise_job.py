"""Advise on a job: where its time went, what to set differently, and how it was the last time."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from shared.application.inspect_job import Inspected, InspectJob
from shared.domain.job import Job
from shared.domain.job_comparison import compared
from shared.domain.message import JSON
from shared.domain.progress import progress_of
from shared.domain.run_facts import RunFacts
from shared.domain.suggestions import Situation, suggestions
from shared.schemas.arm_samples import write_sample
from shared.stores.jobs import Jobs

# Earlier jobs of the deployment that are looked at for one that has ended.
MOST_EARLIER = 20


@dataclass(frozen=True)
class AdviseJob:
    inspect: InspectJob
    jobs: Jobs

    def __call__(self, seen: Inspected, now: datetime, *, downloads_at_once: int = 0) -> JSON:
        facts = RunFacts.of(self.inspect.all_sheets(seen))
        progress = progress_of(seen.job.state, now)
        situation = Situation(
            seen.job.spec.settings, seen.plan, facts, downloads_at_once=downloads_at_once
        )
        earlier = self._earlier(seen.job)
        return {
            "job": seen.job.spec.name,
            "status": seen.job.status,
            "progress": progress.to_wire() if progress else None,
            "run": facts.durations(),
            "pace": facts.pace(),
            "time": _time(facts),
            "memory": _memory(facts),
            "suggestions": [one.to_wire() for one in suggestions(situation)],
            "previous": compared(seen.job, earlier) if earlier else None,
            **write_sample(seen.job),
        }

    def _earlier(self, job: Job) -> Job | None:
        """The newest ended job of the same deployment that was created before this one."""
        older = self.jobs.before(job.spec, most=MOST_EARLIER)
        ended = (one for one in older if one.state.status.is_terminal)
        return next(islice(ended, 1), None)


def _time(facts: RunFacts) -> JSON:
    """What the scorers' time went into, and what failed tries cost."""
    shares = facts.shares()
    if shares is None:
        return None
    return {
        "scorers": len(facts.scorers),
        "shares": shares,
        "beside_run_ms": round(facts.overhead_ms, 2),
        "failed_tries": {"ms": round(facts.lost_ms), "by_kind": dict(facts.lost)},
    }


def _memory(facts: RunFacts) -> JSON:
    """Only where there is a limit do scorers look."""
    if not facts.memory_limit_mb:
        return None
    return {"highest_mb": facts.memory_mb, "limit_mb": facts.memory_limit_mb}
