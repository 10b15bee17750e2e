"""Telemetry by OpenTelemetry's SDK; imported only where it is sent."""
