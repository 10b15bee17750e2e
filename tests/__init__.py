"""Tests: each folder is named for what it tests."""
