"""The host's access keys: created at the first start, stored in the state folder."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from devhost.host_errors import CannotServe
from devhost.private_files import private_file, replace


@dataclass(frozen=True)
class HostKeys:
    """`system` opens the Durable HTTP API, `function` every function, `master` all there is."""

    master: str
    function: str
    system: str


def load_keys(state: Path) -> HostKeys:
    """The same keys at every start, so that URLs handed out earlier stay good.

    Raises CannotServe for a file that holds none.
    """
    path = state / "keys.json"
    if path.is_file():
        private_file(path)
        return _read(path)
    keys = HostKeys(*(secrets.token_urlsafe(32) for _ in range(3)))
    replace(path, json.dumps(asdict(keys)).encode())
    return keys


def _read(path: Path) -> HostKeys:
    try:
        keys = HostKeys(**json.loads(path.read_bytes()))
    except (ValueError, TypeError) as error:
        raise _damaged(path) from error
    if not all(isinstance(key, str) and key for key in asdict(keys).values()):
        raise _damaged(path)
    return keys


def _damaged(path: Path) -> CannotServe:
    return CannotServe(
        f"'{path}' does not hold the host's three keys.",
        fix="Delete it; the next start makes new ones, and links handed out before end.",
    )
