"""Writes host.json for the other backends of Durable Functions: `python -m local.backend_settings`.

Each is the project's host.json with another storage provider, and nothing else.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from local.project import PROJECT

FOLDER = PROJECT / "infra" / "backends"
PROVIDERS: Mapping[str, Mapping[str, str]] = {
    "dts": {
        "type": "azureManaged",
        "connectionStringName": "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
    },
    "mssql": {"type": "mssql", "connectionStringName": "SQLDB_CONNECTION"},
}


def host_json(backend: str) -> str:
    """What host.json is for that backend."""
    document = json.loads((PROJECT / "host.json").read_text(encoding="utf-8"))
    document["extensions"]["durableTask"]["storageProvider"] = PROVIDERS[backend]
    return json.dumps(document, indent=2) + "\n"


def path_of(backend: str) -> Path:
    return FOLDER / f"host.{backend}.json"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in PROVIDERS:
        path_of(name).write_text(host_json(name), encoding="utf-8")
