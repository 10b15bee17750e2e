"""A body's schema is what its reader does: by its notes, and by trial."""

from typing import Any

import jsonschema_rs
import pytest

from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.schemas import bodies, invocation_bodies, schedule_bodies
from shared.schemas.fields import Fields
from shared.schemas.shapes import BodyShape

SHAPES = [
    shape
    for module in (bodies, invocation_bodies, schedule_bodies)
    for shape in vars(module).values()
    if isinstance(shape, BodyShape)
]


def read(body: JSON) -> None:
    """Takes every kind of field there is."""
    fields = Fields.of(body)
    fields.required("name", "x")
    fields.text("words")
    fields.integer("count")
    fields.flag("on")
    fields.seconds("wait")
    fields.choice("mood", {"Good": "good", "Bad": "bad"})
    fields.strings("tags")
    fields.ignore("old")
    fields.raw("list")
    inner = fields.object("inner")
    if fields.has("inner"):
        inner.required("key", "x")
    for name, value in fields.object("inputs").entries():
        Fields.of(value, name).required("uri", "x")
    fields.refuse_others()


FULL = {
    "name": "n",
    "words": "w",
    "count": 1,
    "on": True,
    "wait": "PT1S",
    "mood": "Good",
    "tags": {"a": "b"},
    "old": 1,
    "list": ["a"],
    "inner": {"key": "k"},
    "inputs": {"any": {"uri": "u"}},
}


def schema() -> Any:
    return BodyShape("Any", read, [FULL]).schema()


def test_every_field_that_is_taken_is_in_the_schema() -> None:
    assert set(FULL) == set(schema()["properties"])
    assert schema()["additionalProperties"] is False


def test_required_is_what_the_reader_misses() -> None:
    """`inner` may be left out; where it is, its key may not."""
    assert ["name"] == schema()["required"]
    assert ["key"] == schema()["properties"]["inner"]["required"]
    assert ["uri"] == schema()["properties"]["inputs"]["additionalProperties"]["required"]


def test_what_one_form_lets_be_left_out_is_not_required() -> None:
    def either(body: JSON) -> None:
        fields = Fields.of(body)
        if not fields.text("a") and not fields.text("b"):
            raise InvalidRequest("Neither.", fix="Give one.")

    shape = BodyShape("Either", either, [{"a": "1"}, {"b": "1"}])

    assert "required" not in shape.schema()
    assert ["a"] == BodyShape("One", either, [{"a": "1"}]).schema()["required"]


@pytest.mark.parametrize(
    "change",
    [
        {"words": None, "count": "7", "wait": 30, "mood": None, "tags": {"a": 1, "b": True}},
        {"inner": None, "inputs": None, "list": None, "tags": None, "on": None},
        {"old": {"x": []}},
    ],
)
def test_the_schema_accepts_what_the_reader_accepts(change: JSON) -> None:
    read(FULL | change)

    assert jsonschema_rs.is_valid(schema(), FULL | change)


@pytest.mark.parametrize(
    "change",
    [
        {"name": None},
        {"name": ""},
        {"words": 1},
        {"count": "many"},
        {"count": True},
        {"on": "yes"},
        {"wait": []},
        {"mood": "Odd"},
        {"tags": {"a": {}}},
        {"inner": {}},
        {"inputs": {"any": {}}},
        {"unknown": 1},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(change: JSON) -> None:
    with pytest.raises(InvalidRequest):
        read(FULL | change)

    assert not jsonschema_rs.is_valid(schema(), FULL | change)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_example_is_accepted_by_its_reader_and_by_its_schema(shape: BodyShape) -> None:
    for example in shape.examples:
        shape.read(example)
        assert jsonschema_rs.is_valid(shape.schema(), example)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_field_of_a_body_is_shown_by_an_example(shape: BodyShape) -> None:
    """An object that no example has would hide what is inside it."""

    def hidden(schema: Any, path: str = "") -> list[str]:
        found = [path] if schema == {} else []
        for name, inner in schema.get("properties", {}).items():
            found += hidden(inner, f"{path}.{name}")
        more = schema.get("additionalProperties")
        return found + (hidden(more, f"{path}.*") if isinstance(more, dict) else [])

    assert [] == hidden(shape.schema())
