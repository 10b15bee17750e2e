"""The host's access keys: made at the first start, kept in the state folder."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Keys:
    """`system` opens the Durable HTTP API, `function` every function, `master` all there is."""

    master: str
    function: str
    system: str


def load_keys(state: Path) -> Keys:
    """The same keys at every start, so that URLs handed out earlier stay good."""
    path = state / "keys.json"
    if path.is_file():
        return Keys(**json.loads(path.read_text()))
    keys = Keys(*(secrets.token_urlsafe(32) for _ in range(3)))
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        json.dump(asdict(keys), file)
    return keys
