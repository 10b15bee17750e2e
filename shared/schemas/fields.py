"""Reading foreign JSON: keys in any case, numbers that came as strings, and no surprise ignored."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from difflib import get_close_matches
from typing import Protocol, runtime_checkable

from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON

_ISO_DURATION = re.compile(
    r"P(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9})S)?)?",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?")
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
LONGEST_QUOTE = 200  # characters of a foreign value in an error's text
# Far above what any field needs, far below what an orchestration or a process may be given.
LONGEST_TEXT, LONGEST_MAP = 65_536, 65_536
NOTHING: tuple[JSON, ...] = (None, {}, [])


class Fields:
    """One JSON object. Each getter takes a field; `refuse_others` names what nobody took.

    A null field counts as absent. Every error names the field by its path.
    """

    def __init__(self, value: JSON, path: str = "") -> None:
        if not isinstance(value, dict):
            what = f"'{path}'" if path else "The request body"
            raise InvalidRequest(
                f"{what} must be a JSON object, not {_kind(value)}.",
                fix='Send an object such as {"properties": {...}}.',
                target=path,
            )
        self._path = path
        self._fields: dict[str, tuple[str, JSON]] = {}
        for key, field in value.items():
            if key.lower() in self._fields:
                raise InvalidRequest(
                    f"'{self.path(key)}' is given twice, in different cases.",
                    fix="Give it once.",
                    target=self.path(key),
                )
            self._fields[key.lower()] = (key, field)
        self._read_names = dict[str, str]()

    @classmethod
    def of(cls, body: JSON, path: str = "") -> "Fields":
        """The fields of a body, or of an object inside one; a recorded body brings its own."""
        return body.fields(path) if isinstance(body, BringsFields) else cls(body, path)

    def path(self, name: str) -> str:
        """The field's full name, as errors show it."""
        return f"{self._path}.{name}" if self._path else name

    def has(self, name: str) -> bool:
        self._read_names[name.lower()] = name
        return self._fields.get(name.lower(), (name, None))[1] is not None

    def raw(self, name: str) -> JSON:
        self._read_names[name.lower()] = name
        return self._fields.get(name.lower(), (name, None))[1]

    def ignore(self, *names: str) -> None:
        """Take fields that have no meaning here: read-only ones, and habits of clients."""
        self._read_names.update({name.lower(): name for name in names})

    def extras(self, *names: str) -> dict[str, JSON]:
        """Those of these fields that were given, as they are, without nulls and empty values."""
        values = {name: _without_nothing(self.raw(name)) for name in names}
        for name, value in values.items():
            self._bounded(name, json.dumps(value), LONGEST_MAP)
        return {name: value for name, value in values.items() if value not in NOTHING}

    def text(self, name: str, default: str = "", *, longest: int = LONGEST_TEXT) -> str:
        value = self.raw(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self._wrong(name, value, "a string")
        return self._bounded(name, value, longest)

    def required(self, name: str, example: str) -> str:
        """A non-empty string."""
        value = self.text(name)
        if not value:
            raise InvalidRequest(
                f"'{self.path(name)}' is missing.",
                fix=f"Give it a value such as {example}.",
                target=self.path(name),
            )
        return value

    def integer(self, name: str) -> int | None:
        """A whole number; clients send some as strings."""
        value = self.raw(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if isinstance(value, str) and WHOLE.fullmatch(value.strip()):
            return int(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        raise self._wrong(name, value, "a whole number")

    def number(self, name: str) -> float | None:
        """A number, which clients may send as a string."""
        value = self.raw(name)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
            return float(value)
        raise self._wrong(name, value, "a number")

    def flag(self, name: str) -> bool:
        """A boolean; absent counts as false."""
        value = self.raw(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, value, "true or false")
        return bool(value)

    def seconds(self, name: str) -> int | None:
        """A duration in ISO 8601, such as PT30S, or a whole number of seconds."""
        value = self.raw(name)
        match = _ISO_DURATION.fullmatch(value) if isinstance(value, str) else None
        if match and any(match.groups()):
            parts = {unit: int(count) for unit, count in match.groupdict(default="0").items()}
            return int(timedelta(**parts).total_seconds())
        if value is None or isinstance(value, int) or _is_whole(value):
            return self.integer(name)
        raise self._wrong(name, value, "a duration such as PT30S, or whole seconds")

    def choice(self, name: str, choices: dict[str, str]) -> str | None:
        """One of the choices, in any case and with or without underscores: its value in there."""
        value = self.text(name)
        if not value:
            return None
        by_sound = {_sound(key): chosen for key, chosen in choices.items()}
        if _sound(value) not in by_sound:
            raise self._wrong(name, value, f"one of {', '.join(choices)}")
        return by_sound[_sound(value)]

    def object(self, name: str) -> "Fields":
        """A nested object; an absent one is empty."""
        value = self.raw(name)
        return Fields.of({} if value is None else value, self.path(name))

    def strings(self, name: str, *, longest: int = LONGEST_TEXT) -> dict[str, str]:
        """A map of strings; numbers and booleans become text, as Azure does with tags.

        No name and no value has more than `longest` characters.
        """
        value = self.raw(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._wrong(name, value, "an object of strings")
        texts = {key: self._text_of(name, key, one) for key, one in value.items()}
        self._bounded(name, "".join([*texts, *texts.values()]), LONGEST_MAP)
        for key, text in texts.items():
            self._bounded(f"{name}.{key[:LONGEST_QUOTE]}", max(key, text, key=len), longest)
        return texts

    def entries(self) -> Iterator[tuple[str, JSON]]:
        """All fields, with their names as they were given; takes them."""
        self._read_names.update({key: spelling for key, (spelling, _) in self._fields.items()})
        yield from self._fields.values()

    def refuse_others(self) -> None:
        """Raise InvalidRequest for the first field that nobody took."""
        for key, (spelling, _) in self._fields.items():
            if key in self._read_names:
                continue
            near = get_close_matches(key[:LONGEST_QUOTE], self._read_names, n=1, cutoff=0.75)
            known = ", ".join(sorted(self._read_names.values()))
            meant = f"Did you mean '{self._read_names[near[0]]}'?" if near else ""
            raise InvalidRequest(
                f"'{self.path(spelling)[:LONGEST_QUOTE]}' is not a field of this request.",
                fix=meant or f"Remove it; known are: {known}.",
                target=self.path(spelling)[:LONGEST_QUOTE],
            )

    def _bounded(self, name: str, value: str, longest: int) -> str:
        if len(value) > longest:
            raise InvalidRequest(
                f"'{self.path(name)}' has {len(value)} characters.",
                fix=f"Use at most {longest}.",
                target=self.path(name),
            )
        return value

    def _text_of(self, name: str, key: str, value: JSON) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str | int | float):
            return str(value)
        raise self._wrong(f"{name}.{key}", value, "a string")

    def _wrong(self, name: str, value: JSON, expected: str) -> InvalidRequest:
        return InvalidRequest(
            f"'{self.path(name)}' is {_quote(value)}, not {expected}.",
            fix=f"Give {expected}.",
            target=self.path(name),
        )


@runtime_checkable
class BringsFields(Protocol):
    """A body that is read through fields of its own making."""

    def fields(self, path: str) -> Fields: ...


KINDS = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}


def _without_nothing(value: JSON) -> JSON:
    """Clients send back what they were shown with nulls for what they do not know."""
    if isinstance(value, dict):
        inner = {key: _without_nothing(one) for key, one in value.items()}
        return {key: one for key, one in inner.items() if one not in NOTHING}
    if isinstance(value, list):
        return [_without_nothing(one) for one in value]
    return value


def _is_whole(value: JSON) -> bool:
    if isinstance(value, str):
        return WHOLE.fullmatch(value.strip()) is not None
    return isinstance(value, float) and value.is_integer()


def _sound(text: str) -> str:
    return text.replace("_", "").replace("-", "").lower()


def _kind(value: JSON) -> str:
    return "null" if value is None else KINDS.get(type(value), "a number")


def _quote(value: JSON) -> str:
    return f"{_kind(value)} ({str(value)[:LONGEST_QUOTE]!r})"
