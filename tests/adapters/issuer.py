"""A token issuer with keys of its own, and a real HTTP server that shows them."""

import json
import time
from dataclasses import dataclass, field
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "https://ml.azure.com"
type PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """The same key for the same name: making one takes a tenth of a second."""
    return rsa.generate_private_key(65537, 2048)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_jwk(key: PrivateKey, key_id: str, **more: str) -> dict[str, Any]:
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        entry = RSAAlgorithm.to_jwk(public, as_dict=True)
    else:
        entry = ECAlgorithm.to_jwk(public, as_dict=True)
    return {**entry, "kid": key_id, "use": "sig", **more}


@dataclass
class KeyServer:
    """Shows `keys` at /keys, and says so at /.well-known/openid-configuration."""

    keys: list[dict[str, Any]]
    is_broken: bool = False
    requests: list[str] = field(default_factory=list[str])

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
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

    def token(self, key: PrivateKey | None = None, **changes: Any) -> str:
        """A good token but for the `changes`; a claim that is None is left out.

        `kid` and `alg` change the header.
        """
        headers = {"kid": changes.pop("kid", "first")}
        algorithm = changes.pop("alg", "RS256")
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "oid": "subject-1",
            "tid": "tenant-1",
            "name": "Ada",
            "roles": ["invoker"],
            "iat": now,
            "nbf": now,
            "exp": now + 600,
            **changes,
        }
        present = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(present, key or rsa_key("first"), algorithm, headers=headers)


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, issuer: KeyServer, *rest: Any) -> None:
        self._issuer = issuer
        super().__init__(*rest)

    def do_GET(self) -> None:
        self._issuer.requests.append(self.path)
        documents: dict[str, Any] = {
            "/keys": {"keys": self._issuer.keys},
            "/.well-known/openid-configuration": {"jwks_uri": f"{self._issuer.url}/keys"},
        }
        known = self.path in documents and not self._issuer.is_broken
        body = json.dumps(documents[self.path]).encode() if known else b"<html>no</html>"
        self.send_response(200 if known else 500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """The test reads `requests`."""
