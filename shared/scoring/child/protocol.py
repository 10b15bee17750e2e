"""The messages between a worker and its scorer process: one JSON line each, on pipes of their own.

1. worker -> child: `Start`, once; then one `Score` per mini-batch; `Leave`, at most once, at the
   end. Closing the pipe says goodbye, too.
2. child -> worker: `Ready` or `InitError`, once; then `Done` or `RunError` for every `Score`, and
   `Left` for `Leave`, before the interpreter ends as any program does.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

# A script's process copies its code folder into its home, under this name.
CODE = "code"
# Azure refuses longer messages in a job's error, and the history must stay small.
MESSAGE_LIMIT = 3000
# A traceback that recurses has thousands of lines; its end says what went wrong.
DETAILS_LIMIT = 64 * 1024
# Stands where the middle of a text was taken out.
_CUT = "\n...\n"


@dataclass(frozen=True)
class Message:
    """Every message is one of the classes below."""


@dataclass(frozen=True)
class Start(Message):
    """`code_dir` and `script` are a custom script's, and empty for the other kinds."""

    kind: str
    model_dir: str
    logging_level: str
    code_dir: str = ""
    script: str = ""
    batch_predict: bool = False
    """The files of a mini-batch may share one predict(): the model takes each row by itself."""


@dataclass(frozen=True)
class Score(Message):
    files: tuple[tuple[str, str], ...]
    """Local path, and the name that goes into the rows."""
    output: str
    minibatch: int = 0
    """Its index in the job, for a script that asks."""


@dataclass(frozen=True)
class Leave(Message):
    """There are no more mini-batches: shutdown(), then exit."""


@dataclass(frozen=True)
class Left(Message):
    """shutdown() came back, or there is none; `details` is the traceback of one that raised."""

    message: str = ""
    details: str = ""


@dataclass(frozen=True)
class Ready(Message):
    pass


@dataclass(frozen=True)
class InitError(Message):
    error_type: str
    message: str
    details: str


@dataclass(frozen=True)
class RunError(Message):
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
class Done(Message):
    """A run that came back: `seconds` is its own time, `bytes` the size of the output.

    `held` names the files under AZUREML_BI_OUTPUT_PATH that it left open, to go on writing.
    """

    rows: int
    succeeded: int
    failures: tuple[FileFailure, ...]
    bytes: int
    seconds: float
    held: tuple[str, ...] = ()


_MESSAGES: dict[str, type[Message]] = {
    kind.__name__: kind for kind in (Start, Score, Leave, Left, Ready, InitError, RunError, Done)
}


class BrokenProtocol(ValueError):
    """The line is no message: somebody else writes to the control pipe."""


def encode(message: Message) -> bytes:
    return json.dumps({"type": type(message).__name__, **asdict(message)}).encode() + b"\n"


def decode(line: bytes) -> Message:
    try:
        fields: dict[str, Any] = json.loads(line)
        kind = _MESSAGES[fields.pop("type")]
        if kind is Score:
            fields["files"] = tuple((path, name) for path, name in fields["files"])
        if kind is Done:
            fields["failures"] = tuple(FileFailure(**failure) for failure in fields["failures"])
            fields["held"] = tuple(fields["held"])
        message: Message = kind(**fields)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BrokenProtocol(repr(line[:200])) from error
    return message


def printable(text: str) -> str:
    """Half of a surrogate pair, which no UTF-8 can hold, is spelt out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def brief(error: BaseException) -> str:
    """What the error says: never empty, its first line first, and never too long."""
    try:
        text = printable(str(error)).strip()
    except Exception:  # noqa: BLE001  # a model's own error may fail to say anything
        text = ""
    text = text or type(error).__name__
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"


def clipped(text: str, limit: int) -> str:
    """At most `limit` characters: the first line, and as much as fits of what comes last."""
    if len(text) <= limit:
        return text
    head = text.split("\n", 1)[0][: limit // 3] + _CUT
    tail = text[len(text) - max(0, limit - len(head)) :]
    _, newline, whole = tail.partition("\n")
    return head + (whole if newline and whole else tail)
