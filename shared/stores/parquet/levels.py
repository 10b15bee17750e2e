"""Values of a column as parquet stores what is nested: one after the other, with two levels each.

Where a value is missing there are its levels alone: how much of its path is there, and, of lists,
at which of them a new entry begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.domain.column_types import TypeName
from shared.stores.parquet.schema import Node


@dataclass
class LeafValues:
    defined: list[int] = field(default_factory=list[int])
    repeated: list[int] = field(default_factory=list[int])
    values: list[Any] = field(default_factory=list[Any])


def leaf_values(column: Node, values: Sequence[Any]) -> list[tuple[Node, LeafValues]]:
    """Of each leaf of the column; raises ValueError for values of another type."""
    if not column.children:
        there = [value for value in values if value is not None]
        if len(there) == len(values):
            return [(column, LeafValues([1] * len(values), [], there))]
        return [(column, LeafValues([int(value is not None) for value in values], [], there))]
    shredded = _Shredded(column)
    for value in values:
        shredded.add(column, value, 0, 0)
    return [(leaf, shredded.of[leaf]) for leaf in column.leaves()]


class _Shredded:
    def __init__(self, column: Node) -> None:
        self.of = {leaf: LeafValues() for leaf in column.leaves()}

    def add(self, node: Node, value: Any, repeated: int, defined: int) -> None:
        """`defined` is how much of the path above is there."""
        if value is None:
            self._note_missing(node, repeated, defined)
        elif node.kind.name is TypeName.LIST:
            self._add_list(node, value, repeated)
        elif node.kind.name is TypeName.STRUCT:
            _check(value, dict)
            for child in node.children:
                self.add(child, value.get(child.name), repeated, node.defined)
        else:
            leaf = self.of[node]
            leaf.defined.append(node.defined)
            leaf.repeated.append(repeated)
            leaf.values.append(value)

    def _add_list(self, node: Node, entries: Any, repeated: int) -> None:
        _check(entries, list)
        element = node.children[0]
        if not entries:
            self._note_missing(element, repeated, node.defined)
        for at, entry in enumerate(entries):
            self.add(element, entry, element.repeated if at else repeated, node.defined + 1)

    def _note_missing(self, node: Node, repeated: int, defined: int) -> None:
        for leaf in node.leaves():
            self.of[leaf].defined.append(defined)
            self.of[leaf].repeated.append(repeated)


def _check(value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        raise ValueError(f"{str(value)[:100]} is no {kind.__name__}")  # noqa: TRY004  # caught as it
