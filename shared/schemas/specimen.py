"""An example body that notes how it is read, so that a document can tell what a reader takes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.domain.message import JSON


class Kind(StrEnum):
    """How a field is read: the getter of `Fields` that takes it."""

    TEXT = "text"
    FILLED_TEXT = "filled text"
    WHOLE = "whole"
    FLAG = "flag"
    SECONDS = "seconds"
    CHOICE = "choice"
    OBJECT = "object"
    STRINGS = "strings"
    RAW = "raw"
    KEPT = "kept"
    IGNORED = "ignored"


EACH = "*"
"""In place of a name: every name that is the client's to choose."""
VAGUE = {Kind.RAW, Kind.KEPT, Kind.IGNORED}
"""What tells nothing of the value: a getter that says more may follow."""


@dataclass(frozen=True)
class Noted:
    """One field as its reader took it: the choices of a choice, the longest text, if it is said."""

    kind: Kind
    choices: tuple[str, ...] = ()
    longest: int | None = None


class Specimen(dict[str, Any]):
    """A JSON object whose readers leave notes; the objects inside it are specimens too.

    `is_map` says that any name will do: what is noted after that is noted of EACH of the rest.
    `is_closed` says that a field which nobody took is refused.
    """

    def __init__(self, example: dict[str, Any]) -> None:
        super().__init__({name: specimen_of(value) for name, value in example.items()})
        self.notes: dict[str, Noted] = {}
        self.is_map = False
        self.is_closed = False

    def note(
        self, name: str, kind: Kind, choices: tuple[str, ...] = (), longest: int | None = None
    ) -> None:
        """The first note stays: getters build on each other, and the outermost knows most."""
        name = EACH if self.is_map and name not in self.notes else name
        known = self.notes.get(name)
        if known is None or (known.kind in VAGUE and kind not in VAGUE):
            self.notes[name] = Noted(kind, choices, longest)


def specimen_of(example: JSON) -> JSON:
    """The example, with every object in it a specimen."""
    if isinstance(example, dict):
        return Specimen(example)
    return [specimen_of(one) for one in example] if isinstance(example, list) else example
