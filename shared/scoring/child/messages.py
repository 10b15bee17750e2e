"""The messages between a worker and its scorer process: one JSON line each, on pipes of their own.

1. worker -> child: `PrepareRequest`, at most once; `InitRequest`, once; then one `RunRequest` per
   mini-batch; `ShutdownRequest`, at most once, at the end. Closing the pipe ends the process, too.
2. child -> worker: `PrepareDone`, or an end without a word; `InitDone` or `InitError`, once; then
   `RunDone` or `RunError` for every `RunRequest`, and `ShutdownDone` for `ShutdownRequest`, before
   the interpreter ends as any program does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # Python 3.7 could not evaluate it
    from collections.abc import Callable

    Run = Callable[["RunRequest"], "RunDone"]

# A script's process copies its code folder into its home, under this name.
CODE = "code"
# Rows whose columns have names: below a header, or each an object of its own.
CSV_HEADER, JSONL = "csv_header", "jsonl"
# Rows that go into several files: one for each input, or for each value of some columns.
PER_INPUT, HIVE = "per_input", "hive"
# Of `carry`: every column of the input.
ALL = "*"


@dataclass(frozen=True)
class ScorerMessage:
    """Every message is one of the classes below."""


@dataclass(frozen=True)
class Imported:
    """Modules of `libraries` that may be imported before anything else, in this order.

    `own` are modules of the deployment itself: a library that imports one is not what it is alone.
    """

    libraries: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


@dataclass(frozen=True)
class PrepareRequest(ScorerMessage):
    """What a process of this kind can do before anybody knows whether it is wanted."""

    kind: str
    logging_level: str
    imports: Imported = Imported()


@dataclass(frozen=True)
class PrepareDone(ScorerMessage):
    """Everything is imported, and nothing else is done."""


@dataclass(frozen=True)
class InitRequest(ScorerMessage):
    """`code_dir` and `script` are a custom script's, and empty for the other kinds."""

    kind: str
    model_dir: str
    logging_level: str
    code_dir: str = ""
    script: str = ""
    batch_predict: bool | None = None
    """The files of a mini-batch share one predict(), or never do; None: where it is proven."""


@dataclass(frozen=True)
class RowForm:
    """How rows are written whose columns have names; without one they are Azure ML's.

    `lineage` are columns that say where a row comes from; None: those of Azure ML's rows. What is
    the same in all rows stands in `constants`. `carry` are columns of the input, `ALL` for every
    one. `columns` is the header that other mini-batches have already, empty where nobody has.
    `is_typed` asks what the values are, for a file whose columns have types. With a `layout` rows
    stand in frames that say which file they are for; of `HIVE` by the columns of `partition`.
    """

    format: str
    lineage: tuple[str, ...] | None = None
    constants: tuple[tuple[str, str], ...] = ()
    carry: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    is_typed: bool = False
    layout: str = ""
    partition: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilePiece:
    """What a file holds that is a piece of another one, which is split.

    That has `first_row` rows before it, and `first_line` lines that are not here. `columns` are
    keys of its other rows, and `groups` the first row group of parquet and the one behind the last.
    """

    first_row: int
    rows: int
    first_line: int = 0
    columns: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()


@dataclass(frozen=True)
class RunRequest(ScorerMessage):
    files: tuple[tuple[str, str], ...]
    """Local path, and the name that goes into the rows."""
    output: str
    minibatch: int = 0
    """Its index in the job, for a script that asks."""
    form: RowForm | None = None
    piece: FilePiece | None = None
    """Of the only file."""
    keys: tuple[str, ...] = ()
    """Of the files, where each has an output of its own: what their rows' frames are called."""
    timeout_s: float = 0.0  # for ever
    apart: str = ""
    """Why no files share one predict(): what another process has found."""


@dataclass(frozen=True)
class ShutdownRequest(ScorerMessage):
    """There are no more mini-batches: shutdown(), then exit."""


@dataclass(frozen=True)
class ShutdownDone(ScorerMessage):
    """shutdown() came back, or there is none; `details` is the traceback of one that raised."""

    message: str = ""
    details: str = ""


@dataclass(frozen=True)
class InitDone(ScorerMessage):
    imports: Imported = Imported()


@dataclass(frozen=True)
class InitError(ScorerMessage):
    error_type: str
    message: str
    details: str


@dataclass(frozen=True)
class RunError(ScorerMessage):
    error_type: str
    message: str
    details: str = ""
    """The traceback."""


@dataclass(frozen=True)
class FileFailure:
    """One file that gave no rows. `stage` is read, validate, score or write."""

    name: str
    stage: str
    error_type: str
    message: str


@dataclass(frozen=True)
class RunDone(ScorerMessage):
    """A run that came back: `seconds` is its own time, `bytes` the size of the output.

    `held` names the files under AZUREML_BI_OUTPUT_PATH that it left open, to go on writing.
    `columns` is the header of its rows, if they need one and there are any. `shapes` says what the
    values are, as JSON by column, where that was asked. `apart` says why each file had a predict()
    of its own, and `has_differed` that a comparison has shown it.
    """

    rows: int
    succeeded: int
    failures: tuple[FileFailure, ...]
    bytes: int
    seconds: float
    held: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    shapes: str = ""
    apart: str = ""
    has_differed: bool = False
    imports: Imported = Imported()
    """Since init(): it is told once, with the first rows."""


_REQUESTS = (PrepareRequest, InitRequest, RunRequest, ShutdownRequest)
_KINDS = (*_REQUESTS, PrepareDone, InitDone, InitError, RunDone, RunError, ShutdownDone)
_MESSAGES: dict[str, type[ScorerMessage]] = {kind.__name__: kind for kind in _KINDS}


class BrokenProtocol(ValueError):
    """The line is no message: somebody else writes to the control pipe."""


def encode(message: ScorerMessage) -> bytes:
    fields = {"type": type(message).__name__, **vars(message)}
    return json.dumps(fields, default=vars).encode() + b"\n"


def decode(line: bytes) -> ScorerMessage:
    try:
        fields: dict[str, Any] = json.loads(line)
        kind = _MESSAGES[fields.pop("type")]
        if kind is RunRequest:
            fields["files"] = tuple((path, name) for path, name in fields["files"])
            fields["form"] = _form_of(fields.get("form"))
            fields["keys"] = tuple(fields["keys"])
            fields["piece"] = _piece_of(fields.get("piece"))
        if kind is RunDone:
            fields["failures"] = tuple(FileFailure(**failure) for failure in fields["failures"])
            fields["held"] = tuple(fields["held"])
            fields["columns"] = tuple(fields["columns"])
        if "imports" in fields:
            told = fields["imports"]
            fields["imports"] = Imported(tuple(told["libraries"]), tuple(told["own"]))
        message: ScorerMessage = kind(**fields)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BrokenProtocol(repr(line[:200])) from error
    return message


def _form_of(fields: Any) -> RowForm | None:
    if fields is None:
        return None
    lineage = fields["lineage"]
    return RowForm(
        fields["format"],
        None if lineage is None else tuple(lineage),
        tuple((name, value) for name, value in fields["constants"]),
        tuple(fields["carry"]),
        tuple(fields["columns"]),
        fields["is_typed"],
        fields["layout"],
        tuple(fields["partition"]),
    )


def _piece_of(fields: Any) -> FilePiece | None:
    if fields is None:
        return None
    columns, groups = tuple(fields["columns"]), tuple(fields["groups"])
    return FilePiece(**{**fields, "columns": columns, "groups": groups})
