"""The lines of a job's log: what happened, and as fields which job, deployment and mini-batches."""

import time

from shared.domain.job import Job, JobSpec, JobStatus
from shared.domain.minibatch import Span as MinibatchSpan
from shared.domain.plan import Plan
from shared.domain.sheet import Recorded
from shared.domain.trace_context import TraceContext
from shared.telemetry import names
from shared.telemetry.job_trace import BundleRun, JobTrace, told
from shared.telemetry.port import LogLine, Severity, Span, Telemetry, Value
from shared.telemetry.steps import attributes_of, range_of

# Mini-batches of one bundle that are told of one by one: when everything fails, the first say it.
MOST_FAILED = 20


class JobLines:
    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def invoked(self, spec: JobSpec, context: TraceContext) -> None:
        self._say("Job invoked.", attributes_of(spec), context)

    def planned(self, spec: JobSpec, plan: Plan, context: TraceContext) -> None:
        fields = attributes_of(spec, _whole(plan))
        if plan.problem:
            self._say(f"Job cannot be planned: {told(plan.problem)}", fields, context, bad=True)
            return
        text = f"Job planned: {plan.files} files in {plan.minibatches} mini-batches."
        counts = {names.FILES: plan.files, names.MINIBATCH_COUNT: plan.minibatches}
        self._say(text, fields | counts, context)

    def scored(self, spec: JobSpec, run: BundleRun, trace: JobTrace) -> None:
        reports = run.record.reports
        files, failed = (
            sum(one.files for one in reports),
            sum(one.failed_files for one in reports),
        )
        fields = attributes_of(spec, _range_of(run.record))
        counts = {names.FILES: files, names.FAILED_FILES: failed}
        text = f"Bundle scored: {files} files, {failed} failed."
        self._say(text, fields | counts, trace.bundle(run.name))
        self._failed(spec, run, trace)

    def _failed(self, spec: JobSpec, run: BundleRun, trace: JobTrace) -> None:
        """The first error of each mini-batch that failed."""
        firsts = dict[int, tuple[str, str]]()
        for error in run.record.errors:
            firsts.setdefault(error.mini_batch, (error.error_type, error.summary))
        for index, (kind, summary) in list(firsts.items())[:MOST_FAILED]:
            fields = attributes_of(spec, str(index)) | {names.ERROR_TYPE: kind}
            text = f"Mini-batch failed: {told(summary)}"
            self._say(text, fields, trace.run(run.name, index), bad=True)

    def closed(self, spec: JobSpec, span: Span) -> None:
        first, count = (
            int(span.attributes[name]) for name in (names.MINIBATCH_FIRST, names.MINIBATCH_COUNT)
        )
        minibatches = range_of(MinibatchSpan(first=first, stop=first + count))
        fields = attributes_of(spec, minibatches)
        shard = {names.SHARD_INDEX: span.attributes[names.SHARD_INDEX]}
        self._say("Shard closed.", fields | shard, span.context)

    def ended(self, job: Job, context: TraceContext) -> None:
        state = job.state
        fields = attributes_of(job.spec, _whole(state.plan))
        fields[names.STATUS] = state.status.value
        reason = f" {told(state.reason)}" if state.reason else ""
        is_bad = state.status is JobStatus.FAILED
        self._say(f"Job ended: {state.status}.{reason}", fields, context, bad=is_bad)

    def _say(
        self,
        text: str,
        fields: dict[str, Value],
        context: TraceContext,
        *,
        bad: bool = False,
    ) -> None:
        severity = Severity.WARN if bad else Severity.INFO
        self._telemetry.log(LogLine(text, severity, fields, context, time.time_ns()))


def _whole(plan: Plan | None) -> str:
    return range_of(MinibatchSpan(first=0, stop=plan.minibatches if plan else 0))


def _range_of(record: Recorded) -> str:
    indices = [report.index for report in record.reports]
    first, stop = min(indices, default=0), max(indices, default=-1) + 1
    return range_of(MinibatchSpan(first=first, stop=stop))
