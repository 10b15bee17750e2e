"""One-use links that sign somebody in to the Studio of this machine.

A link bears a random code behind its `#`, which browsers keep to themselves. The state folder has
a file for each, named by the code's digest; whoever deletes that file gets the token, so a code is
good once, however often the service was started anew.
"""

import hashlib
import json
import shlex
import time
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import quote

from devhost.private_files import private_folder, replace
from local.issuer import Issuer
from local.project import DEFAULT_STATE

LINK_MINUTES = 15
SESSION_S = 8 * 3600
"""A working day: a page that stays open asks nobody to sign in at noon."""
CODE_BYTES = 24


def sign_in_url(url: str, code: str, page: str = "") -> str:
    """The address that signs in, and then shows a page of the Studio, such as `jobs/job-1`."""
    to = f"?to={quote(page)}" if page else ""
    return f"{url}/studio/sign-in{to}#{code}"


def studio_command(state: Path) -> str:
    """What makes another link, for the service of a state folder."""
    named = "" if state == DEFAULT_STATE else f"BEP_STATE_DIR={shlex.quote(str(state))} "
    return f"{named}./run bep studio"


def token_command(state: Path) -> str:
    """What prints a token of the same service."""
    named = "" if state == DEFAULT_STATE else f" --state {shlex.quote(str(state))}"
    return f"./run token{named}"


class SignInLinks:
    """The links of one state folder."""

    def __init__(self, state: Path, issuer: Issuer) -> None:
        self._folder = state / "issuer" / "links"
        self._issuer = issuer

    def create(self, role: str = "contributor") -> str:
        """The code of a new link; what has expired is swept away."""
        private_folder(self._folder)
        self._sweep()
        code = token_urlsafe(CODE_BYTES)
        record = {"role": role, "until": time.time() + LINK_MINUTES * 60}
        replace(self._path(code), json.dumps(record).encode())
        return code

    def redeem(self, code: str) -> str | None:
        """A token for it, this once; None if it was redeemed before, has expired or never was."""
        path = self._path(code)
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            path.unlink()  # of two who come together, one gets through
        except (FileNotFoundError, ValueError):
            return None
        if record["until"] < time.time():
            return None
        return self._issuer.token(role=record["role"], expires_in_s=SESSION_S)

    def _path(self, code: str) -> Path:
        return self._folder / f"{hashlib.sha256(code.encode()).hexdigest()}.json"

    def _sweep(self) -> None:
        for path in self._folder.glob("*.json"):
            with suppress(OSError, ValueError, KeyError):
                if json.loads(path.read_text(encoding="utf-8"))["until"] < time.time():
                    path.unlink()
