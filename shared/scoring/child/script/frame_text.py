"""A DataFrame's rows as `to_csv(sep=" ", header=False, index=False)` writes them, but faster.

By pyarrow where it is loaded anyway, for frames of plain numbers and plain words; others are left
to pandas: its quotes, its dates, its way to write what is missing.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import number_text

if TYPE_CHECKING:
    from collections.abc import Iterator

# Below, calling arrow costs more than it saves.
_FEWEST = 500
# So many at once, for the texts lie in memory.
_SLICE = 20_000
_NUMBERS = frozenset(
    [np.dtype(kind) for kind in ("bool", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f8")]
)
# What pandas puts into quotes: it separates, or may end a line.
_QUOTED = b' "\n\r'


def blocks(frame: Any) -> Iterator[bytes] | None:
    """The lines, some thousand at once; None: pandas must write them."""
    arrow: Any = sys.modules.get("pyarrow")
    compute: Any = sys.modules.get("pyarrow.compute")
    if not hasattr(compute, "replace_with_mask") or len(frame) < _FEWEST or not frame.shape[1]:
        return None
    columns = []
    for index in range(frame.shape[1]):
        column = _plain(arrow, compute, frame.iloc[:, index])
        if column is None:
            return None
        columns.append(column)
    return _sliced(arrow, compute, columns, len(frame))


def _plain(arrow: Any, compute: Any, series: Any) -> Any:
    """An array of numbers, or of arrow's strings; None for what is not plain."""
    if isinstance(series.dtype, np.dtype) and series.dtype in _NUMBERS:
        numbers = series.to_numpy()
        has_missing = numbers.dtype.kind == "f" and np.isnan(numbers).any()
        return None if has_missing else numbers
    if str(series.dtype) not in ("object", "str", "string"):
        return None
    try:
        words = arrow.array(series)
    except (arrow.ArrowException, ValueError, TypeError, OverflowError):
        return None  # they are of several kinds, or no text at all
    words = words.combine_chunks() if isinstance(words, arrow.ChunkedArray) else words
    if words.type not in (arrow.string(), arrow.large_string()) or words.null_count:
        return None
    has_empty = compute.min(compute.binary_length(words)).as_py() == 0
    return None if has_empty or _has_quoted(words) else words


def _has_quoted(words: Any) -> bool:
    """Looks at all their bytes at once."""
    data = np.frombuffer(words.buffers()[2], dtype=np.uint8)
    return any((data == byte).any() for byte in _QUOTED)


def _sliced(arrow: Any, compute: Any, columns: list[Any], rows: int) -> Iterator[bytes]:
    for start in range(0, rows, _SLICE):
        some = [column[start : start + _SLICE] for column in columns]
        yield number_text.joined(arrow, compute, some, " ", "\n")
