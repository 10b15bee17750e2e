"""What a change of a job's document adds to the metrics.

A document changes once, however often a step runs: so what is counted adds up to what it says.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.domain.job import Job
from shared.telemetry import names
from shared.telemetry.names import Metric
from shared.telemetry.port import Value
from shared.telemetry.steps import place_of


@dataclass(frozen=True)
class Counted:
    metric: Metric
    value: float
    attributes: dict[str, Value] = field(default_factory=dict[str, Value])


def has_ended(before: Job, after: Job) -> bool:
    return after.state.status.is_terminal and not before.state.status.is_terminal


def counts_of(before: Job, after: Job) -> Iterator[Counted]:
    """Only what there is more of: a counter never falls."""
    old, new, place = before.state.tally, after.state.tally, place_of(after.spec)
    failed = new.failed_files - old.failed_files
    lost = new.failed_minibatches - old.failed_minibatches
    every = (
        (names.FILES_DONE, new.files - old.files - failed, names.SUCCEEDED),
        (names.FILES_DONE, failed, names.FAILED),
        (names.MINIBATCHES_DONE, new.minibatches - old.minibatches - lost, names.SUCCEEDED),
        (names.MINIBATCHES_DONE, lost, names.FAILED),
        (names.ROWS_DONE, new.rows - old.rows, ""),
        (names.RETRIES_DONE, new.retries - old.retries, ""),
        (names.SCORING_TIME, new.seconds - old.seconds, ""),
    )
    for metric, value, outcome in every:
        if value > 0:
            yield Counted(metric, value, {**place, names.OUTCOME: outcome} if outcome else place)


def end_of(job: Job) -> Iterator[Counted]:
    """A job that has just ended: a count, and how long it took."""
    spec, state = job.spec, job.state
    place = place_of(spec)
    status = {**place, names.STATUS: state.status.value}
    yield Counted(names.JOBS, 1, status)
    if state.ended_at:
        took = (state.ended_at - spec.created_at).total_seconds()
        yield Counted(names.JOB_DURATION, max(0.0, took), status)
    if state.scoring_since:
        waited = (state.scoring_since - spec.created_at).total_seconds()
        yield Counted(names.JOB_QUEUE, max(0.0, waited), place)
