"""Telemetry: what is told of a job, once, and what is not."""
