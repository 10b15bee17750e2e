"""Watches, from files to what the service takes."""
