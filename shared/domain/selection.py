"""Which files of an input folder a job takes, where its request or its deployment says so.

A file is kept, or left out for one reason: what is kept and what is left out is all that is listed.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, model_validator

from shared.domain.globs import matches_any
from shared.domain.message import Message
from shared.domain.spark_marks import is_mark, is_mark_folder
from shared.domain.split import Split, parse_split

MOST_NEWEST = 10_000
"""Held in memory while a folder is listed."""
MOST_SHOWN = 1_000
"""Of what was left out; the rest is counted."""
MOST_OF_EACH = 5
"""Shown of each reason, however many came before them."""


class Reason(StrEnum):
    """Why a listed blob is no input, by the names that receipts and jobs have."""

    NESTED = "nested"
    HIDDEN = "hidden"
    FOLDER_MARKER = "folderMarker"
    SPARK_MARK = "sparkMark"
    NOT_INCLUDED = "notIncluded"
    EXCLUDED = "excluded"
    UNCHANGED = "unchanged"
    OLDER = "older"


WORDS = {
    Reason.NESTED: "in nested folders",
    Reason.HIDDEN: "hidden",
    Reason.FOLDER_MARKER: "folder markers",
    Reason.SPARK_MARK: "marks of Spark or Hadoop (_SUCCESS and the like, *.crc)",
    Reason.NOT_INCLUDED: "that include does not name",
    Reason.EXCLUDED: "that exclude names",
    Reason.UNCHANGED: "unchanged since then",
    Reason.OLDER: "older than the newest ones",
}


class LeftOutFile(Message):
    """One blob that is no input, by its path inside the input folder."""

    path: str
    reason: Reason


class LeftOut(Message):
    """What a plan left out: how many for each reason, and the first of them."""

    counts: dict[Reason, int]
    files: list[LeftOutFile]


@dataclass
class Skipped:
    """What a listing left out, counted while it is read."""

    counts: Counter[Reason] = field(default_factory=Counter[Reason])
    first: list[LeftOutFile] = field(default_factory=list[LeftOutFile])

    def add(self, path: str, reason: Reason) -> None:
        self.counts[reason] += 1
        if len(self.first) < MOST_SHOWN or self.counts[reason] <= MOST_OF_EACH:
            self.first.append(LeftOutFile(path=path, reason=reason))

    @property
    def total(self) -> int:
        return self.counts.total()

    def summary(self) -> LeftOut:
        ordered = {reason: self.counts[reason] for reason in Reason if self.counts[reason]}
        return LeftOut(counts=ordered, files=self.first)

    def __str__(self) -> str:
        return ", ".join(f"{count} {WORDS[one]}" for one, count in self.summary().counts.items())


class Selection(Message):
    """What is taken of a folder; by default the files that lie directly in it.

    `include` and `exclude` are globs over paths inside the folder; with `include` nested folders
    are walked. `changed_since` is a moment with its time zone, or the name of an earlier job.
    `newest` is how many are taken, those that changed last; 0: all. With `manifest` the input is a
    file that lists the inputs, and there is nothing to choose. `split` says how large files are cut
    by their records, as `parse_split` reads it; whichever they are.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    manifest: bool = False
    changed_since: str = ""
    newest: Annotated[int, Field(ge=0, le=MOST_NEWEST)] = 0
    split: str = Field(default="", exclude_if=lambda split: not split)

    @model_validator(mode="after")
    def _lists_or_chooses(self) -> "Selection":
        chosen = [name for name in self.chosen() if name != "manifest"]
        if self.manifest and chosen:
            raise ValueError(
                f"A manifest says which files are the input, and {chosen[0]} would choose from a "
                "folder. Leave one of them out."
            )
        return self

    def given(self) -> dict[str, Any]:
        """What differs from the default, as plain JSON."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def chosen(self) -> dict[str, Any]:
        """The same, as far as it says which files are taken."""
        return {name: value for name, value in self.given().items() if name != "split"}

    @property
    def is_default(self) -> bool:
        """Whether it chooses nothing; files may be split all the same."""
        return not self.chosen()

    def unchosen(self) -> "Selection":
        """The same for an input of which nothing is to choose."""
        return Selection(split=self.split)

    @property
    def splitting(self) -> Split | None:
        return parse_split(self.split)

    @property
    def moment(self) -> datetime | None:
        """Since when files have to have changed, to the second, as stores tell it."""
        found = moment_in(self.changed_since)
        return found.replace(microsecond=0) if found else None

    @property
    def earlier_job(self) -> str:
        return "" if moment_in(self.changed_since) else self.changed_since

    def why_not(self, path: str, *, is_marker: bool = False) -> Reason | None:
        """Why a blob of this path is left out; None for one that may be an input.

        `is_marker`: it is the mark of a folder, whatever its name.
        """
        if not path or path.endswith("/"):
            return Reason.FOLDER_MARKER
        return next(self._reasons(path, is_marker=is_marker), None)

    def _reasons(self, path: str, *, is_marker: bool) -> Iterator[Reason]:
        *folders, name = path.split("/")
        if folders and not self.include:
            yield Reason.NESTED
        if path.startswith(".") or "/." in path:
            yield Reason.HIDDEN
        if is_mark(name) or any(map(is_mark_folder, folders)):
            yield Reason.SPARK_MARK
        if is_marker:
            yield Reason.FOLDER_MARKER
        if self.include and not matches_any(path, self.include):
            yield Reason.NOT_INCLUDED
        if self.exclude and matches_any(path, self.exclude):
            yield Reason.EXCLUDED


WHOLE_FOLDER = Selection()


def nothing_chosen(uri: str, selection: Selection, skipped: str) -> str:
    """Of an input of which no file counts, in words; `skipped` says what was left out."""
    left_out = f" ({skipped})" if skipped else ""
    if selection.manifest:
        return f"The manifest '{uri}' lists no files. Write one on each line, and invoke again."
    if not selection.is_default:
        return (
            f"No file of the input '{uri}' is chosen{left_out}. "
            "Upload files that are, or choose others, and invoke again."
        )
    return f"The input '{uri}' holds no files any more{left_out}. Upload files and invoke again."


def moment_in(text: str) -> datetime | None:
    """A moment as RFC 3339 writes it; None for anything else, such as one without a time zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if "T" in text.upper() and moment.tzinfo else None
