"""The endpoint that hands a managed identity its tokens, as App Service has it beside an app."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt

SECRET = "h"  # what requests have to show
LIFE_S = 3600

type Query = dict[str, list[str]]


class IdentityEndpoint(ThreadingHTTPServer):
    """Hands out what `token` makes of a request's query, and remembers the queries."""

    def __init__(self, token: Callable[[Query], str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.token = token
        self.asked: list[Query] = []

    @property
    def variables(self) -> Mapping[str, str]:
        """What an app is told of it by its environment."""
        url = f"http://127.0.0.1:{self.server_port}/msi/token"
        return {"IDENTITY_ENDPOINT": url, "IDENTITY_HEADER": SECRET}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, IdentityEndpoint)
        query = parse_qs(urlsplit(self.path).query)
        self.server.asked.append(query)
        token = self.server.token(query) if self.headers["X-IDENTITY-HEADER"] == SECRET else ""
        until = str(int(time.time()) + LIFE_S)
        answer = {"access_token": token, "expires_on": until, "resource": query["resource"][0]}
        body = json.dumps(answer if token else {"message": "no identity"}).encode()
        self.send_response(200 if token else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Not into the tests' output."""


@contextmanager
def serving_identity(token: Callable[[Query], str]) -> Iterator[IdentityEndpoint]:
    with IdentityEndpoint(token) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def token_for(audience: str) -> str:
    """As Entra ID's are, but for the signature."""
    now = int(time.time())
    claims = {
        "iss": "https://sts.windows.net/11111111-2222-3333-4444-555555555555/",
        "aud": audience,
        "iat": now - 60,
        "nbf": now - 60,
        "exp": now + LIFE_S,
        "oid": "66666666-7777-8888-9999-000000000000",
        "tid": "11111111-2222-3333-4444-555555555555",
    }
    return jwt.encode(claims, "k" * 32)
