"""Small JSON files that are their owner's alone."""

import json
import os
from contextlib import suppress
from pathlib import Path

from cli.answers import JSON

OWNER_ONLY = 0o600


def read_private(path: Path) -> dict[str, JSON]:
    """The file's object; empty when there is none, or when it is not JSON."""
    with suppress(OSError, ValueError):
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            return content
    return {}


def write_private(path: Path, content: dict[str, JSON]) -> None:
    """Replace the file at once, with mode 600 from the first byte on."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
    draft.replace(path)
