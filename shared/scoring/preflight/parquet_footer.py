"""The columns of a parquet file, by its footer: Thrift's compact protocol, as far as it is needed.

The file ends with its metadata, their length and `PAR1`. Of the metadata the second field is the
schema: a list of elements, the root first, each with its name (4) and its number of children (5).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

MAGIC = b"PAR1"
TAIL = 8
# Of the metadata: the schema stands before the row groups, which may be many.
MOST = 1 << 20
_SCHEMA, _NAME, _CHILDREN = 2, 4, 5
# Row groups: chunks of columns, and rows. A chunk's metadata: its path, bytes and places.
_GROUPS, _CHUNKS, _ROWS, _META = 4, 1, 3, 3
_PATH, _BYTES, _DATA, _DICTIONARY = 3, 7, 9, 11
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = (4, 5, 6)
_LONG_LIST = 15

type ReadRange = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Chunk:
    """A column's bytes in one row group, by the name at the top of the schema."""

    name: str
    start: int
    stop: int


@dataclass(frozen=True)
class RowGroup:
    rows: int
    chunks: tuple[Chunk, ...]


class NotParquet(ValueError):
    """The file does not end as parquet does, or its footer cannot be read: in words."""


def column_names(size: int, read: ReadRange) -> list[str]:
    """The names at the top of the schema, in order. Raises NotParquet."""
    length = footer_length(size, read)
    reader = _Reader(read(size - TAIL - length, min(length, MOST)))
    with _reading():
        return _top(reader.schema())


def footer_length(size: int, read: ReadRange) -> int:
    """The bytes of the metadata, which stand before the file's last `TAIL`. Raises NotParquet."""
    tail = read(max(0, size - TAIL), TAIL)
    length = int.from_bytes(tail[:4], "little")
    if size < TAIL + len(MAGIC) or tail[4:] != MAGIC or length > size - TAIL:
        raise NotParquet("it does not end with a footer")
    return length


def row_groups(footer: bytes) -> tuple[list[str], list[RowGroup]]:
    """The names at the top of the schema, and what each row group has. Raises NotParquet."""
    with _reading():
        fields = _Reader(footer).fields()
        return _top(fields[_SCHEMA]), [_group(one) for one in fields[_GROUPS]]


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise NotParquet(f"its footer cannot be read ({error})") from error


def _group(fields: dict[int, Any]) -> RowGroup:
    return RowGroup(fields[_ROWS], tuple(_chunk(one[_META]) for one in fields[_CHUNKS]))


def _chunk(meta: dict[int, Any]) -> Chunk:
    """A dictionary stands before the data."""
    start = min(offset for offset in (meta[_DATA], meta.get(_DICTIONARY)) if offset)
    return Chunk(meta[_PATH][0].decode(), start, start + meta[_BYTES])


def _top(elements: list[dict[int, Any]]) -> list[str]:
    """Without what is inside a column of groups."""
    names, place = list[str](), 1
    for _ in range(elements[0].get(_CHILDREN, 0)):
        names.append(elements[place][_NAME].decode())
        place = _after(elements, place)
    return names


def _after(elements: list[dict[int, Any]], place: int) -> int:
    """The place behind an element and all that is inside it."""
    children = elements[place].get(_CHILDREN, 0)
    place += 1
    for _ in range(children):
        place = _after(elements, place)
    return place


class _Reader:
    """Reads values of the compact protocol in order; raises IndexError at the end of the bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def schema(self) -> list[dict[int, Any]]:
        """The fields before it are read over; those behind it are left."""
        field = 0
        while (header := self._byte()) != 0:
            field = self._field(field, header)
            value = self._value(header & 0x0F)
            if field == _SCHEMA:
                return list(value)
        raise ValueError("it has no schema")

    def fields(self) -> dict[int, Any]:
        """All of them, by their numbers."""
        return self._struct()

    def _field(self, before: int, header: int) -> int:
        """A field's number: by its distance from the one before, or written out."""
        delta = header >> 4
        return before + delta if delta else self._signed()

    def _value(self, kind: int) -> Any:
        if kind in (_TRUE, _FALSE):
            return kind == _TRUE
        if kind in _INTEGERS:
            return self._signed()
        if kind == _BINARY:
            return self._take(self._number())
        if kind in (_LIST, _SET):
            return self._list()
        if kind == _STRUCT:
            return self._struct()
        return self._rare(kind)

    def _rare(self, kind: int) -> Any:
        if kind == _BYTE:
            return self._byte()
        if kind == _DOUBLE:
            return self._take(8)
        if kind == _MAP:
            return self._map()
        raise ValueError(f"a value of kind {kind}")

    def _list(self) -> list[Any]:
        header = self._byte()
        count, kind = header >> 4, header & 0x0F
        count = self._number() if count == _LONG_LIST else count
        return [self._element(kind) for _ in range(count)]

    def _map(self) -> None:
        count = self._number()
        kinds = self._byte() if count else 0
        for _ in range(count):
            self._element(kinds >> 4)
            self._element(kinds & 0x0F)

    def _element(self, kind: int) -> Any:
        """Of a list or a map, where a flag has a byte of its own."""
        return self._byte() if kind in (_TRUE, _FALSE) else self._value(kind)

    def _struct(self) -> dict[int, Any]:
        fields, field = dict[int, Any](), 0
        while (header := self._byte()) != 0:
            field = self._field(field, header)
            fields[field] = self._value(header & 0x0F)
        return fields

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _take(self, count: int) -> bytes:
        self._at += count
        if self._at > len(self._data):
            raise IndexError("it ends early")
        return self._data[self._at - count : self._at]

    def _number(self) -> int:
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004  # the last one has no high bit
                return number
            shift += 7

    def _signed(self) -> int:
        number = self._number()
        return (number >> 1) ^ -(number & 1)
