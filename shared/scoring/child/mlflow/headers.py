"""What a file's header must hold for a model, and the error when it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .failure import Unfit
from .signature import select_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .signature import Column

_MOST_NAMES, _LONGEST_NAME = 20, 80
_SEPARATORS = ((";", "';'"), ("\t", "tabs"), ("|", "'|'"))


def matched(schema: Any, header: Sequence[str], *, in_csv: bool) -> tuple[Column, ...] | None:
    """The columns to read; None when the model has no signature.

    Raises `Unfit`, with the header that was found.
    """
    try:
        return select_columns(schema, header)
    except Unfit as error:
        looks = _looks_separated_by(header) if in_csv else ""
        raise Unfit(f"{error}. The file has {_listed(header)}{looks}") from error


def _listed(header: Sequence[str]) -> str:
    names = ", ".join(repr(_cut(name)) for name in header[:_MOST_NAMES])
    more = f" and {len(header) - _MOST_NAMES} more" if len(header) > _MOST_NAMES else ""
    return f"the columns {names}{more}" if header else "no columns"


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..."


def _looks_separated_by(header: Sequence[str]) -> str:
    """Of a csv file, whose header has more of another separator than of commas."""
    counted = [
        (sum(name.count(mark) for name in header), separator) for mark, separator in _SEPARATORS
    ]
    count, separator = max(counted, key=lambda one: one[0])
    if count < len(header):
        return ""
    return f": it looks separated by {separator}. Save it with commas"
