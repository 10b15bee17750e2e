"""The JSON schema of a body, found out from the reader that takes it.

The reader reads full examples and notes each field it takes; then each field is left out in turn,
and one that the reader misses is a required one. So the schema is what is accepted, by trial.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from shared.domain.errors import BatchError
from shared.domain.message import JSON
from shared.schemas.fields import LONGEST_TEXT
from shared.schemas.recorded_body import EACH, Getter, Reading, RecordedBody, recorded

type Schema = dict[str, Any]
type Path = tuple[str, ...]

SIMPLE: dict[Getter, Schema] = {
    Getter.TEXT: {"type": "string", "maxLength": LONGEST_TEXT},
    Getter.FILLED_TEXT: {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
    Getter.INTEGER: {"type": ["integer", "string"], "pattern": "^[+-]?[0-9]{1,18}$"},
    Getter.NUMBER: {
        "type": ["number", "string"],
        "pattern": r"^[+-]?[0-9]{1,18}(\.[0-9]{1,18})?$",
    },
    Getter.FLAG: {"type": "boolean"},
    Getter.SECONDS: {
        "type": ["string", "integer"],
        "description": "A duration in ISO 8601, such as PT30S, or whole seconds.",
    },
    Getter.STRINGS: {
        "type": "object",
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
    },
    Getter.EXTRAS: {"description": "Kept as it is, and shown again."},
    Getter.IGNORED: {"description": "Taken, and without a meaning here."},
}


@dataclass(frozen=True, eq=False)
class BodyShape:
    """A request's body: its name in documents, its reader, and full examples that it accepts.

    Several examples show several forms. Without any, the route takes no body; one that
    `may_be_empty` may be left out whole.
    """

    name: str
    read: Callable[[JSON], object] = lambda _body: None
    examples: Sequence[JSON] = ()
    may_be_empty: bool = False

    def schema(self) -> Schema:
        """Raises what the reader raises for an example that it does not accept."""
        bodies = [recorded(example) for example in self.examples]
        for body in bodies:
            self.read(body)
        return self._object(bodies, ())

    def _object(self, bodies: Sequence[RecordedBody], path: Path) -> Schema:
        readings: dict[str, Reading] = {}
        for body in bodies:
            readings = body.readings | readings
        required = [name for name in readings if name != EACH and self._is_missed((*path, name))]
        described = {
            name: self._field(reading, _values(bodies, name), (*path, name))
            for name, reading in readings.items()
        }
        properties = {
            name: schema if name in required else _or_null(schema)
            for name, schema in described.items()
            if name != EACH
        }
        schema: Schema = {"type": "object", "properties": properties}
        if required:
            schema["required"] = required
        if any(one.is_map for one in bodies):
            entries = [value for value in _values(bodies, EACH) if value is not None]
            schema["additionalProperties"] = described.get(
                EACH, self._entry(entries, (*path, EACH))
            )
        elif any(one.is_closed for one in bodies):
            schema["additionalProperties"] = False
        return schema

    def _field(self, reading: Reading, values: Sequence[JSON], path: Path) -> Schema:
        if reading.getter is Getter.CHOICE:
            return {"type": "string", "enum": list(reading.choices)}
        if reading.getter in {Getter.OBJECT, Getter.RAW}:
            return self._entry([value for value in values if value is not None], path)
        schema = dict(SIMPLE[reading.getter])
        return schema | {"maxLength": reading.longest} if reading.getter is Getter.TEXT else schema

    def _entry(self, values: Sequence[JSON], path: Path) -> Schema:
        """What a value looks like that was not read by one of the simple getters."""
        if values and all(isinstance(value, RecordedBody) for value in values):
            return self._object(values, path)
        if values and all(isinstance(value, list) for value in values):
            return {"type": "array", "items": _items([one for value in values for one in value])}
        return {"description": "Anything."} if values else {}

    def _is_missed(self, path: Path) -> bool:
        """Whether every example that has the object around it is refused without that field."""
        trials: list[bool] = []
        for example in self.examples:
            copy = deepcopy(example)
            around = _around(path, copy)
            if around is not None:
                trials.append(around.pop(path[-1], None) is not None and self._refuses(copy))
        return bool(trials) and all(trials)

    def _refuses(self, body: JSON) -> bool:
        try:
            self.read(body)
        except BatchError:
            return True
        return False


NO_BODY = BodyShape("Nothing")
"""For a route that takes no body although its method usually has one."""


def _around(path: Path, body: JSON) -> dict[str, Any] | None:
    """The object inside a body that would hold the field; None if it is not there."""
    inner = body
    for name in path[:-1]:
        step = next(reversed(inner), "") if name == EACH else name
        inner = inner.get(step)
        if not isinstance(inner, dict):
            return None
    return inner if isinstance(inner, dict) else None


def _items(values: Sequence[JSON]) -> Schema:
    is_text = bool(values) and all(isinstance(value, str) for value in values)
    return {"type": "string"} if is_text else {}


def _values(bodies: Sequence[RecordedBody], name: str) -> list[JSON]:
    """What the examples have under a name; under EACH, what they have beside the fixed names."""
    if name == EACH:
        return [value for one in bodies for key, value in one.items() if key not in one.readings]
    return [one.get(name) for one in bodies]


def _or_null(schema: Schema) -> Schema:
    kinds = schema.get("type")
    if kinds is None:
        return schema
    nullable = schema | {"type": [*([kinds] if isinstance(kinds, str) else kinds), "null"]}
    return nullable | {"enum": [*schema["enum"], None]} if "enum" in schema else nullable
