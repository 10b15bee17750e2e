"""A job's spans: one trace, whose ids follow from the job's name and its caller's trace.

POST /endpoints/{endpoint}/jobs
job
plan
shard
bundle
init
run
end
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from shared.domain.job import Job, JobSpec, JobStatus
from shared.domain.outcome import FailedTry, Load, MinibatchReport
from shared.domain.redaction import redacted_text
from shared.domain.sheet import Recorded
from shared.domain.trace_context import TraceContext
from shared.telemetry import names
from shared.telemetry.port import Span, SpanEvent
from shared.telemetry.steps import identity_of, nanoseconds

LONGEST_PROBLEM = 1_000
# Spans of one bundle's mini-batches: bundles are two seconds long, so that a job of very many very
# short mini-batches costs no more than another. Metrics and the bundle's counts have all of them.
MOST_RUNS = 20
# Failed tries of one mini-batch, as events of its span.
MOST_EVENTS = 10
NANO = 1_000_000_000


class Sampler(Protocol):
    def __call__(self, trace_id: int) -> bool: ...


@dataclass(frozen=True)
class JobTrace:
    """`caller` is the span under which the job is: None where nobody's trace leads to it."""

    spec: JobSpec
    root: TraceContext
    caller: TraceContext | None

    @classmethod
    def of(cls, spec: JobSpec, samples: Sampler) -> "JobTrace":
        caller = TraceContext.of_header(spec.traceparent)
        if caller is not None:
            return cls(spec, caller, caller)
        derived = TraceContext.of_names(spec.name, spec.created_at.isoformat())
        is_sampled = samples(derived.trace_id)
        return cls(spec, TraceContext(derived.trace_id, 0, is_sampled), None)

    @property
    def job(self) -> TraceContext:
        return self._of(names.JOB)

    def shard(self, shard: int) -> TraceContext:
        return self._of(names.SHARD, str(shard))

    def plan(self, key: str) -> TraceContext:
        return self._of(names.PLAN, key)

    def bundle(self, record: str) -> TraceContext:
        """Each run of a bundle leaves a record of its own."""
        return self._of(names.BUNDLE, record)

    def run(self, record: str, minibatch: int) -> TraceContext:
        return self._of(names.RUN, record, str(minibatch))

    def attempt(self, step: str, began_ns: int) -> TraceContext:
        """A step that left nothing to name it by: when it began does."""
        return self._of(step, str(began_ns))

    def init(self, record: str, place: int) -> TraceContext:
        return self._of(names.INIT, record, str(place))

    def _of(self, kind: str, *more: str) -> TraceContext:
        return self.root.child(self.spec.name, kind, *more)


def job_span(job: Job, trace: JobTrace) -> Span:
    """Of a job that has ended: from its creation on."""
    spec, state, tally = job.spec, job.state, job.state.tally
    start = nanoseconds(spec.created_at)
    return Span(
        names.JOB,
        trace.job,
        trace.caller,
        start,
        max(start, nanoseconds(state.ended_at) if state.ended_at else start),
        {
            **identity_of(spec),
            names.STATUS: state.status.value,
            names.FILES: tally.files,
            names.FAILED_FILES: tally.failed_files,
            names.MINIBATCH_COUNT: tally.minibatches,
            names.FAILED_MINIBATCHES: tally.failed_minibatches,
            names.ROWS: tally.rows,
            names.RETRIES: tally.retries,
        },
        problem=told(state.reason) if state.status is JobStatus.FAILED else "",
    )


@dataclass(frozen=True)
class BundleRun:
    """One run of a bundle that left a record."""

    shard: int
    name: str
    record: Recorded
    began_ns: int
    ended_ns: int


def bundle_spans(run: BundleRun, trace: JobTrace) -> Iterator[Span]:
    reports, record = run.record.reports, run.record
    bundle = trace.bundle(run.name)
    yield Span(
        names.BUNDLE,
        bundle,
        trace.shard(run.shard),
        run.began_ns,
        run.ended_ns,
        {
            **identity_of(trace.spec),
            names.SHARD_INDEX: run.shard,
            names.SCORER: record.process,
            **_counts(reports),
            names.TOLD_RUNS: min(len(reports), MOST_RUNS),
            names.QUEUE_SECONDS: queue_seconds(run),
        },
    )
    for place, load in enumerate(record.loads):
        if nanoseconds(load.started_at) >= run.began_ns:  # a spare was loaded before
            yield _init_span(load, trace.init(run.name, place), bundle, trace)
    lost = dict[int, list[FailedTry]]()
    for one in record.tries:
        lost.setdefault(one.mini_batch, []).append(one)
    for report in told_runs(reports):
        own = trace.run(run.name, report.index)
        yield _run_span(report, lost.get(report.index, []), own, bundle, trace)


