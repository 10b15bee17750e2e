"""The files of a mini-batch as samples: each read alone, or plain csv of one header at once."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from itertools import repeat
from typing import TYPE_CHECKING, Any

from ..texts import error_text
from . import kinds, plain_csv, sample
from .batches import Loaded, file_failure
from .carried import columns_of
from .failure import FileFailed, UnsupportedFileType
from .pieces import checked
from .sample import PartOfTable
from .text import utf8

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..messages import RunRequest
    from .sample import AnySample

# Bytes of text that are read at once; more of them is not faster.
_MOST_AT_ONCE = 4 * 1024 * 1024


@dataclass(frozen=True)
class _Text:
    """A csv file whose lines are what they seem."""

    path: str
    name: str
    lines: plain_csv.Lines


def loaded(schema: Any, request: RunRequest, *, at_once: bool) -> Iterator[Loaded]:
    """In the order given. `at_once`: files next to each other may be one table's parts."""
    files = _read(schema, request, at_once=at_once)
    for file, key in zip(files, request.keys or repeat("")):  # noqa: B905  # 3.7
        yield replace(file, key=key) if key else file


def _read(schema: Any, request: RunRequest, *, at_once: bool) -> Iterator[Loaded]:
    texts: list[_Text] = []
    for path, name in request.files:
        text = _plain(path, name) if at_once and request.piece is None else None
        if texts and (text is None or not _belongs(text, texts)):
            yield from _at_once(texts, schema, request)
            texts = []
        if text is None:
            yield _alone(path, name, schema, request)
        else:
            texts.append(text)
    yield from _at_once(texts, schema, request)


def _plain(path: str, name: str) -> _Text | None:
    """None where the file is to be read alone, which tells what is wrong with it."""
    kind, codec = kinds.kind_of(name)
    if kind not in kinds.CSV:
        return None
    try:
        lines = plain_csv.look(utf8(path, codec))
    except OSError:
        raise  # the disk's failure, not the file's
    except Exception:  # noqa: BLE001  # as when it is read alone
        return None
    return None if lines is None else _Text(path, name, lines)


def _belongs(text: _Text, others: Sequence[_Text]) -> bool:
    size = sum(len(one.lines.body) for one in (*others, text))
    return text.lines.header == others[0].lines.header and size <= _MOST_AT_ONCE


def _at_once(texts: Sequence[_Text], schema: Any, request: RunRequest) -> Iterator[Loaded]:
    several = len(texts) > 1
    table = plain_csv.read([text.lines for text in texts], schema) if several else None
    start = 0
    for text in texts:
        if table is None:
            yield _alone(text.path, text.name, schema, request)
            continue
        part = PartOfTable(table, start, text.lines.rows)
        start += part.rows
        yield _guarded(text.path, text.name, request, lambda part=part: part)  # type: ignore[misc]


def _alone(path: str, name: str, schema: Any, request: RunRequest) -> Loaded:
    return _guarded(path, name, request, lambda: sample.read(path, name, schema, request.piece))


def _guarded(path: str, name: str, request: RunRequest, read: Callable[[], AnySample]) -> Loaded:
    piece = request.piece
    try:
        found = checked(read(), piece)
        carried = columns_of(path, name, found, request.form, piece)
        return Loaded(name, found, None, carried, piece.first_row if piece else 0)
    except FileFailed as error:
        prefix = "" if isinstance(error, UnsupportedFileType) else "Exception: "
        failure = file_failure(name, error.stage, type(error).__name__, f"{prefix}{error}")
        return Loaded(name, failure=failure)
    except OSError:
        raise  # the disk's failure, not the file's
    except Exception as error:  # noqa: BLE001  # the rim: whatever a library makes of a file
        traceback.print_exc()
        reason = f"Exception: {type(error).__name__}: {error_text(error)}"
        return Loaded(name, failure=file_failure(name, "read", type(error).__name__, reason))
