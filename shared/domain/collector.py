"""Whether a collector of telemetry can be spoken to, as the settings name it."""

from urllib.parse import urlsplit

from pydantic import ValidationInfo

OTLP = "http/protobuf"


def collector_address(value: str) -> str:
    """Raises ValueError for what is no web address; empty is none."""
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError("This is no web address. Write https://collector.example.org:4318")
    return value


def spoken_protocol(value: str, info: ValidationInfo) -> str:
    """Raises ValueError for another protocol than ours, where something is to be sent by it."""
    if value != OTLP and info.data.get("otel_exporter_otlp_endpoint"):
        raise ValueError(f"'{value[:100]}' is not spoken. Use the collector's port for {OTLP}.")
    return value
