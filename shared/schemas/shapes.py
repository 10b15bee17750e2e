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
from shared.schemas.specimen import Kind, Noted, Specimen, specimen_of

type Schema = dict[str, Any]
type Path = tuple[str, ...]

EACH = "*"
"""In a path: the entries of an object whose names are the client's."""
SIMPLE: dict[Kind, Schema] = {
    Kind.TEXT: {"type": "string", "maxLength": LONGEST_TEXT},
    Kind.FILLED_TEXT: {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
    Kind.WHOLE: {"type": ["integer", "string"], "pattern": "^[+-]?[0-9]{1,18}$"},
    Kind.FLAG: {"type": "boolean"},
    Kind.SECONDS: {
        "type": ["string", "integer"],
        "description": "A duration in ISO 8601, such as PT30S, or whole seconds.",
    },
    Kind.STRINGS: {
        "type": "object",
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
    },
    Kind.IGNORED: {"description": "Taken, and without a meaning here."},
}


@dataclass(frozen=True, eq=False)
class BodyShape:
    """A request's body: its name in documents, its reader, and full examples that it accepts.

    Several examples show several forms. Without any, the route takes no body.
    """

    name: str
    read: Callable[[JSON], object] = lambda _body: None
    examples: Sequence[JSON] = ()

    def schema(self) -> Schema:
        """Raises what the reader raises for an example that it does not accept."""
        specimens = [specimen_of(example) for example in self.examples]
        for specimen in specimens:
            self.read(specimen)
        return self._object(specimens, ())

    def _object(self, specimens: Sequence[Specimen], path: Path) -> Schema:
        if any(one.is_map for one in specimens):
            values = [value for one in specimens for value in one.values()]
            return {"type": "object", "additionalProperties": self._entry(values, (*path, EACH))}
        notes: dict[str, Noted] = {}
        for specimen in specimens:
            notes = specimen.notes | notes
        required = [name for name in notes if self._is_missed((*path, name))]
        schema: Schema = {
            "type": "object",
            "properties": {
                name: self._field(noted, specimens, (*path, name), is_required=name in required)
                for name, noted in notes.items()
            },
        }
        if required:
            schema["required"] = required
        if any(one.is_closed for one in specimens):
            schema["additionalProperties"] = False
        return schema

    def _field(
        self, noted: Noted, specimens: Sequence[Specimen], path: Path, *, is_required: bool
    ) -> Schema:
        given = [one[path[-1]] for one in specimens if one.get(path[-1]) is not None]
        if noted.kind is Kind.CHOICE:
            schema: Schema = {"enum": [*noted.choices, *([] if is_required else [None])]}
        elif noted.kind in {Kind.OBJECT, Kind.RAW}:
            schema = self._entry(given, path)
        else:
            schema = dict(SIMPLE[noted.kind])
        return schema if is_required else _or_null(schema)

    def _entry(self, values: Sequence[JSON], path: Path) -> Schema:
        """What a value looks like that was not read by one of the simple getters."""
        if values and all(isinstance(value, Specimen) for value in values):
            return self._object(values, path)
        if values and all(isinstance(value, list) for value in values):
            return {"type": "array", "items": _items([one for value in values for one in value])}
        return {}

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
        step = next(iter(inner), "") if name == EACH else name
        inner = inner.get(step)
        if not isinstance(inner, dict):
            return None
    return inner if isinstance(inner, dict) else None


def _items(values: Sequence[JSON]) -> Schema:
    is_text = bool(values) and all(isinstance(value, str) for value in values)
    return {"type": "string"} if is_text else {}


def _or_null(schema: Schema) -> Schema:
    kinds = schema.get("type")
    if kinds is None:
        return schema
    return schema | {"type": [*([kinds] if isinstance(kinds, str) else kinds), "null"]}
