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
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from .. import csv_lines, json_values
from ..framed_rows import check_partition, framed, partition_paths, without_partition
from ..messages import JSONL, PER_INPUT
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
    keys = _keys(request, count) if form.layout == PER_INPUT else None
    with open(  # noqa: PTH123
        request.output, "w", encoding="utf-8", errors="backslashreplace", newline=""
    ) as lines:
        if count and not is_frame and form.format == JSONL:
            _write_objects(_objects(elements, lineage), keys, shapes, form, lines)
        elif count:
            columns = _columns(result) if is_frame else {PREDICTION: json_values.column(elements)}
            pairs = [*columns.items(), *lineage.items()]
            _write_columns(pairs, keys, header, shapes, form, lines)
    size = os.path.getsize(request.output)  # noqa: PTH202
    if not count:
        return Written(count, size)
    return Written(count, size, header.columns, shapes.written() if form.is_typed else "")


def _columns(frame: Any) -> dict[str, list[Any]]:
    names = [str(name) for name in frame.columns]
    require_distinct(names)
    return {name: json_values.column(frame.iloc[:, at]) for at, name in enumerate(names)}


def _write_columns(
    columns: list[tuple[str, Iterable[Any]]],
    keys: Iterable[str] | None,
    header: Header,
    shapes: RowShapes,
    form: RowForm,
    lines: TextIO,
) -> None:
    names, values = [name for name, _ in columns], [list(values) for _, values in columns]
    require_distinct(names)
    if form.partition:
        names, values, keys = without_partition(names, values, form.partition)
    header.accept(names)
    if form.is_typed:
        shapes.note(names, values)
    if form.format == JSONL:
        texts = json_values.each(names, values)
    else:
        cells = [map(_cell, column) for column in values]
        texts = csv_lines.each(zip(*cells))  # noqa: B905  # 3.7
    _put(texts, keys, lines)


def _write_objects(
    objects: Iterator[dict[str, Any]],
    keys: Iterable[str] | None,
    shapes: RowShapes,
    form: RowForm,
    lines: TextIO,
) -> None:
    at_once = _AT_ONCE if keys is None and not form.partition else None
    for some in iter(lambda: list(islice(objects, at_once)), []):
        if form.partition:
            keys = _without_partition(some, form.partition)
        if form.is_typed:
            shapes.note_rows(some)
        _put(list(map(json_values.line, some)), keys, lines)


def _put(texts: list[str], keys: Iterable[str] | None, lines: TextIO) -> None:
    if keys is None:
        lines.writelines(texts)
    else:
        lines.buffer.writelines(framed(keys, texts, "backslashreplace"))


def _without_partition(rows: list[dict[str, Any]], partition: tuple[str, ...]) -> list[str]:
    """The partition of each row; it loses those columns."""
    for row in rows:
        check_partition(row, partition)
    return partition_paths(partition, [[row.pop(name) for row in rows] for name in partition])


def _keys(request: RunRequest, count: int) -> Iterable[str]:
    """What each element's frame is called. Raises `WrongColumns` where nobody knows."""
    if len(request.keys) == 1:
        return repeat(request.keys[0], count)
    if len(request.keys) == count or not count:
        return request.keys
    raise WrongColumns(
        f"run() returned {count} elements for {len(request.keys)} files, so that nobody knows "
        "whose output each belongs to. Return one element for each file, or score files one by "
        "one, by a mini_batch_size of 1"
    )


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
