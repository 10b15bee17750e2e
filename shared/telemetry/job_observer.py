"""Tells of jobs what their steps report: spans, metrics and lines, through the port.

A job never waits for it and never fails by it. Off, every method returns at once.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from shared.domain.errors import BatchError
from shared.domain.job import Job, JobSpec
from shared.domain.minibatch import Span as MinibatchSpan
from shared.domain.plan import Plan
from shared.domain.sheet import Recorded
from shared.domain.trace_context import TraceContext
from shared.telemetry import names
from shared.telemetry.invoking import Invoking, invoke_span, traced
from shared.telemetry.job_counts import Counted, counts_of, end_of, has_ended
from shared.telemetry.job_lines import JobLines
from shared.telemetry.job_trace import (
    BundleRun,
    JobTrace,
    bundle_spans,
    job_span,
    queue_seconds,
    shard_span,
    told,
)
from shared.telemetry.names import Kind
from shared.telemetry.port import Span, Telemetry, Value
from shared.telemetry.steps import (
    Step,
    attributes_of,
    current_step,
    entered,
    identity_of,
    place_of,
    range_of,
)

log = logging.getLogger(__name__)


class JobObserver:
    """Thread-safe."""

    def __init__(self, telemetry: Telemetry) -> None:
        self.telemetry = telemetry
        self._lines = JobLines(telemetry)

    @contextmanager
    def invoke(self, traceparent: str, route: str) -> Iterator[Invoking]:
        """Around an invoke, whose job is to be set; what it raises goes on."""
        invoking, error = traced(traceparent, self.telemetry), None
        try:
            yield invoking
        except Exception as raised:
            error = raised
            raise
        finally:
            self._tell_invoke(invoking, route, error)

    @contextmanager
    def step(
        self,
        name: str,
        find_spec: Callable[[], JobSpec],
        shard: int | None = None,
        span: MinibatchSpan | None = None,
    ) -> Iterator[None]:
        """Around one run of a job's activity: its lines say what they are about.

        One that raises will be run again: it is a span of its own, and a failure that is counted.
        """
        spec = self._found(find_spec) if self.telemetry.is_on else None
        if spec is None:
            yield
            return
        trace = self._trace(spec)
        context = trace.job if shard is None else trace.shard(shard)
        fields = attributes_of(spec, range_of(span)) if span else attributes_of(spec)
        step = Step(name, context, fields, time.time_ns())
        with entered(step):
            try:
                yield
            except Exception as error:
                self._tell_failure(step, spec, error)
                raise

    def planned(self, spec: JobSpec, plan: Plan) -> None:
        step = current_step()
        if step is None or plan.is_canceled:
            return
        trace = self._trace(spec)
        context = trace.plan(plan.key) if plan.key else trace.attempt(names.PLAN, step.began_ns)
        counts = {names.FILES: plan.files, names.MINIBATCH_COUNT: plan.minibatches}
        self._tell_step(names.PLAN, step, context, identity_of(spec) | counts, plan.problem)
        self._lines.planned(spec, plan, context)

    def scored(self, spec: JobSpec, shard: int, record: Recorded, name: str) -> None:
        """A bundle was scored, and its record stored under that name."""
        step = current_step()
        if step is None:
            return
        trace = self._trace(spec)
        run = BundleRun(shard, name, record, step.began_ns, time.time_ns())
        for span in bundle_spans(run, trace) if trace.root.is_sampled else ():
            self.telemetry.span(span)
        self._measure(spec, run)
        self._lines.scored(spec, run, trace)

    def closed(self, spec: JobSpec, shard: int, records: Sequence[Recorded]) -> None:
        """A shard was closed, and the job's document says so since."""
        if current_step() is None:
            return
        span = shard_span(shard, records, self._trace(spec), time.time_ns())
        self.telemetry.span(span)
        self._lines.closed(spec, span)

    def ended(self, spec: JobSpec) -> None:
        """The step that ends the job has done so."""
        step = current_step()
        if step is not None:
            context = self._trace(spec).attempt(names.END, step.began_ns)
            self._tell_step(names.END, step, context, identity_of(spec))

    def progressed(self, before: Job, after: Job) -> None:
        """A job's document was written: what it counts more, and whether the job is over."""
        if not self.telemetry.is_on:
            return
        self._count(counts_of(before, after))
        if has_ended(before, after):
            self._count(end_of(after))
            trace = self._trace(after.spec)
            self.telemetry.span(job_span(after, trace))
            self._lines.ended(after, trace.job)

    def _found(self, find_spec: Callable[[], JobSpec]) -> JobSpec | None:
        """None for a job that has ended, or whose document cannot be read: the step finds out."""
        with suppress(BatchError):
            return find_spec()
        return None

    def _trace(self, spec: JobSpec) -> JobTrace:
        return JobTrace.of(spec, self.telemetry.samples)

    def _tell_invoke(self, invoking: Invoking, route: str, error: Exception | None) -> None:
        if invoking.context is None:
            return
        self.telemetry.span(invoke_span(invoking, invoking.context, route, error))
        if invoking.job is not None and not invoking.is_repeated:
            self._lines.invoked(invoking.job, invoking.context)

    def _tell_step(
        self,
        name: str,
        step: Step,
        context: TraceContext,
        attributes: dict[str, Value],
        problem: str = "",
    ) -> None:
        began, now = step.began_ns, time.time_ns()
        told_of = Span(name, context, step.context, began, now, attributes, problem=told(problem))
        self.telemetry.span(told_of)

    def _tell_failure(self, step: Step, spec: JobSpec, error: Exception) -> None:
        kind = {names.ERROR_TYPE: type(error).__name__}
        context = self._trace(spec).attempt(step.name, step.began_ns)
        problem = str(error) or type(error).__name__
        self._tell_step(step.name, step, context, {**step.attributes, **kind}, problem)
        fields = place_of(spec) | kind | {names.STEP: step.name}
        self.telemetry.count(names.STEP_FAILURES, 1, fields)
        log.warning("step=%s failed and is run again: %s", step.name, told(problem))

    def _count(self, counted: Iterator[Counted]) -> None:
        for one in counted:
            is_counter = one.metric.kind is Kind.COUNTER
            tell = self.telemetry.count if is_counter else self.telemetry.measure
            tell(one.metric, one.value, one.attributes)

    def _measure(self, spec: JobSpec, run: BundleRun) -> None:
        place, measure = place_of(spec), self.telemetry.measure
        measure(names.BUNDLE_QUEUE, queue_seconds(run), place)
        for load in run.record.loads:
            measure(names.INIT_DURATION, load.seconds, place)
        measure(names.FILES_WAIT, sum(report.waited for report in run.record.reports), place)
        for report in run.record.reports:
            if report.failed_files < report.files:
                measure(names.RUN_DURATION, report.run_seconds, place)
