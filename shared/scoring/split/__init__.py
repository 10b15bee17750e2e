"""Splitting large files by their records: where pieces begin, and what they are read by."""
