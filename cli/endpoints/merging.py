"""A document that is there, with what a file or flags change of it."""

from typing import Any

from cli.answers import JSON

WHOLE = ("model", "codeConfiguration", "flavors")
"""What is replaced, not merged into."""


def merged(before: JSON, changes: JSON) -> JSON:
    """The body to put: mappings are merged, so that `--set tags.k=v` keeps the other tags."""
    body = {"properties": _merge(before["properties"], changes.get("properties") or {})}
    body["tags"] = {**(before.get("tags") or {}), **(changes.get("tags") or {})}
    unchanged = {
        key: before[key] for key in ("location", "identity", "kind", "sku") if before.get(key)
    }
    return {**unchanged, **body}


def _merge(before: JSON, changes: JSON) -> JSON:
    both: dict[str, Any] = dict(before)
    for key, value in changes.items():
        inside = both.get(key)
        is_inner = isinstance(value, dict) and isinstance(inside, dict) and key not in WHOLE
        both[key] = _merge(inside, value) if is_inner else value
    return both
