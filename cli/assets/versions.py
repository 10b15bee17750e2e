"""Which version an asset gets: that of the same content, else the next."""

from itertools import islice
from typing import Any

from cli.answers import JSON
from cli.assets.kinds import URI_FIELDS
from cli.connection.service import Service
from cli.errors import ResourceNotFound

COMPARED = 200
"""The newest versions; an older one of the same content is registered anew."""
WORDS = ("description", "tags", "properties")
TYPES = {"modelType": "custom_model", "dataType": "uri_folder"}


def next_version(service: Service, kind: str, name: str) -> str:
    try:
        return str(service.get(f"{kind}/{name}")["properties"]["nextVersion"])
    except ResourceNotFound:
        return "1"


def find_same(service: Service, kind: str, name: str, properties: JSON) -> JSON:
    """The newest version with this content, or None."""
    wanted = _content(kind, properties)
    try:
        for one in islice(service.pages(f"{kind}/{name}/versions"), COMPARED):
            if _content(kind, one["properties"]) == wanted:
                return one
    except ResourceNotFound:
        pass
    return None


def same_words(document: JSON, properties: JSON, body: JSON) -> bool:
    """Whether what is said of it is said already; what is left out does not count."""
    own_words = {
        **properties,
        "tags": {**(properties.get("tags") or {}), **(body.get("tags") or {})},
    }
    own = document["properties"]
    return all(not own_words.get(word) or own_words[word] == own.get(word) for word in WORDS)


def with_words(document: JSON, properties: dict[str, Any]) -> dict[str, Any]:
    """The properties, with what was said before in the place of what is left out."""
    own = document["properties"]
    return {word: own[word] for word in WORDS if own.get(word)} | properties


def _content(kind: str, properties: JSON) -> tuple[Any, ...]:
    """What must be equal: where the files are, and of which type; of environments, the text."""
    if kind not in URI_FIELDS:
        return (properties.get("image") or "", (properties.get("condaFile") or "").strip())
    uri = str(properties.get(URI_FIELDS[kind]) or "")
    types = tuple(properties.get(key) or default for key, default in TYPES.items())
    return (uri.rpartition("/datastores/")[2], types)  # with its workspace or without
