"""What run() returned, as lines: Azure ML's own formats.

1. A DataFrame: its rows, separated by spaces, without header and index; quoted where needed.
2. A list, a tuple, an array, or a Series: `str(element)` and a line end, for each element. Its
   text is written as it is: one that holds line ends takes several lines, and is one element.
3. Anything else is refused.

The library of a type is never imported here: the script has it, or did not return the type.
Rows whose columns have names are written by `named_rows.py`.
"""

from __future__ import annotations

import inspect
import os
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_REQUESTED = "return a list, an array or a DataFrame with one element per file"


class BadReturn(Exception):
    """run() returned what has no elements to count and write."""


def write(result: Any, output: str) -> tuple[int, int]:
    """The number of elements, and of bytes written."""
    is_frame = check(result)
    if is_frame and _wrote_plain_frame(result, output):
        return len(result), os.path.getsize(output)  # noqa: PTH202
    write_lines = _write_frame if is_frame else _write_elements
    with open(  # noqa: PTH123
        output, "w", encoding="utf-8", errors="backslashreplace", newline=""
    ) as lines:
        count = write_lines(result, lines)
    return count, os.path.getsize(output)  # noqa: PTH202


def check(result: Any) -> bool:
    """Whether it is a DataFrame; raises `BadReturn` for what has no elements."""
    is_frame = _is_a("pandas", "DataFrame", result)
    if not is_frame and not _has_elements(result):
        raise BadReturn(f"run() returned {_named(result)}; {_REQUESTED}.")
    return is_frame


def _has_elements(result: Any) -> bool:
    if isinstance(result, (list, tuple)) or _is_a("pandas", "Series", result):
        return True
    return _is_a("numpy", "ndarray", result) and result.ndim > 0


def _wrote_plain_frame(frame: Any, output: str) -> bool:
    """Whether a frame of plain numbers and words was written in the quick way."""
    from . import frame_text  # noqa: PLC0415  # who has a frame has numpy

    blocks = frame_text.blocks(frame)
    if blocks is None:
        return False
    with open(output, "wb") as lines:  # noqa: PTH123
        lines.writelines(blocks)
    return True


def _write_frame(frame: Any, lines: IO[str]) -> int:
    with _whole_arrays():
        frame.to_csv(lines, sep=" ", header=False, index=False)
    return len(frame)


def _write_elements(elements: Any, lines: IO[str]) -> int:
    """Counts what is there, whatever the list says of its length."""
    count = 0
    with _whole_arrays():
        for element in elements:
            lines.write(str(element) + "\n")
            count += 1
    return count


@contextmanager
def _whole_arrays() -> Iterator[None]:
    """Else numpy cuts the text of a long array: its middle away, and the rest into lines."""
    options = getattr(sys.modules.get("numpy"), "printoptions", None)
    if options is None:
        yield
        return
    with options(threshold=sys.maxsize, linewidth=sys.maxsize):
        yield


def _is_a(module: str, name: str, value: object) -> bool:
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(value, kind)


def _named(value: object) -> str:
    if value is None:
        return "None"
    if inspect.iscoroutine(value):
        value.close()
        return "a coroutine, as an async function does"
    if _is_a("numpy", "ndarray", value):
        return "an array without dimensions"
    name = type(value).__name__
    return ("an " if name[0].lower() in "aeiou" else "a ") + name
