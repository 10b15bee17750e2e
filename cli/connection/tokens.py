"""Bearer tokens for the service, kept until they expire in a file of mode 600."""

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cli.answers import JSON
from cli.connection.private_json import read_private, write_private
from cli.errors import CommandError, UsageError

RESOURCE = "https://ml.azure.com"
EARLY_S = 120
"""A token is renewed this long before it expires."""


class Tokens:
    """The tokens of one address. `issue` makes a new one; `saved` is the file that keeps them."""

    def __init__(self, url: str, issue: Callable[[], str], saved: Path | None) -> None:
        self._url = url
        self._issue = issue
        self._saved = saved
        self._token = ""

    def token(self) -> str:
        """A token that is valid for a while. Raises CommandError when there is none to be had."""
        if not self._token:
            self._token = self._load() or self._create()
        return self._token

    def renew(self) -> bool:
        """Make a new token after a refusal; False when it would be the same one."""
        before = self._token
        self._token = self._create()
        return self._token != before

    def _load(self) -> str:
        if self._saved is None:
            return ""
        token = str(read_private(self._saved).get(self._url, ""))
        return token if expires_at(token) > time.time() + EARLY_S else ""

    def _create(self) -> str:
        token = self._issue()
        if self._saved is not None:
            with suppress(OSError):  # a folder that cannot be written: the next command asks again
                write_private(self._saved, {**read_private(self._saved), self._url: token})
        return token


def expires_at(token: str) -> float:
    """The token's own word of when it expires, in seconds of Unix time; 0: it says nothing."""
    try:
        return float(claims(token)["exp"])
    except (KeyError, TypeError, ValueError):
        return 0.0


def claims(token: str) -> dict[str, JSON]:
    """What a token says of itself, unchecked; empty when it is none."""
    try:
        part = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def from_environment() -> str:
    """The token of BEP_TOKEN; '' without one. Raises UsageError for what cannot be sent."""
    token = os.environ.get("BEP_TOKEN", "").strip()
    if not token.isascii() or not token.isprintable() or len(token.split()) > 1:
        raise UsageError(
            "What BEP_TOKEN holds is no token.", fix="Set it to the token alone, or unset it."
        )
    return token


def from_local_issuer(state: Path, project: Path, resource: str = RESOURCE) -> str:
    """A contributor's token of the service whose state folder this is."""
    command = [sys.executable, "-m", "local.token", "--state", str(state), "--audience", resource]
    done = subprocess.run(command, capture_output=True, text=True, cwd=project, check=False)  # noqa: S603
    if done.returncode:
        raise CommandError(
            f"The local issuer gave no token: {done.stderr.strip().splitlines()[-1:] or ''}.",
            fix="Start the service anew: ./run serve.",
        )
    return done.stdout.strip()


def from_azure_identity(resource: str = RESOURCE) -> str:
    """A token of whoever is signed in to Azure here, by azure-identity's usual order."""
    from azure.core.exceptions import ClientAuthenticationError  # noqa: PLC0415  # slow to import
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415

    try:
        return str(DefaultAzureCredential().get_token(f"{resource}/.default").token)
    except ClientAuthenticationError as error:
        raise CommandError(
            f"Nobody is signed in to Azure here: {str(error).splitlines()[0]}",
            fix="Sign in (bep login --use-device-code), or set BEP_TOKEN to a token.",
        ) from None
