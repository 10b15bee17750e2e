"""Exit codes that are no error's own."""

INTERRUPTED = 130
"""Ctrl-C, as shells have it."""
