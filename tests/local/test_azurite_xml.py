"""The XML of listings, written at once: what Azurite itself writes, to the byte."""

from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from local.azurite import LAUNCHER, Azurite
from tests.local.in_node import compared

WRITER = LAUNCHER.with_name("azurite_xml.cjs")
COMPARE = """
const { Builder } = require("xml2js");
const options = { rootName: "EnumerationResults", renderOpts: { pretty: false } };
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
const write = (body) => {
  try { return new Builder(options).buildObject(body); } catch (error) { return String(error); }
};
const theirs = cases.map(write);
require(process.argv[1]);
console.log(JSON.stringify(cases.map((body, index) => [theirs[index], write(body)])));
"""
NAMES = {
    "plain": "in/trips-0000001.csv",
    "of words": "in/Straße © 1 (new) + 50%.csv",
    "to be escaped": "in/a&b<c>\"d'.csv",
    "with a line end": "in/a\rb\nc\td",
    "emoji": "in/😀.csv",
    "control": "in/\x01.csv",
    "half a character": "in/\ud83d.csv",
    "no character": "in/\uffff.csv",
    "del": "in/\x7f\x85.csv",
    "nothing": "",
}


def listing(blobs: list[Any], **more: Any) -> dict[str, Any]:
    origin = {"ServiceEndpoint": "http://127.0.0.1:10000/a?b&c", "ContainerName": "box"}
    return {
        "$": origin if more.pop("is_odd", False) else {**origin, "ServiceEndpoint": "http://a/b"},
        "Prefix": "in/",
        "Marker": "",
        "MaxResults": 5000,
        "Blobs": {"Blob": blobs},
        "NextMarker": None,
        **more,
    }


def blob(name: str, **metadata: str) -> dict[str, Any]:
    properties = {"Etag": "0x8DE", "Content-Length": 4, "Content-Encoding": "", "Sealed": False}
    return {"Name": name, "Properties": properties, "Metadata": metadata}


CASES: dict[str, Any] = {
    **{f"a name: {what}": listing([blob("first"), blob(name)]) for what, name in NAMES.items()},
    "no blobs": listing([]),
    "no list of them": listing([], Blobs={}),
    "metadata": listing([blob("a", owner="me", Two="x y")]),
    "metadata that is no name": listing([blob("a", **{"1_a b": "x"})]),
    "prefixes": listing([], Blobs={"BlobPrefix": [{"Name": "a/"}, {"Name": "b/"}], "Blob": []}),
    "an address to be escaped": listing([], is_odd=True),
    "a text beside attributes": listing([{"Name": {"$": {"Encoded": "true"}, "_": "a%01"}}]),
    "texts in a list": listing(["a", "", 7, None]),
    "lists in a list": listing([[blob("a")]]),
}


@pytest.fixture(scope="module")
def written() -> dict[str, list[str]]:
    """What both write of each case."""
    return compared(COMPARE, WRITER, CASES)


@pytest.mark.parametrize("case", CASES)
def test_a_listing_is_written_as_azurite_writes_it(
    written: dict[str, list[str]], case: str
) -> None:
    """What Azurite refuses to write is refused in its words."""
    theirs, ours = written[case]

    assert theirs == ours


def test_names_of_all_kinds_are_listed_by_the_client() -> None:
    names = sorted(NAMES[what] for what in ("plain", "of words", "to be escaped", "emoji"))
    with Azurite() as azurite, client_of(azurite) as box:
        for name in names:
            box.upload_blob(name, b"1", metadata={"owner": "me"})

        listed = list(box.list_blobs(include=["metadata"]))

    assert names == sorted(one.name for one in listed)
    assert [{"owner": "me"}] * len(names) == [one.metadata for one in listed]


def client_of(azurite: Azurite) -> ContainerClient:
    service = BlobServiceClient.from_connection_string(azurite.connection_string)
    box = service.get_container_client("box")
    box.create_container()
    return box
