"""Words about a column of parquet that does not fit: its type, the one that is wanted, the fix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .cast import INTEGERS
from .failure import Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .signature import Column

# What arrow calls the types of a signature.
_WANTED = {
    "double": "float64",
    "float": "float32",
    "long": "int64",
    "integer": "int32",
    "boolean": "bool",
    "datetime": "timestamp",
}
_PLACE = re.compile(r" \(column (.+?)(?:, row \d+)?\)$")


def with_types(error: Unfit, found: Mapping[str, str], columns: Sequence[Column]) -> Unfit:
    """The error, in which the place comes last. `found` are the file's types by name."""
    text = str(error)
    place = _PLACE.search(text)
    by_name = {repr(column.name): column for column in columns if column.nested is None}
    column = by_name.get(place[1]) if place else None
    if place is None or column is None:
        return error
    reason = text[: place.start()]
    types = f"the column is {found[column.name]} in the file, and the signature wants {column.type}"
    return Unfit(f"{reason}; {types}. {_fix(reason, column.type)}{place[0]}")


def _fix(reason: str, wanted: str) -> str:
    if "does not fit into" in reason:
        return "Mend the value, or log the model with a wider type"
    if reason.startswith("a blank value"):
        return "Fill what is missing" + (
            ", or log the model with double" if wanted in INTEGERS else ""
        )
    return f"Write the column as {_WANTED.get(wanted, wanted)}, or log the model with its type"
