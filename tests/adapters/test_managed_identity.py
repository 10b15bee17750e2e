"""Which identity the app asks a token for: the system's, or the one that AZURE_CLIENT_ID names.

The endpoint speaks as App Service's does; the client is Azure's own.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.identity_endpoint import IdentityEndpoint, serving_identity

ROOT = Path(__file__).parents[2]
URL = "https://mine.blob.core.windows.net"
_ASK = (
    "from shared.implementations import choose_account\n"
    "from shared.settings import Settings\n"
    "account = choose_account(Settings.from_environment())\n"
    "print(account._credential_provider()['token'])\n"
)


@pytest.fixture
def endpoint() -> Iterator[IdentityEndpoint]:
    with serving_identity(lambda _query: "t1") as server:
        yield server


@pytest.mark.parametrize(
    "client", ["", "11111111-2222-3333-4444-555555555555"], ids=["own", "named"]
)
def test_the_token_is_asked_for_the_identity_that_is_named(
    endpoint: IdentityEndpoint, client: str
) -> None:
    settings = {
        "STORAGE_ACCOUNT_URL": URL,
        "STORAGE_CONNECTION_STRING": "",
        **endpoint.variables,
    }
    known = {name: value for name, value in os.environ.items() if not name.startswith("AZURE_")}

    asked = subprocess.run(
        [sys.executable, "-c", _ASK],
        cwd=ROOT,
        env={**known, **settings, **({"AZURE_CLIENT_ID": client} if client else {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert "t1" == asked.stdout.strip(), asked.stderr
    (query,) = endpoint.asked
    assert ["https://storage.azure.com"] == query["resource"]
    assert ([client] if client else None) == query.get("client_id")
