"""A watch's file and flags, alone or over the watch that is there already."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.answers import JSON
from cli.assets.yaml_asset import usage_errors
from cli.endpoints.command_document import named
from cli.views.arm import snake
from cli.views.watch import watch_view
from shared.domain.errors import InvalidRequest
from shared.schemas.az_yaml.files import WatchFile
from shared.schemas.az_yaml.nodes import Node
from shared.schemas.az_yaml.watch_file import watch_document, watch_spec
from shared.schemas.az_yaml.watch_keys import SETTINGS, WATCH

type Flags = Mapping[str, JSON]

_SETTINGS = frozenset(key.name for key in SETTINGS.keys)
_KEYS = tuple(key.name for key in WATCH.keys if key.name not in _SETTINGS)


def read_watch(file: str | None, overrides: Sequence[str], flags: Flags) -> WatchFile:
    """A whole watch. Raises UsageError."""
    with usage_errors():
        spec = watch_spec(watch_document(_path(file), overrides, flags))
    _endpoint(spec.endpoint)
    return spec


def address_of(file: str | None, flags: Flags) -> tuple[str, str]:
    """The endpoint and the name of a watch that is to be changed. Raises UsageError."""
    with usage_errors():
        root = watch_document(_path(file), (), flags).root
    name = named(_text(root, "name"), "name of the watch", "Write name in the file, or --name.")
    return _endpoint(_text(root, "endpoint_name")), name


def changed_body(document: JSON, file: str | None, overrides: Sequence[str]) -> JSON:
    """The body of a watch with what file and `--set` change of it. Raises UsageError."""
    view = watch_view(document)
    before = {key: view[key] for key in _KEYS if view.get(key)}
    own = document["properties"].get("overrides") or {}
    before["settings"] = {
        key: one for key, one in view["settings"].items() if key in _SETTINGS and one is not None
    }
    names = {key: view[key] for key in ("name", "endpoint_name")}
    with usage_errors():
        changed = watch_document(_path(file), overrides, names, before)
        if moved := [key for key in names if _text(changed.root, key) != names[key]]:
            raise InvalidRequest(
                f"The {moved[0]} of a watch cannot be changed.",
                fix="Create another watch, and delete this one.",
            )
        body = watch_spec(changed).body
    others = {key: one for key, one in own.items() if snake(key) not in _SETTINGS}
    body["properties"]["overrides"] = others | body["properties"].get("overrides", {})
    return body


def _path(file: str | None) -> Path | None:
    return Path(file).expanduser() if file else None


def _text(root: Node, key: str) -> str:
    return root.entries[key].text if key in root.entries else ""


def _endpoint(name: str) -> str:
    fix = "Write endpoint_name in the file, or --endpoint-name."
    return named(name, "name of the watch's endpoint", fix)
