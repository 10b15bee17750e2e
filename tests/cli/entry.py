"""Signing in to a stub: its subscriptions, tokens with claims, and a `bep` that knows nothing."""

import base64
import json
import time
from pathlib import Path
from typing import Any

from tests.support.stub_service import PROVIDER, WORKSPACE, Done, StubService, bep

SUBSCRIPTION = {"subscriptionId": "s", "displayName": "mine", "state": "Enabled"}
UNSET = {"BEP_URL": "", "BEP_TOKEN": "", "BEP_STATE_DIR": "/nonexistent"}


def token(lifetime_s: float = 3600, **claims: Any) -> str:
    """A JWT that nobody signed."""
    content = {"exp": int(time.time() + lifetime_s), "tid": "t", "upn": "me@example.org", **claims}
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, content)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + ".x"


def take_sign_ins(service: StubService) -> StubService:
    service.on("GET", "/subscriptions", {"value": [SUBSCRIPTION]})
    workspace = {"id": WORKSPACE, "name": "w", "location": "here"}
    service.on("GET", f"{WORKSPACE}/", workspace)
    service.on("GET", f"/subscriptions/s/{PROVIDER}", {"value": [workspace]})
    return service


def alone(service: StubService, folder: Path, *words: str, **variables: str) -> Done:
    """`bep` without an address, a token or a service of this machine in its environment."""
    return bep(service, folder, *words, **(UNSET | variables))
