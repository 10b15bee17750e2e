"""An example body that records how it is read, so that OpenAPI can say what a reader takes.

Readers meet `Fields` in production; a recorded body hands them `RecordedFields` instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.domain.message import JSON
from shared.schemas.fields import LONGEST_TEXT, Fields


class Getter(StrEnum):
    """How a field is read: the getter of `Fields` that takes it."""

    TEXT = "text"
    FILLED_TEXT = "filled text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    SECONDS = "seconds"
    CHOICE = "choice"
    OBJECT = "object"
    STRINGS = "strings"
    RAW = "raw"
    EXTRAS = "extras"
    IGNORED = "ignored"


EACH = "*"
"""In place of a name: every name that is the client's to choose."""
VAGUE = {Getter.RAW, Getter.EXTRAS, Getter.IGNORED}
"""What says nothing of the value: a getter that says more may follow."""


@dataclass(frozen=True)
class Reading:
    """One field as its reader took it: the choices of a choice, the longest text, if it is said."""

    getter: Getter
    choices: tuple[str, ...] = ()
    longest: int | None = None


class RecordedBody(dict[str, Any]):
    """A JSON object that records its readings; the objects inside it are recorded, too.

    `is_map` says that any name will do: what is read after that is recorded as EACH of the rest.
    `is_closed` says that a field which nobody took is refused.
    """

    def __init__(self, example: dict[str, Any]) -> None:
        super().__init__({name: recorded(value) for name, value in example.items()})
        self.readings: dict[str, Reading] = {}
        self.is_map = False
        self.is_closed = False

    def fields(self, path: str) -> Fields:
        return RecordedFields(self, path)

    def record(self, name: str, reading: Reading) -> None:
        """The first reading stays: getters build on each other, and the outermost knows most."""
        name = EACH if self.is_map and name not in self.readings else name
        known = self.readings.get(name)
        if known is None or (known.getter in VAGUE and reading.getter not in VAGUE):
            self.readings[name] = reading


def recorded(example: JSON) -> JSON:
    """The example, with every object in it recorded."""
    if isinstance(example, dict):
        return RecordedBody(example)
    return [recorded(one) for one in example] if isinstance(example, list) else example


class RecordedFields(Fields):
    """Reads as `Fields` does, and has the body record it."""

    def __init__(self, body: RecordedBody, path: str) -> None:
        super().__init__(body, path)
        self._body = body

    def raw(self, name: str) -> JSON:
        self._body.record(name, Reading(Getter.RAW))
        return super().raw(name)

    def ignore(self, *names: str) -> None:
        super().ignore(*names)
        for name in names:
            self._body.record(name, Reading(Getter.IGNORED))

    def extras(self, *names: str) -> dict[str, JSON]:
        for name in names:
            self._body.record(name, Reading(Getter.EXTRAS))
        return super().extras(*names)

    def text(self, name: str, default: str = "", *, longest: int = LONGEST_TEXT) -> str:
        self._body.record(name, Reading(Getter.TEXT, longest=longest))
        return super().text(name, default, longest=longest)

    def required(self, name: str, example: str) -> str:
        self._body.record(name, Reading(Getter.FILLED_TEXT))
        return super().required(name, example)

    def integer(self, name: str) -> int | None:
        self._body.record(name, Reading(Getter.INTEGER))
        return super().integer(name)

    def number(self, name: str) -> float | None:
        self._body.record(name, Reading(Getter.NUMBER))
        return super().number(name)

    def flag(self, name: str) -> bool:
        self._body.record(name, Reading(Getter.FLAG))
        return super().flag(name)

    def seconds(self, name: str) -> int | None:
        self._body.record(name, Reading(Getter.SECONDS))
        return super().seconds(name)

    def choice(self, name: str, choices: dict[str, str]) -> str | None:
        self._body.record(name, Reading(Getter.CHOICE, tuple(choices)))
        return super().choice(name, choices)

    def object(self, name: str) -> Fields:
        self._body.record(name, Reading(Getter.OBJECT))
        return super().object(name)

    def strings(self, name: str, *, longest: int = LONGEST_TEXT) -> dict[str, str]:
        self._body.record(name, Reading(Getter.STRINGS, longest=longest))
        return super().strings(name, longest=longest)

    def entries(self) -> Iterator[tuple[str, JSON]]:
        self._body.is_map = True
        yield from super().entries()

    def refuse_others(self) -> None:
        self._body.is_closed = True
        super().refuse_others()
