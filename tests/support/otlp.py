"""A collector on a real socket: what it is sent by OTLP, read by OpenTelemetry's own protos."""

import gzip
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

ERROR = 2
# Sent soon, so that nobody waits for it.
SOON = {
    "OTEL_BSP_SCHEDULE_DELAY": "100",
    "OTEL_BLRP_SCHEDULE_DELAY": "100",
    "OTEL_METRIC_EXPORT_INTERVAL": "300",
}


@dataclass(frozen=True)
class ToldSpan:
    name: str
    trace: str
    id: str
    parent: str
    start: int
    end: int
    attributes: dict[str, Any]
    events: list[str]
    is_error: bool
    kind: int
    text: str


@dataclass(frozen=True)
class ToldLine:
    text: str
    severity: str
    attributes: dict[str, Any]
    trace: str


@dataclass
class Collector:
    """`headers` are those of each request, by its path; `raw` is every byte that came."""

    port: int = 0
    spans: list[ToldSpan] = field(default_factory=list[ToldSpan])
    lines: list[ToldLine] = field(default_factory=list[ToldLine])
    points: dict[tuple[str, str], Any] = field(default_factory=dict[tuple[str, str], Any])
    resources: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    paths: Counter[str] = field(default_factory=Counter[str])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    raw: list[bytes] = field(default_factory=list[bytes])
    units: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def of(self, job: str, name: str = "") -> list[ToldSpan]:
        """Spans of one job, by their name."""
        own = [one for one in self.spans if one.attributes.get("batch.job.name") == job]
        return [one for one in own if name in ("", one.name)]

    def total(self, metric: str, **wanted: str) -> float:
        """The last value of a counter, or a histogram's count, over all processes."""
        total = 0.0
        for (name, _), (attributes, value) in self.points.items():
            has = all(attributes.get(f"batch.{key}") == one for key, one in wanted.items())
            total += value if name == metric and has else 0
        return total

    def take(self, path: str, body: bytes) -> None:
        self.paths[path] += 1
        self.raw.append(body)
        if path == "/v1/traces":
            self._take_spans(ExportTraceServiceRequest.FromString(body))
        elif path == "/v1/logs":
            self._take_lines(ExportLogsServiceRequest.FromString(body))
        elif path == "/v1/metrics":
            self._take_metrics(ExportMetricsServiceRequest.FromString(body))

    def _take_spans(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            self.resources.append(_attributes(resource.resource.attributes))
            for scope in resource.scope_spans:
                self.spans += [
                    ToldSpan(
                        one.name,
                        one.trace_id.hex(),
                        one.span_id.hex(),
                        one.parent_span_id.hex(),
                        one.start_time_unix_nano,
                        one.end_time_unix_nano,
                        _attributes(one.attributes),
                        [event.name for event in one.events],
                        one.status.code == ERROR,
                        one.kind,
                        str(one),
                    )
                    for one in scope.spans
                ]

    def _take_lines(self, request: ExportLogsServiceRequest) -> None:
        for resource in request.resource_logs:
            for scope in resource.scope_logs:
                self.lines += [
                    ToldLine(
                        one.body.string_value,
                        one.severity_text,
                        _attributes(one.attributes),
                        one.trace_id.hex(),
                    )
                    for one in scope.log_records
                ]

    def _take_metrics(self, request: ExportMetricsServiceRequest) -> None:
        for resource in request.resource_metrics:
            own = _attributes(resource.resource.attributes)["service.instance.id"]
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    self.units[metric.name] = metric.unit
                    for attributes, value in _points(metric):
                        key = f"{own} {sorted(attributes.items())}"
                        self.points[metric.name, key] = attributes, value


def _points(metric: Metric) -> Iterator[tuple[dict[str, Any], float]]:
    for point in (*metric.sum.data_points, *metric.gauge.data_points):
        value = point.as_int if point.HasField("as_int") else point.as_double
        yield _attributes(point.attributes), value
    for measured in metric.histogram.data_points:
        yield _attributes(measured.attributes), measured.count


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: _value(pair) for pair in pairs}


def _value(pair: KeyValue) -> Any:
    return getattr(pair.value, pair.value.WhichOneof("value") or "string_value")


@contextmanager
def collecting(*, status: int = 200, hangs: bool = False) -> Iterator[Collector]:
    """A collector that keeps what it is sent; or answers `status`, or nothing until the end."""
    collector, over = Collector(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            collector.headers.append({name.lower(): one for name, one in self.headers.items()})
            collector.take(self.path, body)
            if hangs:
                over.wait(60)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield collector
    finally:
        over.set()
        server.shutdown()
        server.server_close()