def told_runs(reports: list[MinibatchReport]) -> list[MinibatchReport]:
    """All, if they are not many; else those that failed or were retried, and the longest."""
    if len(reports) <= MOST_RUNS:
        return reports

    def weight(report: MinibatchReport) -> tuple[bool, bool, float]:
        return report.failed_files > 0, report.tries > 1, report.seconds

    return sorted(sorted(reports, key=weight)[-MOST_RUNS:], key=lambda report: report.index)


def queue_seconds(run: BundleRun) -> float:
    """A bundle's wait for a scorer, its start included."""
    first = next((report for report in run.record.reports if report.started_at), None)
    if first is None or first.started_at is None:
        return 0.0
    began = nanoseconds(first.started_at) - round(first.waited * NANO)
    return max(0.0, (began - run.began_ns) / NANO)


def shard_span(shard: int, records: Iterable[Recorded], trace: JobTrace, closed_ns: int) -> Span:
    """From its first mini-batch's start to its closing."""
    reports = [report for record in records for report in record.reports]
    starts = [
        nanoseconds(one.started_at) - round(one.waited * NANO) for one in reports if one.started_at
    ]
    return Span(
        names.SHARD,
        trace.shard(shard),
        trace.job,
        min(starts, default=closed_ns),
        closed_ns,
        {**identity_of(trace.spec), names.SHARD_INDEX: shard, **_counts(reports)},
    )


def told(text: str) -> str:
    """In one span or line: without secrets, and bounded."""
    return redacted_text(text)[:LONGEST_PROBLEM]


def _counts(reports: list[MinibatchReport]) -> dict[str, int]:
    return {
        names.MINIBATCH_FIRST: min((one.index for one in reports), default=0),
        names.MINIBATCH_COUNT: len(reports),
        names.FAILED_MINIBATCHES: sum(one.failed_files > 0 for one in reports),
        names.FILES: sum(one.files for one in reports),
        names.FAILED_FILES: sum(one.failed_files for one in reports),
        names.ROWS: sum(one.rows for one in reports),
        names.RETRIES: sum(one.tries - 1 for one in reports),
    }


def _init_span(load: Load, own: TraceContext, parent: TraceContext, trace: JobTrace) -> Span:
    start = nanoseconds(load.started_at)
    attributes = identity_of(trace.spec)
    return Span(names.INIT, own, parent, start, start + round(load.seconds * NANO), attributes)


def _run_span(
    report: MinibatchReport,
    lost: list[FailedTry],
    own: TraceContext,
    parent: TraceContext,
    trace: JobTrace,
) -> Span:
    """All tries of one mini-batch: those that failed are events."""
    start = nanoseconds(report.started_at) if report.started_at else 0
    return Span(
        names.RUN,
        own,
        parent,
        start,
        start + round(report.seconds * NANO),
        {
            **identity_of(trace.spec),
            names.MINIBATCH_INDEX: report.index,
            names.FILES: report.files,
            names.FAILED_FILES: report.failed_files,
            names.ROWS: report.rows,
            names.TRIES: report.tries,
            names.RUN_SECONDS: report.run_seconds,
            names.WAITED_SECONDS: report.waited,
            **({names.ERROR_TYPE: lost[-1].error_type} if report.failed_files and lost else {}),
        },
        tuple(_event(one) for one in lost[:MOST_EVENTS]),
        problem=_problem(report),
    )


def _event(lost: FailedTry) -> SpanEvent:
    at = nanoseconds(lost.started_at) + round(lost.seconds * NANO)
    what = {
        names.EXCEPTION_TYPE: lost.error_type,
        names.EXCEPTION_MESSAGE: told(lost.message),
    }
    return SpanEvent(names.EXCEPTION, at, what)


def _problem(report: MinibatchReport) -> str:
    if not report.failed_files:
        return ""
    return f"{report.failed_files} of {report.files} files failed ({report.status})."
