"""What one file gives to predict(), whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from . import csv_table, image, json_table, parquet_table
from .failure import UnsupportedFileType

_TABLES = {
    ".csv": csv_table.read,
    ".parquet": parquet_table.read,
    ".pqt": parquet_table.read,
    ".jsonl": json_table.read,
    ".ndjson": json_table.read,
    ".json": json_table.read,
}
_IMAGES = (".png", ".jpg", ".jpeg", ".tiff", ".tif", ".bmp", ".gif")


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
    suffix = PurePosixPath(name).suffix
    kind = suffix.lower()
    if kind in _IMAGES:
        array, is_batch = image.read(path, schema)
        return Sample(array, 1, is_table=False, is_batch=is_batch)
    if kind not in _TABLES:
        raise UnsupportedFileType(f"File type '{suffix[1:]}' is not supported")
    frame = _TABLES[kind](path, schema)
    return Sample(frame, len(frame))
