"""Where the service is: --url, BEP_URL, the last `bep login`, or the one that runs here."""

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cli.answers import JSON
from cli.connection.private_json import read_private
from cli.errors import CommandError, UsageError

PROJECT = Path(__file__).resolve().parents[2]
RUNNING = "service.json"
"""Written into the state folder by `./run serve` while it serves: where everything is."""
LOCK = "serve.lock"
"""Locked by `./run serve` from its first moment to the last of its parts."""
SIGN_IN = "login.json"


@dataclass(frozen=True)
class Address:
    """`state` is the state folder of a service of this machine; None: it is elsewhere.

    `workspace` is subscription, resource group and name as far as they are known.
    """

    url: str
    state: Path | None = None
    ca_bundle: str = ""
    workspace: tuple[str, str, str] = ("", "", "")


def find_address(folder: Path, url: str) -> Address:
    """The first address in the order above; raises CommandError when there is none."""
    wanted, running = named_url(folder, url), running_here()
    if wanted:
        address = _checked(wanted)
        return running if running is not None and running.url == address else Address(address)
    if running is None:
        raise CommandError(
            "No service was named, and none runs on this machine.",
            fix="Start one (./run serve), or name one: bep login --url URL, BEP_URL or --url.",
        )
    return running


def named_url(folder: Path, url: str) -> str:
    """The flag, BEP_URL or the last sign-in; '': the service of this machine is meant."""
    saved = read_private(folder / SIGN_IN).get("url", "")
    return url or os.environ.get("BEP_URL", "") or str(saved)


def state_folder() -> Path:
    """Of the service of this machine: BEP_STATE_DIR, else `.state` in the project."""
    return Path(os.environ.get("BEP_STATE_DIR") or PROJECT / ".state").absolute()


def is_locked(state: Path) -> bool:
    """Whether a `./run serve` holds the folder; it may still be starting."""
    with suppress(FileNotFoundError, PermissionError), (state / LOCK).open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def running_here(process: int = 0) -> Address | None:
    """The service that `./run serve` of this project serves now, however the last one ended.

    With a process it is that one's service, or None.
    """
    state = state_folder()
    with suppress(OSError, ValueError, KeyError, TypeError):
        facts: JSON = json.loads((state / RUNNING).read_text(encoding="utf-8"))
        server = int(facts["pids"]["serve"])
        os.kill(server, 0)
        holder = int((state / LOCK).read_text(encoding="utf-8"))
        if not is_locked(state) or {server} != {holder, process or holder}:
            return None
        return Address(
            facts["url"],
            Path(facts["state"]),
            facts["ca_bundle"],
            (facts["subscription_id"], facts["resource_group"], facts["workspace_name"]),
        )
    return None


def _checked(url: str) -> str:
    """Raises UsageError, which does not repeat a password."""
    address = url.strip().rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise UsageError(
            f"'{url}' is not the address of a service.", fix="Begin it with https:// or http://."
        )
    if not _is_whole(address):
        raise UsageError(
            f"'{address.rpartition('@')[2]}' is not the address of a service.",
            fix="Write scheme, host and port alone: http://127.0.0.1:7071.",
        )
    return address


def _is_whole(address: str) -> bool:
    """A host and perhaps a port and a path: no user, query or blank."""
    try:
        parts = urlsplit(address)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:  # of the port, or of brackets
        return False
    return has_host and address.isprintable() and not set(address) & set(" ?#@")
