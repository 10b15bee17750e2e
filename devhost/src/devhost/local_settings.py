"""Puts the Values of local.settings.json into the environment, as `func start` does."""

import json
import os
from pathlib import Path

from devhost.host_errors import AppRefused


def load_local_settings(app_folder: Path) -> list[str]:
    """Set what the environment does not have yet; the names that were set."""
    values = read_local_settings(app_folder)
    added = [name for name in values if name not in os.environ]
    os.environ.update({name: values[name] for name in added})
    return added


def read_local_settings(app_folder: Path) -> dict[str, str]:
    """The file's Values; none without a file. Raises AppRefused."""
    path = app_folder / "local.settings.json"
    if not path.is_file():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        values = document.get("Values") or {}
        return {name: _text(value) for name, value in values.items() if value is not None}
    except (ValueError, AttributeError) as error:
        raise AppRefused(
            f"'{path}' cannot be read: {error}.",
            fix='Write it as {"IsEncrypted": false, "Values": {"NAME": "text"}}.',
        ) from error


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
