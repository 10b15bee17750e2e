"""The loader's tables of keys as Markdown, as docs/yaml.md has them: nested keys by paths."""

from collections.abc import Iterator

from shared.schemas.az_yaml import (
    asset_keys,
    deployment_keys,
    endpoint_keys,
    invocation_file,
    resource_keys,
    schedule_keys,
    watch_keys,
    webhook_keys,
)
from shared.schemas.az_yaml.keys import Key, Listed, Named, Table, TextOr
from shared.schemas.az_yaml.kinds import Elsewhere, Kind

TABLES: dict[str, Table] = {
    "An endpoint": endpoint_keys.TODAY,
    "An endpoint of the 2021 preview": endpoint_keys.PREVIEW,
    "A deployment with type: model": deployment_keys.MODEL,
    "A deployment without a type": deployment_keys.CLASSIC,
    "A model": asset_keys.MODEL,
    "Data": asset_keys.DATA,
    "An environment": asset_keys.ENVIRONMENT,
    "A compute": resource_keys.COMPUTE,
    "A datastore": resource_keys.DATASTORE,
    "An invocation": invocation_file.INVOCATION,
    "A schedule": schedule_keys.SCHEDULE,
    "A watch": watch_keys.WATCH,
    "A webhook": webhook_keys.WEBHOOK,
}

HEAD = "| key | what it takes | default | |\n|---|---|---|---|"
ASSETS = ("model", "environment")
"""What may stand inline in a deployment; their keys have sections of their own."""


def listing(table: Table) -> str:
    """One row for each key that may be written."""
    return "\n".join([HEAD, *(_row(path, key) for path, key in _rows(table))])


def _rows(table: Table, path: str = "") -> Iterator[tuple[str, Key]]:
    for key in table.keys:
        if isinstance(key.kind, Elsewhere):
            continue
        own = f"{path}{key.name}"
        yield own, key
        inner, more = _inner(key.kind)
        if inner is not None and own not in ASSETS:
            yield from _rows(inner, f"{own}{more}.")


def _inner(kind: Kind) -> tuple[Table | None, str]:
    """The table inside a kind, and what stands between the two keys."""
    if isinstance(kind, Table):
        return kind, ""
    if isinstance(kind, TextOr):
        return kind.table, ""
    if isinstance(kind, Listed):
        return _inner(kind.kind)[0], "[]"
    if isinstance(kind, Named):
        return _inner(kind.kind)[0], ".<name>"
    return None, ""


def _row(path: str, key: Key) -> str:
    required = "required" if key.is_required else key.default
    return f"| `{path}` | {key.kind.words} | {required} | {key.about} |"
