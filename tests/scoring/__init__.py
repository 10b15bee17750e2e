"""Scorer processes, tested with real children."""
