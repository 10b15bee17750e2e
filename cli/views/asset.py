"""Models, data, environments and their containers as az ml prints them."""

from cli.answers import JSON
from cli.assets.kinds import DATA, ENVIRONMENTS, MODELS
from cli.views.arm import identity, snake

TYPES = {MODELS: "modelType", DATA: "dataType"}
PATHS = {MODELS: "modelUri", DATA: "dataUri"}


def asset_view(kind: str, document: JSON) -> JSON:
    """One version; of a container, what is said of all versions."""
    if "/versions/" not in document["id"]:
        return _container_view(document)
    own = {**_common(document), "name": _name(document), "version": document["name"]}
    properties = document["properties"]
    if kind == ENVIRONMENTS:
        return own | _environment(properties)
    own |= {"path": properties[PATHS[kind]], "type": properties[TYPES[kind]]}
    if kind == MODELS:
        own["flavors"] = properties.get("flavors") or {}
        if properties.get("stage"):
            own["stage"] = properties["stage"]
    return own


def _container_view(document: JSON) -> JSON:
    latest = document["properties"].get("latestVersion")
    return {**_common(document), "latest_version": latest}


def _common(document: JSON) -> JSON:
    properties = document["properties"]
    return {
        **identity(document),
        "creation_context": context_view(document),
        "description": properties.get("description") or "",
        "properties": properties.get("properties") or {},
        "tags": properties.get("tags") or {},
    }


def context_view(document: JSON) -> JSON:
    """Who made and changed it, and when."""
    return {snake(key): value for key, value in (document.get("systemData") or {}).items()}


def _name(document: JSON) -> str:
    return str(document["id"].split("/")[-3])


def _environment(properties: JSON) -> JSON:
    return {
        "conda_file": _parsed(properties.get("condaFile") or ""),
        "image": properties.get("image"),
        "os_type": (properties.get("osType") or "Linux").lower(),
    }


def _parsed(text: str) -> JSON:
    """A conda file's content; text that is no YAML stays text."""
    from shared.schemas import yaml_text  # noqa: PLC0415  # loads YAML and pydantic

    try:
        return yaml_text.typed(text) if text else None
    except ValueError:
        return text
