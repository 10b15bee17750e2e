"""Rows of cells as lines of csv."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def joined(rows: Iterable[Iterable[Any]]) -> str:
    return "".join(each(rows))


def each(rows: Iterable[Iterable[Any]]) -> list[str]:
    """The text of each row. It ends in LF, with quotes around any cell that holds CR or LF.

    Until Python 3.13 the writer's own line end decides which of the two it quotes.
    """
    lines = _Lines()
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return [line[:-2] + "\n" for line in lines]


class _Lines(list):  # type: ignore[type-arg]  # Python 3.7 knows no list[str]
    """What a csv writer wrote, row by row."""

    write = list.append
