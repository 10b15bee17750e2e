"""Who sends: OTLP over HTTP to any collector, and Application Insights.

OTLP's exporters read OpenTelemetry's own variables: headers, time limits, certificates,
compression, addresses of single signals.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from shared.adapters.telemetry.destination import Destination, shown

NONE = "none"
# What Application Insights' exporter would tell its makers, ask of them, and keep on the disk.
_QUIET = (
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
    "APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED",
)


@dataclass(frozen=True)
class Exporters:
    """Of one destination; None for a signal that is not wanted."""

    spans: SpanExporter | None
    metrics: MetricExporter | None
    logs: LogRecordExporter | None


def chosen_exporters(otlp_endpoint: str, connection_string: str) -> Iterator[Exporters]:
    if otlp_endpoint:
        yield _watched(_otlp(), Destination(shown(otlp_endpoint)))
    if connection_string:
        yield _watched(_azure(connection_string), Destination("Application Insights"))


def _watched(exporters: Exporters, destination: Destination) -> Exporters:
    spans, metrics, logs = exporters.spans, exporters.metrics, exporters.logs
    return Exporters(
        spans and destination.watch(spans, SpanExportResult.FAILURE),
        metrics and destination.watch(metrics, MetricExportResult.FAILURE),
        logs and destination.watch(logs, LogRecordExportResult.FAILURE),
    )


def _otlp() -> Exporters:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import (  # noqa: PLC0415
        OTLPLogExporter,
    )
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import (  # noqa: PLC0415
        OTLPMetricExporter,
    )
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )

    return Exporters(
        OTLPSpanExporter() if _is_wanted("TRACES") else None,
        OTLPMetricExporter() if _is_wanted("METRICS") else None,
        OTLPLogExporter() if _is_wanted("LOGS") else None,
    )


def _is_wanted(signal: str) -> bool:
    return os.environ.get(f"OTEL_{signal}_EXPORTER", "").strip().lower() != NONE


def _azure(connection_string: str) -> Exporters:
    for name in _QUIET:
        os.environ.setdefault(name, "true")
    from azure.monitor.opentelemetry.exporter import (  # noqa: PLC0415  # only where it is wanted
        AzureMonitorLogExporter,
        AzureMonitorMetricExporter,
        AzureMonitorTraceExporter,
    )

    given = {"connection_string": connection_string, "disable_offline_storage": True}
    return Exporters(
        AzureMonitorTraceExporter(**given) if _is_wanted("TRACES") else None,
        AzureMonitorMetricExporter(**given) if _is_wanted("METRICS") else None,
        AzureMonitorLogExporter(**given) if _is_wanted("LOGS") else None,
    )
