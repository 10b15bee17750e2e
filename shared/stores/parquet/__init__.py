"""Parquet files, written in pieces: the format's own encodings, without a library."""
