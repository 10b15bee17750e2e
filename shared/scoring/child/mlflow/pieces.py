"""A file that is a piece of another one: its rows and lines go by where they are in the whole."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from .failure import Unreadable

if TYPE_CHECKING:
    from ..messages import FileFailure, FilePiece
    from .sample import AnySample

_ROW = re.compile(r"(?<=, row )\d+(?=\)$)")
_OF_CSV = r"Error tokenizing data\. C error: Expected \d+ fields in line "
_LINE = re.compile(rf"(Exception: (?:Line |The line |{_OF_CSV}))(\d+)")


def checked(sample: AnySample, piece: FilePiece | None) -> AnySample:
    """Raises `Unreadable` unless it has the rows that were counted when the file was split."""
    if piece is not None and sample.rows != piece.rows:
        raise Unreadable(
            f"The piece has {sample.rows} rows, and {piece.rows} were counted in it when the file "
            "was split. Score it without split"
        )
    return sample


def in_whole(failure: FileFailure, piece: FilePiece | None) -> FileFailure:
    """The failure with the row, or the line, that the whole file has there."""
    if piece is None:
        return failure
    first_row, first_line = piece.first_row, piece.first_line
    message = _ROW.sub(lambda found: str(int(found[0]) + first_row), failure.message)
    message = _LINE.sub(lambda found: f"{found[1]}{int(found[2]) + first_line}", message, count=1)
    return replace(failure, message=message)
