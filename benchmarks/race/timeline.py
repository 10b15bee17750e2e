"""Where a job's time went: from its Durable history and its own report.

Work that goes on side by side is counted by its share: two bundles of a second each, in flight at
once, are a second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from benchmarks.jobs import EndedJob


@dataclass(frozen=True)
class Timeline:
    """Parts of a job in seconds, in order; they add up to the whole."""

    parts: dict[str, float]


@dataclass(frozen=True)
class _Step:
    name: str
    began: datetime
    ended: datetime

    @property
    def seconds(self) -> float:
        return (self.ended - self.began).total_seconds()


def timeline_of(job: EndedJob, ask: Callable[[str], Any], width: int) -> Timeline:
    steps = _steps(ask, job.status_url)
    inside = _inside(job, ask, steps)
    bundles = _bundles(inside)
    width = min(width, len(bundles))
    closing, scoring = _sum(inside, "close_shard"), _sum(steps, "score_shard")
    elapsed = [float(row["Elapsed Seconds"]) for row in job.minibatches]
    run = sum(float(row["Run Method Seconds"]) for row in job.minibatches)
    loading = bundles[0].seconds - elapsed[0]
    in_bundles = _sum(inside, "score_minibatch") / width
    parts = {
        "request, and the orchestration's start": _between(job.posted_at, steps[0].began),
        "planning": _sum(steps, "plan_job"),
        "model download, init() and first files": loading,
        "run()": run / width,
        "round run(): pipes, tries, clean-up": (sum(elapsed) - run) / width,
        "waiting for files; staging rows, records": in_bundles - loading - sum(elapsed) / width,
        "no bundle in flight": scoring - closing - in_bundles,
        "closing shards": closing,
        "ending: publishing, receipt, logs": _sum(steps, "end_job"),
    }
    return Timeline(
        {**parts, "between the steps, and the last poll": job.seconds - sum(parts.values())}
    )


def bundles_of(job: EndedJob, ask: Callable[[str], Any]) -> int:
    """In how many bundles its mini-batches were scored."""
    return len(_bundles(_inside(job, ask, _steps(ask, job.status_url))))


def _inside(job: EndedJob, ask: Callable[[str], Any], steps: list[_Step]) -> list[_Step]:
    return [
        step
        for shard in range(sum(step.name == "score_shard" for step in steps))
        for step in _steps(ask, _of_shard(job, shard))
    ]


def _bundles(inside: list[_Step]) -> list[_Step]:
    return [step for step in inside if step.name == "score_minibatch"]


def _of_shard(job: EndedJob, shard: int) -> str:
    return job.status_url.replace(
        f"/instances/{job.name}?", f"/instances/{job.name}%3A{shard:06d}?"
    )


def _steps(ask: Callable[[str], Any], status_url: str) -> list[_Step]:
    """The activities and sub-orchestrations of an instance, in the order of their ends."""
    status = ask(f"{status_url}&showHistory=true")
    return [_step(event) for event in status["historyEvents"] if "ScheduledTime" in event]


def _step(event: dict[str, Any]) -> _Step:
    began, ended = event["ScheduledTime"], event["Timestamp"]
    return _Step(
        event["FunctionName"], datetime.fromisoformat(began), datetime.fromisoformat(ended)
    )


def _sum(steps: list[_Step], name: str) -> float:
    return sum(step.seconds for step in steps if step.name == name)


def _between(began: datetime, ended: datetime) -> float:
    return (ended - began).total_seconds()
