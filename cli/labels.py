"""`--set` and `--remove` of a job: what may be said of it after it has started."""

import json
from collections.abc import Sequence

from cli.answers import JSON
from cli.errors import UsageError

TEXTS = {"display_name": "displayName", "description": "description"}
FIX = "Use display_name=..., description=... or tags.<tag>=..."


def read_labels(settings: Sequence[str], removals: Sequence[str]) -> JSON:
    """The body of a run's PATCH; raises UsageError."""
    if not settings and not removals:
        raise UsageError("Nothing to change was named.", fix=f"Say it by --set. {FIX}")
    changes: dict[str, JSON] = {}
    tags: dict[str, str | None] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise UsageError(f"--set '{setting}' has no '='.", fix=FIX)
        if key in TEXTS:
            changes[TEXTS[key]] = value
        else:
            tags |= _tags(key, value)
    tags |= {_tag(key): None for key in removals}
    return changes | ({"tags": tags} if tags else {})


def _tags(key: str, value: str) -> dict[str, str]:
    """`tags.k=v`, or `tags={"k": "v"}`."""
    if key != "tags":
        return {_tag(key): value}
    try:
        tags = json.loads(value)
    except ValueError:
        tags = None
    if not isinstance(tags, dict):
        raise UsageError(f"--set tags='{value}' is not a JSON object.", fix="Use tags.<tag>=...")
    return {
        str(name): text if isinstance(text, str) else json.dumps(text)
        for name, text in tags.items()
    }


def _tag(key: str) -> str:
    group, _, tag = key.partition(".")
    if group != "tags" or not tag:
        raise UsageError(f"'{key}' of a job cannot be changed.", fix=FIX)
    return tag
