"""Starts telemetry in this process: who it is, its exporters, their queues and their threads."""

import atexit
import os
import platform
import uuid

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from shared.adapters.telemetry.destination import silence_libraries
from shared.adapters.telemetry.exporters import chosen_exporters
from shared.adapters.telemetry.otel import OtelTelemetry
from shared.telemetry.log_handler import attach
from shared.telemetry.names import SERVICE

# What the platform says of an app on Azure.
_OF_AZURE = {
    "WEBSITE_SITE_NAME": "faas.name",
    "WEBSITE_INSTANCE_ID": "faas.instance",
    "REGION_NAME": "cloud.region",
}


def start_telemetry(otlp_endpoint: str, connection_string: str) -> OtelTelemetry:
    """Queues are bounded, and by OpenTelemetry's own variables (OTEL_BSP_..., OTEL_BLRP_...)."""
    silence_libraries()
    resource = _resource()
    every = list(chosen_exporters(otlp_endpoint, connection_string))
    loggers = LoggerProvider(resource=resource, shutdown_on_exit=False)
    for one in every:
        if one.logs:
            loggers.add_log_record_processor(BatchLogRecordProcessor(one.logs))
    telemetry = OtelTelemetry(
        resource,
        [BatchSpanProcessor(one.spans) for one in every if one.spans],
        MeterProvider(
            [PeriodicExportingMetricReader(one.metrics) for one in every if one.metrics],
            resource=resource,
            shutdown_on_exit=False,
            exemplar_filter=AlwaysOffExemplarFilter(),  # spans here are told of when they are over
        ),
        loggers,
    )
    attach(telemetry)
    atexit.register(telemetry.close)
    return telemetry


def _resource() -> Resource:
    """What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before."""
    ours: dict[str, str | int] = {
        "service.name": SERVICE,
        "service.instance.id": str(uuid.uuid4()),  # a process: counters are each one's own
        "host.name": platform.node(),
        "process.pid": os.getpid(),
    }
    on_azure = {name: os.environ[key] for key, name in _OF_AZURE.items() if os.environ.get(key)}
    if on_azure:
        on_azure |= {"cloud.provider": "azure", "cloud.platform": "azure_functions"}
    given = OTELResourceDetector().detect().attributes
    attributes = {name: one for name, one in (ours | on_azure).items() if name not in given}
    return Resource.create(attributes)
