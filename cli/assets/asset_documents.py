"""Versions and containers of registered assets: found, listed, changed, archived."""

from collections.abc import Sequence
from itertools import islice

from cli.answers import JSON
from cli.assets.kinds import NOUNS
from cli.assets.yaml_asset import change
from cli.connection.service import Service
from cli.errors import ResourceNotFound, UsageError

LATEST = "latest"
WORDS = ("description", "tags", "properties", "stage")
"""What may change of a version."""


def find_version(
    service: Service, kind: str, name: str, version: str | None, label: str | None
) -> JSON:
    """One version, by its number or the label `latest`; raises UsageError, ResourceNotFound."""
    if bool(version) == bool(label):
        raise UsageError(
            f"Which version of '{name}' is meant, is not said."
            if not version
            else "--version and --label are both given.",
            fix="Give --version, or --label latest.",
        )
    return service.get(f"{kind}/{name}/versions/{version or _labeled(service, kind, name, label)}")


def list_documents(
    service: Service,
    kind: str,
    name: str | None,
    max_results: str | None,
    *,
    archived_only: bool,
    include_archived: bool,
) -> list[JSON]:
    """The versions of a name, newest first; without one, every name."""
    if archived_only and include_archived:
        raise UsageError("--archived-only and --include-archived are both given.", fix="Give one.")
    view = "ArchivedOnly" if archived_only else "All" if include_archived else "ActiveOnly"
    path = f"{kind}/{name}/versions" if name else kind
    most = limit(max_results)
    return list(islice(service.pages(path, {"listViewType": view}), most))


def limit(max_results: str | None) -> int | None:
    """The number of --max-results; None: all. Raises UsageError."""
    if max_results is None:
        return None
    if not max_results.isascii() or not max_results.isdigit() or not int(max_results):
        raise UsageError(
            f"--max-results '{max_results}' is not a number of results.",
            fix="Give 1 or more, or leave it out for all.",
        )
    return int(max_results)


def update_version(service: Service, kind: str, document: JSON, overrides: Sequence[str]) -> JSON:
    """The version with other words; raises UsageError for what cannot change."""
    own = document["properties"]
    before = {word: own[word] for word in WORDS if own.get(word) is not None}
    after = change(before, overrides)
    if others := sorted(set(after) - set(WORDS)):
        raise UsageError(
            f"The '{others[0]}' of a {NOUNS[kind]} cannot be changed.",
            fix=f"Change {', '.join(WORDS)}, or create another version.",
        )
    cleared = {
        word: {} if word in {"tags", "properties"} else "" for word in set(before) - set(after)
    }
    return _put(service, document, own | after | cleared)


def set_archived(
    service: Service, kind: str, name: str, version: str | None, label: str | None, *, to: bool
) -> None:
    """Archive or restore a version; without one, the name with all its versions."""
    if version or label:
        document = find_version(service, kind, name, version, label)
    else:
        document = service.get(f"{kind}/{name}")
    _put(service, document, document["properties"] | {"isArchived": to})


def _put(service: Service, document: JSON, properties: JSON) -> JSON:
    """Only if nobody changed it since it was read."""
    headers = {"If-Match": f'"{document["etag"]}"'} if document.get("etag") else {}
    path = document["id"].removeprefix(f"{service.workspace}/")
    return service.put(path, {"properties": properties}, headers)


def _labeled(service: Service, kind: str, name: str, label: str | None) -> str:
    if label != LATEST:
        raise UsageError(f"There is no label '{label}'.", fix=f"Use --label {LATEST}.")
    latest = service.get(f"{kind}/{name}")["properties"].get("latestVersion")
    if not latest:
        raise ResourceNotFound(f"'{name}' has no version.", fix="Create one first.")
    return str(latest)
