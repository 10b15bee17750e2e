"""The Durable HTTP API."""
