"""Uploads that become jobs."""
