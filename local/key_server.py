"""Serves an issuer's public keys on a free port of this machine, and redeems sign-in links."""

import json
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

from local.issuer import ALGORITHM, Issuer
from local.sign_in_links import SignInLinks

LINKS = "/links"
LONGEST_BODY = 1000


class KeyServer:
    """`/keys`, `/.well-known/openid-configuration` and, with POST, `/links`: in a `with` block."""

    def __init__(self, issuer: Issuer, links: SignInLinks) -> None:
        documents: dict[str, bytes] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Documents, documents, links))
        self._server.daemon_threads = True
        base = f"http://127.0.0.1:{self._server.server_port}"
        self.keys_url, self.links_url = f"{base}/keys", f"{base}{LINKS}"
        documents["/keys"] = json.dumps(issuer.keys()).encode()
        documents["/.well-known/openid-configuration"] = _discovery(issuer, self.keys_url)
        self._thread = Thread(target=self._server.serve_forever, daemon=True, name="issuer's keys")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _discovery(issuer: Issuer, keys_url: str) -> bytes:
    document = {
        "issuer": issuer.name,
        "jwks_uri": keys_url,
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "response_types_supported": ["token"],
        "subject_types_supported": ["pairwise"],
    }
    return json.dumps(document).encode()


class _Documents(BaseHTTPRequestHandler):
    def __init__(self, documents: Mapping[str, bytes], links: SignInLinks, *rest: Any) -> None:
        self._documents = documents
        self._links = links
        super().__init__(*rest)

    def do_GET(self) -> None:
        self._answer(self._documents.get(self.path))

    def do_POST(self) -> None:
        """The token for a link's code: once, and no more."""
        length = min(int(self.headers.get("Content-Length") or 0), LONGEST_BODY)
        body = self.rfile.read(length)
        token = self._links.redeem(_code(body)) if self.path == LINKS else None
        self._answer(None if token is None else json.dumps({"token": token}).encode())

    def _answer(self, document: bytes | None) -> None:
        self.send_response(HTTPStatus.NOT_FOUND if document is None else HTTPStatus.OK)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(document or b"")))
        self.end_headers()
        self.wfile.write(document or b"")

    def log_message(self, *_: Any) -> None:
        """Requests for keys are not worth a line."""


def _code(body: bytes) -> str:
    try:
        return str(json.loads(body)["code"])
    except (ValueError, KeyError, TypeError):
        return ""
