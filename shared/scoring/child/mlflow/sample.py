"""What one file gives to predict(), whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from . import csv_table, image, json_table, parquet_table
from .compressed import CODECS
from .failure import UnsupportedFileType

# These may be compressed: `a.csv.gz`.
TEXTS = {
    ".csv": csv_table.read,
    ".jsonl": json_table.read,
    ".ndjson": json_table.read,
    ".json": json_table.read,
}
PARQUET = (".parquet", ".pqt")
IMAGES = (".png", ".jpg", ".jpeg", ".tiff", ".tif", ".bmp", ".gif")

# A row that is a Python object is worth so many numbers.
_OF_OBJECT = 64


@dataclass(frozen=True)
class Sample:
    """`rows` of a table, or one image. `is_batch`: the first dimension counts them.

    A table is a DataFrame, or the list of its rows where the signature is a type hint's.
    """

    data: Any
    rows: int
    is_table: bool = True
    is_batch: bool = True

    @property
    def bytes(self) -> int:
        """About as many as it takes in memory."""
        return int(getattr(self.data, "size", self.rows * _OF_OBJECT)) * 8


def read(path: str, name: str, schema: Any) -> Sample:
    """The name tells the kind. Raises a `FileFailed`."""
    kind, codec = _kind(name)
    if kind in IMAGES and not codec:
        array, is_batch = image.read(path, schema)
        return Sample(array, 1, is_table=False, is_batch=is_batch)
    if kind in TEXTS:
        frame = TEXTS[kind](path, schema, codec)
    elif kind in PARQUET and not codec:
        frame = parquet_table.read(path, schema)
    else:
        raise UnsupportedFileType(_refusal(name, codec))
    return Sample(frame, len(frame))


def _kind(name: str) -> tuple[str, str]:
    """`.csv` and how it is compressed, `.gz`, in lower case."""
    path = PurePosixPath(name.lower())
    if path.suffix not in CODECS:
        return path.suffix, ""
    return PurePosixPath(path.stem).suffix, path.suffix


def _refusal(name: str, codec: str) -> str:
    refusal = f"File type '{PurePosixPath(name).suffix[1:]}' is not supported"
    if not codec:
        return refusal
    known = ", ".join(suffix + codec for suffix in TEXTS)
    return f"{refusal} unless the name says what is in it: {known}"
