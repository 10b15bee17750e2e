"""What run() returned, as rows whose columns have names: below a header, or as JSON objects.

1. A DataFrame has columns. Anything else has one, `prediction`; as JSON an element that is an
   object, or the text of one, is the row itself.
2. The lineage follows. An element is its file's where the run returned one for each file, or had
   one file only; else nobody knows, and `file` and `row` are missing.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from itertools import islice, repeat
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from .. import json_values
from ..csv_lines import joined
from ..messages import JSONL
from ..named_columns import (
    FILE,
    PREDICTION,
    ROW,
    Header,
    WrongColumns,
    lineage_values,
    require_distinct,
)
from ..value_shapes import RowShapes
from . import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..messages import RowForm, RunRequest

# Objects that are noted and written together.
_AT_ONCE = 1_000


class Written(NamedTuple):
    """Elements and bytes; the columns if they need a header, the shapes if they were asked for."""

    elements: int
    size: int
    columns: tuple[str, ...] = ()
    shapes: str = ""


def write(result: Any, request: RunRequest, form: RowForm) -> Written:
    """Raises `BadReturn`, and `WrongColumns`."""
    is_frame = rows.check(result)
    header, elements = Header(form), [] if is_frame else list(result)
    count = len(result) if is_frame else len(elements)
    lineage, shapes = dict(_lineage(request, form, count)), RowShapes()
    with open(  # noqa: PTH123
        request.output, "w", encoding="utf-8", errors="backslashreplace", newline=""
    ) as lines:
        if count and not is_frame and form.format == JSONL:
            _write_objects(_objects(elements, lineage), shapes, form, lines)
        elif count:
            columns = _columns(result) if is_frame else {PREDICTION: json_values.column(elements)}
            _write_columns(columns, lineage, header, shapes, form, lines)
    size = os.path.getsize(request.output)  # noqa: PTH202
    if not count:
        return Written(count, size)
    return Written(count, size, header.columns, shapes.written() if form.is_typed else "")


def _columns(frame: Any) -> dict[str, list[Any]]:
    names = [str(name) for name in frame.columns]
    require_distinct(names)
    return {name: json_values.column(frame.iloc[:, at]) for at, name in enumerate(names)}


def _write_columns(
    columns: dict[str, list[Any]],
    lineage: dict[str, Iterable[Any]],
    header: Header,
    shapes: RowShapes,
    form: RowForm,
    lines: IO[str],
) -> None:
    names = [*columns, *lineage]
    header.accept(names)
    values = [list(column) for column in (*columns.values(), *lineage.values())]
    if form.is_typed:
        shapes.note(names, values)
    if form.format == JSONL:
        lines.write(json_values.lines(names, values))
    else:
        cells = [map(_cell, column) for column in values]
        lines.write(joined(zip(*cells)))  # noqa: B905  # 3.7


def _write_objects(
    objects: Iterator[dict[str, Any]], shapes: RowShapes, form: RowForm, lines: IO[str]
) -> None:
    for some in iter(lambda: list(islice(objects, _AT_ONCE)), []):
        if form.is_typed:
            shapes.note_rows(some)
        lines.writelines(map(json_values.line, some))


def _objects(elements: list[Any], lineage: dict[str, Iterable[Any]]) -> Iterator[dict[str, Any]]:
    origins = zip(*lineage.values()) if lineage else repeat(())  # noqa: B905  # 3.7
    for element, origin in zip(elements, origins):  # noqa: B905  # 3.7
        row = _object(element)
        clashing = next((name for name in lineage if name in row), None)
        if clashing is not None:
            raise WrongColumns(
                f"run() returned an object that has {clashing!r}, a column of the lineage. "
                "Leave it out of outputLineage, or rename it in the object"
            )
        row.update(zip(lineage, origin))  # noqa: B905  # 3.7
        yield row


def _object(element: Any) -> dict[str, Any]:
    value = json_values.value_of(element)
    if isinstance(value, str) and value.lstrip().startswith("{"):
        with suppress(ValueError, RecursionError):
            value = json_values.value_of(json.loads(value))
    return value if isinstance(value, dict) else {PREDICTION: value}


def _cell(value: Any) -> Any:
    """Nested values are the JSON that they are; what is missing is blank."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value


def _lineage(request: RunRequest, form: RowForm, count: int) -> Iterator[tuple[str, Iterable[Any]]]:
    names = [name for _, name in request.files]
    files: Iterable[Any] = repeat(None, count)
    numbers: Iterable[Any] = repeat(None, count)
    if len(names) == 1:
        files, numbers = repeat(names[0], count), range(count)
    elif len(names) == count:
        files, numbers = names, repeat(0, count)
    same = lineage_values(form, request.minibatch)
    for name in form.lineage or ():
        known = {FILE: files, ROW: numbers}.get(name)
        yield name, repeat(same[name], count) if known is None else known
