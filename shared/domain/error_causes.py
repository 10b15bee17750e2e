"""Errors by cause: what differs from file to file is left out of a message, the rest is counted.

A cause is a stage, an exception's type, the innermost line of the user's own code, and the message
without names, paths, numbers, ids and quoted values.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Self

from pydantic import Field

from shared.domain.message import Message
from shared.domain.outcome import INFERRED, FileError

# Characters of a message that are looked at: what comes later says the same at length.
LONGEST_MESSAGE = 500
# Files that a cause names itself; the others are found by paging.
FIRST_FILES = 5
# Different causes that are told apart; what else there is counts together.
MOST_CAUSES = 100
OTHER = "other"
_ID_CHARS = 12
_VARIABLE = re.compile(
    r"""
      (?P<URL>\b[a-z][a-z0-9+.-]{1,20}://[^\s'"<>]+)
    | (?P<VALUE>(?<!\w)(?:'[^'\n]{0,200}'|"[^"\n]{0,200}"|`[^`\n]{0,200}`)(?!\w))
    | (?P<ID>\b(?=[a-f-]{0,36}[0-9])[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b
            |\b0x[0-9a-f]+\b|\b(?=[a-f]{0,40}[0-9])(?=[0-9]{0,40}[a-f])[0-9a-f]{8,64}\b)
    | (?P<PATH>(?<![\w/\\])(?:[a-z]:)?(?:[\\/][\w.@+-]+){2,}[\\/]?
              |(?<![\w/.@+-])(?:[\w.@+-]{1,100}/){1,20}[\w@+-]{0,100}\.\w+)
    | (?P<NUMBER>[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PLACES = {"URL": "<url>", "VALUE": "<value>", "ID": "<id>", "PATH": "<path>", "NUMBER": "<n>"}


def normalised(message: str, file: str = "") -> str:
    """The message without what differs from one file to the next; `file` is the file's name."""
    text = " ".join(message[:LONGEST_MESSAGE].split())
    for name in {file, file.rpartition("/")[2]} - {""}:
        text = text.replace(name, "<file>")
    return _generic(text)


@lru_cache(256)
def _generic(text: str) -> str:
    """Files that share a run share its message."""
    return _VARIABLE.sub(lambda found: _PLACES[found.lastgroup or "VALUE"], text)


class Cause(Message):
    """Files that failed alike.

    `first` and `last` are mini-batches, `example` is one message as it was; of `files`, `inferred`
    only shared a run with a bad one.
    """

    id: str
    error_type: str
    message: str
    where: str
    stage: str
    example: str
    files: int
    inferred: int
    mini_batches: int
    first: int
    last: int
    first_files: list[str] = Field(default_factory=list[str])

    @classmethod
    def of(cls, error: FileError) -> Self:
        """Of one file."""
        message = normalised(_bare(error), error.file)
        return cls(
            id=_id_of(error, message),
            error_type=error.error_type,
            message=message,
            where=error.where,
            stage=error.stage,
            example=error.message[:LONGEST_MESSAGE],
            files=1,
            inferred=int(error.certainty == INFERRED),
            mini_batches=1,
            first=error.mini_batch,
            last=error.mini_batch,
            first_files=[error.file] if error.file else [],
        )

    def plus(self, other: "Cause") -> Self:
        """Both together; of a mini-batch that both end and begin with counts once."""
        shared = int(other.first == self.last)
        return self.model_copy(
            update={
                "files": self.files + other.files,
                "inferred": self.inferred + other.inferred,
                "mini_batches": self.mini_batches + other.mini_batches - shared,
                "first": min(self.first, other.first),
                "last": max(self.last, other.last),
                "first_files": (self.first_files + other.first_files)[:FIRST_FILES],
            }
        )

    def as_other(self) -> Self:
        """Counted among what is not told apart any more."""
        words = {"error_type": "", "where": "", "stage": "", "message": "Other causes, each rare."}
        return self.model_copy(update={"id": OTHER, **words})


class Causes:
    """Causes by id, in the order in which they were met; a bounded number of them."""

    def __init__(self, most: int = MOST_CAUSES) -> None:
        self._most = most
        self._causes: dict[str, Cause] = {}
        self._ids: dict[str, int] = {}

    def add(self, cause: Cause) -> int:
        """Count it, and return which one it is, by its place."""
        held = self._causes
        if cause.id not in held and len(held) >= self._most:
            cause = cause.as_other()
        known = held.get(cause.id)
        held[cause.id] = known.plus(cause) if known else cause
        return self._ids.setdefault(cause.id, len(self._ids))

    def add_all(self, causes: Iterable[Cause]) -> None:
        for cause in causes:
            self.add(cause)

    @property
    def listed(self) -> list[Cause]:
        return list(self._causes.values())

    @property
    def largest_first(self) -> list[Cause]:
        return sorted(self._causes.values(), key=lambda one: (-one.files, one.first, one.id))


def _bare(error: FileError) -> str:
    """The message without the exception's type before it."""
    return error.message.removeprefix(f"{error.error_type}: ")


def _id_of(error: FileError, message: str) -> str:
    alike = f"{error.stage}\n{error.error_type}\n{error.where}\n{message}"
    return hashlib.sha256(alike.encode(errors="replace")).hexdigest()[:_ID_CHARS]
