"""A parquet file out of rows that are JSON, in pieces: never more than a row group is in memory.

Rows of one order give one file, byte by byte, in whichever pieces they come.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.domain.column_types import Types
from shared.stores.parquet.levels import LeafValues, leaf_values
from shared.stores.parquet.physical import dictionary_of, packed, physical_values, plain
from shared.stores.parquet.schema import Node, elements, nodes_of
from shared.stores.parquet.thrift import I64, Struct, Value, struct

MAGIC = b"PAR1"
# A row group ends when it has so many rows, or bytes of JSON: some ten times that in memory.
GROUP_ROWS, GROUP_BYTES = 1 << 17, 8 << 20
CREATED_BY = "azure batch endpoints"
_PLAIN, _RLE, _DICTIONARY = 0, 3, 8
_UNCOMPRESSED, _GZIP = 0, 2
_DATA_PAGE, _DICTIONARY_PAGE = 0, 2


class NotAsTold(ValueError):
    """Rows that are not what their process said of them."""


@dataclass(frozen=True)
class _Page:
    """As it lies in the file, with its header, and the size that it would have unpacked."""

    content: bytes
    unpacked: int


class ParquetFile:
    """One file, out of lines that are objects; what is asked for next is the bytes that come next.

    Lines come in pieces of whatever size: row groups end by what the lines hold.
    """

    def __init__(self, types: Types, *, is_packed: bool, group_bytes: int = GROUP_BYTES) -> None:
        self._nodes = nodes_of(types)
        self._is_packed = is_packed
        self._group_bytes = group_bytes
        self._groups: list[Value] = []
        self._rows = self._offset = 0
        self._lines, self._size, self._rest = list[bytes](), 0, b""

    def take(self, piece: bytes) -> Iterator[bytes]:
        """Raises NotAsTold."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            self._lines.append(line)
            self._size += len(line)
            if len(self._lines) >= GROUP_ROWS or self._size >= self._group_bytes:
                yield self._group()

    def end(self) -> Iterator[bytes]:
        """Raises NotAsTold."""
        if self._rest:
            raise NotAsTold("The last line is cut.")
        if self._lines:
            yield self._group()
        yield self._footer()

    def _group(self) -> bytes:
        lines, self._lines, self._size = self._lines, [], 0
        try:
            rows: list[dict[str, Any]] = json.loads(b"[" + b",".join(lines) + b"]")
            shredded = [
                leaf
                for node in self._nodes
                for leaf in leaf_values(node, [row.get(node.name) for row in rows])
            ]
            written, chunks = self._begin(), list[Value]()
            for node, leaf in shredded:
                chunks.append(self._chunk(node, leaf, written))
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            raise NotAsTold(str(error)) from error
        sizes = [chunk[3][6].value for chunk in chunks]  # type: ignore[index, union-attr]  # our own
        self._groups.append({1: chunks, 2: I64(sum(sizes)), 3: I64(len(rows))})
        self._rows += len(rows)
        self._offset += len(written)
        return bytes(written)

    def _footer(self) -> bytes:
        written = self._begin()
        footer = struct(
            {
                1: 2,
                2: elements(self._nodes),
                3: I64(self._rows),
                4: self._groups,
                6: CREATED_BY,
            }
        )
        return bytes(written) + footer + len(footer).to_bytes(4, "little") + MAGIC

    def _begin(self) -> bytearray:
        return bytearray() if self._offset else bytearray(MAGIC)

    def _chunk(self, node: Node, leaf: LeafValues, written: bytearray) -> Struct:
        """Put a column's pages behind what is written, and tell where they are."""
        values = physical_values(node.kind.name, leaf.values)
        found = dictionary_of(node.physical, values)
        start, unpacked = self._offset + len(written), 0
        meta: Struct = {1: node.physical, 3: list(node.path), 4: self._codec}
        if found is not None:
            distinct, values = found
            page = self._page(
                _DICTIONARY_PAGE,
                plain(node.physical, distinct),
                {7: {1: len(distinct), 2: _PLAIN}},
            )
            written += page.content
            unpacked += page.unpacked
            meta[11] = I64(start)
            width = max(1, (len(distinct) - 1).bit_length())
            content = bytes([width]) + packed(values, width)
        else:
            content = plain(node.physical, values)
        encoding = _PLAIN if found is None else _DICTIONARY
        header: Struct = {5: {1: len(leaf.defined), 2: encoding, 3: _RLE, 4: _RLE}}
        meta[2] = [_PLAIN, _RLE] if found is None else [_PLAIN, _RLE, _DICTIONARY]
        meta[9] = I64(self._offset + len(written))
        page = self._page(_DATA_PAGE, _levels(node, leaf) + content, header)
        written += page.content
        meta[5], meta[6] = I64(len(leaf.defined)), I64(unpacked + page.unpacked)
        meta[7] = I64(self._offset + len(written) - start)
        return {2: I64(start), 3: meta}

    @property
    def _codec(self) -> int:
        return _GZIP if self._is_packed else _UNCOMPRESSED

    def _page(self, kind: int, content: bytes, header: Struct) -> _Page:
        stored = gzip.compress(content, mtime=0) if self._is_packed else content
        head = struct({1: kind, 2: len(content), 3: len(stored)} | header)
        return _Page(head + stored, len(head) + len(content))


def _levels(node: Node, leaf: LeafValues) -> bytes:
    """Behind their length: what a flat column never has is not there."""
    written = b""
    for levels, most in ((leaf.repeated, node.repeated), (leaf.defined, node.defined)):
        if most:
            content = packed(levels, most.bit_length())
            written += len(content).to_bytes(4, "little") + content
    return written
