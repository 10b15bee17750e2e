"""Webhooks and their deliveries, with the keys of their files."""

from cli.answers import JSON
from cli.views.arm import identity, snake


def webhook_view(document: JSON, endpoint: str) -> JSON:
    """The secret is there only if it was made just now."""
    own = document["properties"]
    view = {
        **identity(document),
        "description": own.get("description") or "",
        "endpoint_name": endpoint,
        "events": own["events"],
        "previous_secret_until": own.get("previousSecretUntil"),
        "problem": own.get("problem"),
        "state": own["state"].lower(),
        "tags": document.get("tags") or {},
        "url": own["url"],
    }
    return view | ({"secret": own["secret"]} if own.get("secret") else {})


def delivery_view(document: JSON) -> JSON:
    own = _snaked(document["properties"])
    content = document["properties"].get("content")
    return {"name": document["name"], **own, **({"content": content} if content else {})}


def _snaked(value: JSON) -> JSON:
    if isinstance(value, dict):
        return {snake(key): _snaked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_snaked(one) for one in value]
    return value
