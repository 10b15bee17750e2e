"""The values of Azurite's answers, taken at once: what Azurite itself makes of them, or refuses."""

from typing import Any

import pytest

from local.azurite import LAUNCHER
from tests.local.in_node import compared

SHORTCUT = LAUNCHER.with_name("azurite_values.cjs")
COMPARE = """
const { Serializer } = require("@azure/ms-rest-js");
const Mappers = require("azurite/dist/src/blob/generated/artifacts/mappers");
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
const revived = (value) => {
  if (Array.isArray(value)) return value.map(revived);
  if (value === null || typeof value !== "object") return value;
  if ("date" in value) return new Date(value.date);
  if ("bytes" in value) return Uint8Array.from(value.bytes);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revived(one)]));
};
const made = ({ mapper, value }) => {
  const one = typeof mapper === "string" ? Mappers[mapper] : mapper;
  try {
    const found = new Serializer(Mappers, true).serialize(one, revived(value), "it");
    return found === undefined ? "undefined" : JSON.stringify(found);
  } catch (error) { return String(error); }
};
const theirs = cases.map(made);
require(process.argv[1]);
console.log(JSON.stringify(cases.map((one, index) => [theirs[index], made(one)])));
"""
PROPERTIES: dict[str, Any] = {
    "creationTime": {"date": "2026-11-28T10:00:00Z"},
    "lastModified": {"date": "2026-11-28T10:00:00.999Z"},
    "etag": "0x8DE",
    "contentLength": 0,
    "contentMD5": {"bytes": [1, 2, 255]},
    "blobType": "BlockBlob",
    "leaseStatus": "unlocked",
    "accessTier": "Hot",
    "serverEncrypted": True,
}
BLOB: dict[str, Any] = {
    "name": "in/a&b.csv",
    "deleted": False,
    "snapshot": "",
    "properties": PROPERTIES,
    "metadata": {"owner": "me", "empty": ""},
}
PAGE = {
    "serviceEndpoint": "http://127.0.0.1:10000/a",
    "containerName": "box",
    "prefix": "in/",
    "segment": {"blobItems": [BLOB, {**BLOB, "snapshot": "x"}]},
    "nextMarker": "",
}
SUIT = {"allowedValues": ["Hot", "Cool"], "name": "Enum"}


KINDS = ("String", "Boolean", "Number", "DateTimeRfc1123", "ByteArray", "Object")
GIVEN: dict[str, dict[str, Any]] = {
    "a text": {"value": "x"},
    "a number": {"value": 7},
    "true": {"value": True},
    "a date": {"value": {"date": "2026-11-28T10:00:00.5Z"}},
    "no date": {"value": {"date": "never"}},
    "nothing": {},
    "null": {"value": None},
    "nothing, where it is required": {"required": True},
    "null, where it is required": {"required": True, "value": None},
    "null, where it may not be": {"nullable": False, "value": None},
    "a constant": {"isConstant": True, "defaultValue": "c", "value": "x"},
    "no constant": {"isConstant": True, "defaultValue": "c"},
}


def case(kind: str | dict[str, Any], **more: Any) -> dict[str, Any]:
    """A case of a mapper of this kind; without a value there is none."""
    named = kind if isinstance(kind, dict) else {"name": kind}
    given = {"value": more.pop("value")} if "value" in more else {}
    return {"mapper": {"serializedName": "it", "type": named, **more}, **given}


CASES: dict[str, dict[str, Any]] = {
    "a page": {"mapper": "ListBlobsFlatSegmentResponse", "value": PAGE},
    "a page without what it must have": {"mapper": "ListBlobsFlatSegmentResponse", "value": {}},
    "a blob without a name": {"mapper": "BlobItemInternal", "value": {**BLOB, "name": None}},
    "a blob of an unknown lease": {
        "mapper": "BlobPropertiesInternal",
        "value": {**PROPERTIES, "leaseStatus": "stolen"},
    },
    **{f"{kind}, {what}": case(kind, **more) for kind in KINDS for what, more in GIVEN.items()},
    "too long a text": case("String", value="x" * 9, constraints={"MaxLength": 4}),
    "a date as a text": case("DateTimeRfc1123", value="2026-11-28"),
    **{f"of a list, {value}": case(SUIT, value=value) for value in ("Hot", "hot", "Warm", 7)},
    "of no list": case("Enum", value="Hot"),
}


@pytest.fixture(scope="module")
def made() -> dict[str, list[str]]:
    """What both make of each case."""
    return compared(COMPARE, SHORTCUT, CASES)


@pytest.mark.parametrize("case", CASES)
def test_a_value_is_what_azurite_makes_of_it(made: dict[str, list[str]], case: str) -> None:
    """What Azurite refuses is refused in its words."""
    theirs, ours = made[case]

    assert theirs == ours


def test_the_cases_are_of_all_kinds(made: dict[str, list[str]]) -> None:
    answers = [theirs for theirs, _ in made.values()]

    assert "undefined" in answers
    assert any(answer.startswith("Error: it ") for answer in answers)
    assert "Sat, 28 Nov 2026 10:00:00 GMT" in made["a page"][0]
