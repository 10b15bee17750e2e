"""The columns of rows that have names: which there are, in which order, and whether they may be.

Carried columns of the input come first, then the prediction's own, then the lineage. Where no
lineage is asked for, rows have what Azure ML's have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .messages import CSV_HEADER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .messages import RowForm

FILE, ROW, MINI_BATCH = "file", "row", "mini_batch"
PREDICTION = "prediction"
_MOST_NAMES, _LONGEST_NAME = 20, 80


class WrongColumns(Exception):
    """Two columns have one name, or they are not those of the header."""


class Header:
    """What the rows of one run agree on: the first ones, or other mini-batches, have set it."""

    def __init__(self, form: RowForm) -> None:
        self._is_needed = form.format == CSV_HEADER
        self.columns: tuple[str, ...] = form.columns

    def accept(self, names: Sequence[str]) -> None:
        """The columns of rows that are about to be written. Raises `WrongColumns`."""
        require_distinct(names)
        if not self._is_needed:
            return
        if not self.columns:
            self.columns = tuple(names)
        if self.columns != tuple(names):
            raise WrongColumns(differing(names, self.columns))


def require_distinct(names: Sequence[str]) -> None:
    if not names:
        raise WrongColumns("The rows would have no columns. Return some, or ask for a lineage")
    for name in names:
        if names.count(name) > 1:
            raise WrongColumns(
                f"Two columns of the output would be called {name!r}. "
                "Leave one out by outputLineage or outputCarry, or rename it in the prediction"
            )


def differing(names: Sequence[str], header: Sequence[str]) -> str:
    """Why these columns cannot stand below that header."""
    return (
        f"The columns {listed(names)} are not those of the header, which the first rows that were "
        f"scored have set: {listed(header)}. Give every file the same columns, or use the output "
        "format jsonl"
    )


def named(names: Sequence[str]) -> list[str]:
    """The columns of a prediction, with names for those that have none ('')."""
    nameless = [at for at, name in enumerate(names) if not name]
    numbers = {at: number for number, at in enumerate(nameless, 1)}
    if len(nameless) == 1:
        return [name or PREDICTION for name in names]
    return [name or f"{PREDICTION}_{numbers[at]}" for at, name in enumerate(names)]


def lineage_values(form: RowForm, minibatch: int) -> dict[str, Any]:
    """What is the same in every row of a mini-batch."""
    return {MINI_BATCH: minibatch, **dict(form.constants)}


def listed(names: Sequence[str]) -> str:
    """Some of them, in quotes."""
    shown = ", ".join(
        repr(name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "...")
        for name in names[:_MOST_NAMES]
    )
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return shown + more
