"""The port, over OpenTelemetry's SDK.

Its providers are this process's own and never the global ones: with those, Durable's library and
Azure's clients would tell of each replay and of each request to the store.
"""

import threading
import time
from collections.abc import Iterable, Sequence

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.metrics import CallbackOptions, Counter, Histogram, Observation
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from shared.domain.trace_context import TraceContext
from shared.telemetry.names import METRICS, SCOPE, Kind, Metric
from shared.telemetry.port import Attributes, LogLine, Observe, Span

# A worker that stops waits no longer for what is still queued.
CLOSE_LIMIT_S = 3.0
_UNSET = Status(StatusCode.UNSET)


class OtelTelemetry:
    is_on = True

    def __init__(
        self,
        resource: Resource,
        spans: Sequence[SpanProcessor],
        meters: MeterProvider,
        loggers: LoggerProvider,
    ) -> None:
        self._resource = resource
        self._scope = InstrumentationScope(SCOPE)
        self._sampler = TracerProvider(resource=resource, shutdown_on_exit=False).sampler
        self._spans, self._meters, self._loggers = spans, meters, loggers
        self._logger = loggers.get_logger(SCOPE)
        self._meter = meters.get_meter(SCOPE)
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}
        for metric in METRICS:
            self._create(metric)

    def samples(self, trace_id: int) -> bool:
        decision = self._sampler.should_sample(None, trace_id, SCOPE).decision
        return decision is Decision.RECORD_AND_SAMPLE

    def span(self, span: Span) -> None:
        if not span.context.is_sampled:
            return
        ended = ReadableSpan(
            span.name,
            context=_context(span.context),
            parent=_context(span.parent) if span.parent else None,
            resource=self._resource,
            attributes=span.attributes,
            events=[Event(one.name, one.attributes, one.at_ns) for one in span.events],
            kind=SpanKind.SERVER if span.is_server else SpanKind.INTERNAL,
            status=Status(StatusCode.ERROR, span.problem) if span.problem else _UNSET,
            start_time=span.start_ns,
            end_time=span.end_ns,
            instrumentation_scope=self._scope,
        )
        for processor in self._spans:
            processor.on_end(ended)

    def count(self, metric: Metric, value: float, attributes: Attributes) -> None:
        self._counters[metric.name].add(value, attributes)

    def measure(self, metric: Metric, value: float, attributes: Attributes) -> None:
        self._histograms[metric.name].record(value, attributes)

    def observe(self, metric: Metric, observe: Observe) -> None:
        def ask(_options: CallbackOptions) -> Iterable[Observation]:
            return [Observation(value, attributes) for value, attributes in observe()]

        self._meter.create_observable_gauge(
            metric.name, callbacks=[ask], unit=metric.unit, description=metric.description
        )

    def log(self, line: LogLine) -> None:
        record = LogRecord(
            timestamp=line.at_ns,
            observed_timestamp=time.time_ns(),
            context=_logging_context(line.context),
            severity_text=line.severity.name,
            severity_number=SeverityNumber(line.severity.value),
            body=line.text,
            attributes=line.attributes,
        )
        self._logger.emit(record)

    def close(self) -> None:
        """Send what is queued, as far as that is quick."""
        closing = threading.Thread(target=self._close, name="telemetry-close", daemon=True)
        closing.start()
        closing.join(CLOSE_LIMIT_S)

    def _close(self) -> None:
        for processor in self._spans:
            processor.shutdown()
        self._loggers.shutdown()
        self._meters.shutdown(timeout_millis=CLOSE_LIMIT_S * 1000)

    def _create(self, metric: Metric) -> None:
        about = {"unit": metric.unit, "description": metric.description}
        if metric.kind is Kind.COUNTER:
            self._counters[metric.name] = self._meter.create_counter(metric.name, **about)
        elif metric.kind is Kind.HISTOGRAM:
            self._histograms[metric.name] = self._meter.create_histogram(
                metric.name, **about, explicit_bucket_boundaries_advisory=metric.buckets
            )


def _context(trace: TraceContext) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if trace.is_sampled else TraceFlags.DEFAULT)
    return SpanContext(trace.trace_id, trace.span_id, is_remote=False, trace_flags=flags)


def _logging_context(trace: TraceContext | None) -> Context:
    """Of its own: what another library holds in this thread is not a job's."""
    context = Context()
    return set_span_in_context(NonRecordingSpan(_context(trace)), context) if trace else context
