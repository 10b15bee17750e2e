"""The columns of a parquet file as its footer names them, and the leaves that hold their values.

Everything is optional, so that a value, an object or a list may be missing. A list is three nodes,
as the format has it: the list, its repeated entry, and the element.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.domain.column_types import ColumnType, TypeName, Types
from shared.stores.parquet.thrift import Struct, Value

_REQUIRED, _OPTIONAL, _REPEATED = 0, 1, 2
BOOLEAN, INT32, INT64, DOUBLE, BYTE_ARRAY = 0, 1, 2, 5, 6
_UTF8, _LIST, _DATE, _MICROSECONDS = 0, 3, 6, 10
_EMPTY: Value = {}
# Of a node: physical type, the old name of what it means, and the new one.
type _Marks = tuple[int | None, int | None, Value | None]


def _time(*, is_utc: bool, unit: int) -> Value:
    return {8: {1: is_utc, 2: {unit: _EMPTY}}}


_STRING_MARKS: _Marks = (BYTE_ARRAY, _UTF8, {1: _EMPTY})
_MARKS: dict[TypeName, _Marks] = {
    TypeName.NULL: (INT32, None, {11: _EMPTY}),
    TypeName.BOOL: (BOOLEAN, None, None),
    TypeName.INT64: (INT64, None, None),
    TypeName.DOUBLE: (DOUBLE, None, None),
    TypeName.STRING: _STRING_MARKS,
    TypeName.MIXED: _STRING_MARKS,
    TypeName.DATE: (INT32, _DATE, {6: _EMPTY}),
    TypeName.TIMESTAMP: (INT64, None, _time(is_utc=False, unit=2)),
    TypeName.TIMESTAMP_NS: (INT64, None, _time(is_utc=False, unit=3)),
    TypeName.INSTANT: (INT64, _MICROSECONDS, _time(is_utc=True, unit=2)),
    TypeName.INSTANT_NS: (INT64, None, _time(is_utc=True, unit=3)),
    TypeName.LIST: (None, _LIST, {3: _EMPTY}),
    TypeName.STRUCT: (None, None, None),
}


@dataclass(eq=False)
class Node:
    """A column, or what is nested in it. `defined` and `repeated` are its levels when it is there.

    `children` are an object's fields, or a list's element.
    """

    name: str
    kind: ColumnType
    path: tuple[str, ...]
    defined: int
    repeated: int
    children: list["Node"] = field(default_factory=list["Node"])

    @property
    def physical(self) -> int:
        return _MARKS[self.kind.name][0] or 0

    def leaves(self) -> Iterator["Node"]:
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


def nodes_of(types: Types) -> list[Node]:
    return [_node(name, kind, (), 0, 0) for name, kind in types.items()]


def _node(name: str, kind: ColumnType, above: tuple[str, ...], defined: int, repeated: int) -> Node:
    node = Node(name, kind, (*above, name), defined + 1, repeated)
    if kind.item is not None:
        entry = (*node.path, "list")
        node.children = [_node("element", kind.item, entry, node.defined + 1, repeated + 1)]
    for field_name, inner in kind.fields:
        node.children.append(_node(field_name, inner, node.path, node.defined, repeated))
    return node


def elements(nodes: list[Node]) -> list[Value]:
    """The footer's schema: the root, then all nodes, each before what is nested in it."""
    root: Struct = {4: "schema", 5: len(nodes)}
    return [root, *(element for node in nodes for element in _elements(node))]


def _elements(node: Node) -> Iterator[Struct]:
    physical, converted, logical = _MARKS[node.kind.name]
    element: Struct = {3: _OPTIONAL, 4: node.name}
    if physical is not None:
        element[1] = physical
    if node.children:
        element[5] = len(node.children)
    if converted is not None:
        element[6] = converted
    if logical is not None:
        element[10] = logical
    yield element
    if node.kind.name is TypeName.LIST:
        yield {3: _REPEATED, 4: "list", 5: 1}
    for child in node.children:
        yield from _elements(child)
