"""The span of an invoke: a request of a caller, who may have a trace."""

import os
import time
from dataclasses import dataclass, field

from shared.domain.job import JobSpec
from shared.domain.trace_context import SPAN_BYTES, TRACE_BYTES, TraceContext
from shared.telemetry import names
from shared.telemetry.job_trace import told
from shared.telemetry.port import Span, Telemetry, Value
from shared.telemetry.steps import identity_of, nanoseconds

METHOD = "POST"


@dataclass
class Invoking:
    """An invoke under way: `job` and `status` are set by whoever answers it.

    `context` is its own span, None where nothing is told; `traceparent` is what the job's document
    keeps: this span, or the caller's where nothing is told here.
    """

    traceparent: str
    caller: TraceContext | None
    context: TraceContext | None
    began_ns: int = field(default_factory=time.time_ns)
    job: JobSpec | None = None
    status: int = 0

    @property
    def is_repeated(self) -> bool:
        """Whether an earlier request made the job."""
        return self.job is not None and nanoseconds(self.job.created_at) < self.began_ns - 1_000


def traced(header: str, telemetry: Telemetry) -> Invoking:
    """What is no traceparent is as none: a trace begins here."""
    caller = TraceContext.of_header(header)
    if not telemetry.is_on:
        return Invoking(caller.header if caller else "", caller, None)
    if caller is None:
        trace_id = int.from_bytes(os.urandom(TRACE_BYTES)) or 1
        is_sampled = telemetry.samples(trace_id)
    else:
        trace_id, is_sampled = caller.trace_id, caller.is_sampled
    own = TraceContext(trace_id, int.from_bytes(os.urandom(SPAN_BYTES)) or 1, is_sampled)
    return Invoking(own.header, caller, own)


def invoke_span(
    invoking: Invoking, context: TraceContext, route: str, error: Exception | None
) -> Span:
    attributes: dict[str, Value] = {names.HTTP_METHOD: METHOD, names.HTTP_ROUTE: route}
    if invoking.job is not None:
        attributes |= identity_of(invoking.job)
        attributes[names.IS_REPEATED] = invoking.is_repeated
    if invoking.status:
        attributes[names.HTTP_STATUS] = invoking.status
    if error is not None:
        attributes[names.ERROR_TYPE] = type(error).__name__
    return Span(
        f"{METHOD} {route}",
        context,
        invoking.caller,
        invoking.began_ns,
        time.time_ns(),
        attributes,
        problem=told(str(error)) if error else "",
        is_server=True,
    )
