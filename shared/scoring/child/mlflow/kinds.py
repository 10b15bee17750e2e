"""The kinds of files that are read, by their extension; the case does not matter."""

from __future__ import annotations

from pathlib import PurePosixPath

CSV = (".csv",)
PARQUET = (".parquet", ".pqt")
JSON = (".jsonl", ".ndjson", ".json")
IMAGES = (".png", ".jpg", ".jpeg", ".tiff", ".tif", ".bmp", ".gif")
ALL = (*CSV, *PARQUET, *JSON, *IMAGES)
TEXTS = (*CSV, *JSON)
"""These may be compressed: `a.csv.gz`."""
CODECS = (".gz", ".bz2", ".zst")


def kind_of(name: str) -> tuple[str, str]:
    """The extension, `.csv`, and how the file is compressed, `.gz`, in lower case; or empty."""
    path = PurePosixPath(name.lower())
    if path.suffix not in CODECS:
        return path.suffix, ""
    return PurePosixPath(path.stem).suffix, path.suffix


def is_read(name: str) -> bool:
    kind, codec = kind_of(name)
    return kind in (TEXTS if codec else ALL)


def refusal(name: str) -> str:
    """Why a file that is not read is not."""
    _, codec = kind_of(name)
    words = f"File type '{PurePosixPath(name).suffix[1:]}' is not supported"
    known = ", ".join(suffix + codec for suffix in TEXTS)
    return f"{words} unless the name says what is in it: {known}" if codec else words
