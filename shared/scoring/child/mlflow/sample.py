"""What one file gives to predict(), whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Union

from . import csv_table, image, json_table, kinds, parquet_table
from .failure import UnsupportedFileType

if TYPE_CHECKING:
    import pandas as pd

    from ..messages import FilePiece
    from .plain_csv import Table

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


@dataclass(frozen=True)
class PartOfTable:
    """One file's rows of a table that several files are."""

    table: Table
    start: int
    rows: int
    is_table: ClassVar[bool] = True
    is_batch: ClassVar[bool] = True

    @property
    def data(self) -> pd.DataFrame:
        """As it would be read alone."""
        return self.table.frame(self.start, self.start + self.rows)

    @property
    def bytes(self) -> int:
        return self.rows * len(self.table.columns) * 8


AnySample = Union[Sample, PartOfTable]  # noqa: UP007  # Python 3.7 evaluates it


def read(path: str, name: str, schema: Any, piece: FilePiece | None = None) -> Sample:
    """The name tells the kind. Raises a `FileFailed`."""
    kind, codec = kinds.kind_of(name)
    if not kinds.is_read(name):
        raise UnsupportedFileType(kinds.refusal(name))
    if kind in kinds.IMAGES:
        array, is_batch = image.read(path, schema)
        return Sample(array, 1, is_table=False, is_batch=is_batch)
    if kind in kinds.PARQUET:
        frame = parquet_table.read(path, schema, piece.groups if piece else ())
    elif kind in kinds.JSON:
        frame = json_table.read(path, schema, codec, piece)
    else:
        frame = csv_table.read(path, schema, codec)
    return Sample(frame, len(frame))
