"""The kinds of files that are read, by their extension; the case does not matter."""

from pathlib import PurePosixPath

CSV = (".csv",)
PARQUET = (".parquet", ".pqt")
JSON = (".jsonl", ".ndjson", ".json")
IMAGES = (".png", ".jpg", ".jpeg", ".tiff", ".tif", ".bmp", ".gif")
ALL = (*CSV, *PARQUET, *JSON, *IMAGES)


def kind_of(name: str) -> str:
    """The extension in lower case, with its dot; empty without one."""
    return PurePosixPath(name).suffix.lower()
