"""Columns of numbers as text: each in the shortest form that reads back the same.

By pyarrow where it is loaded anyway and there are many: the same bytes, several times faster.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

# Below, calling arrow costs more than it saves; above, its strings might outgrow their offsets.
_WORTH_IT = range(500, 5_000_000)
# Between these both write a fraction as plain digits; outside, and for whole numbers, they differ.
_PLAIN = (1e-4, 1e9)


def lines(columns: list[Any], end: str) -> bytes:
    """One line per row, its numbers joined by commas; `end` closes each."""
    arrow = sys.modules.get("pyarrow")
    compute: Any = sys.modules.get("pyarrow.compute")
    if len(columns[0]) in _WORTH_IT and hasattr(compute, "replace_with_mask"):
        return joined(arrow, compute, columns, ",", end)
    texts = [map(repr, listed(column)) for column in columns]
    rows = zip(*texts)  # noqa: B905  # Python 3.7 knows no strict
    return "".join([",".join(row) + end for row in rows]).encode()


def listed(column: Any) -> list[Any]:
    """As Python's numbers; 32 bits wide ones as the doubles whose text is as short."""
    if column.dtype.str[1:] == "f4":  # in any order of bytes
        return [float(str(value)) for value in column]
    return list(column.tolist())


def joined(arrow: Any, compute: Any, columns: list[Any], between: str, end: str) -> bytes:
    """One line per row, by arrow; each column is an array of numbers, or of arrow's strings."""
    texts = [_texts(arrow, compute, column) for column in columns]
    texts[-1] = compute.binary_join_element_wise(texts[-1], arrow.scalar(end), "")
    rows = compute.binary_join_element_wise(*texts, between) if len(texts) > 1 else texts[0]
    _, offsets, data = rows.buffers()  # the strings lie one after the other
    length = int(np.frombuffer(offsets, dtype=np.int32)[len(rows)])
    return bytes(memoryview(data)[:length])


def _texts(arrow: Any, compute: Any, column: Any) -> Any:
    if isinstance(column, arrow.Array):
        return column.cast(arrow.string())
    if column.dtype.kind == "b":
        return compute.if_else(arrow.array(column), "True", "False")
    column = np.ascontiguousarray(column, dtype=column.dtype.newbyteorder("="))
    texts = arrow.array(column).cast(arrow.string())
    if column.dtype.kind != "f":
        return texts
    size = np.abs(column)
    is_same = (size >= _PLAIN[0]) & (size < _PLAIN[1]) & (column != np.trunc(column))
    others = [repr(value) for value in listed(column[~is_same])]
    return compute.replace_with_mask(texts, arrow.array(~is_same), arrow.array(others, "string"))
