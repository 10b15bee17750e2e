"""What every az ml document has: snake case, and the resource group of its id."""

import re

from cli.answers import JSON

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake(name: str) -> str:
    """`provisioningState` -> `provisioning_state`."""
    return _WORD.sub("_", name).lower()


def identity(document: JSON) -> JSON:
    """`id`, `name` and, as az adds it, `resourceGroup`."""
    parts = document["id"].split("/")
    group = parts[4] if len(parts) > 4 else ""  # noqa: PLR2004  # /subscriptions/s/resourceGroups/g
    return {"id": document["id"], "name": document["name"], "resourceGroup": group}
