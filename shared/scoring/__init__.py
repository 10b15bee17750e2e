"""Scorer processes: user code and models run in children of ours, never in the worker."""
