"""Which identity the app asks a token for: the system's, or the one that AZURE_CLIENT_ID names.

The endpoint speaks as App Service's does; the client is Azure's own.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
URL = "https://mine.blob.core.windows.net"
_ASK = (
    "from shared.implementations import choose_account\n"
    "from shared.settings import Settings\n"
    "account = choose_account(Settings.from_environment())\n"
    "print(account._credential_provider()['token'])\n"
)


class Endpoint(HTTPServer):
    """Hands out tokens, and remembers for whom."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.asked: list[dict[str, list[str]]] = []


class _Asked(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Endpoint)
        self.server.asked.append(parse_qs(urlsplit(self.path).query))
        good = self.headers["X-IDENTITY-HEADER"] == "h"
        answer = {"access_token": "t1", "expires_on": str(int(time.time()) + 3600), "resource": "r"}
        body = json.dumps(answer if good else {}).encode()
        self.send_response(200 if good else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Not into the tests' output."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    "client", ["", "11111111-2222-3333-4444-555555555555"], ids=["own", "named"]
)
def test_the_token_is_asked_for_the_identity_that_is_named(endpoint: Endpoint, client: str) -> None:
    settings = {
        "STORAGE_ACCOUNT_URL": URL,
        "STORAGE_CONNECTION_STRING": "",
        "IDENTITY_ENDPOINT": f"http://127.0.0.1:{endpoint.server_port}/msi/token",
        "IDENTITY_HEADER": "h",
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
