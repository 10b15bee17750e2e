"""Waiting for what the service does: never blind, and patient when the service restarts."""
