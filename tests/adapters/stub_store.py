"""A storage account that answers what a test tells it to, and remembers what it was asked."""

from collections import deque
from dataclasses import dataclass, field
from email.message import Message
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from threading import Thread
from types import TracebackType
from typing import Any, Self

from tests.support.certificates import Certificates

KEY = "dGhlIGFjY291bnQga2V5IG9mIHRoZSB0ZXN0"


@dataclass(frozen=True)
class Reply:
    """One answer; status 0 drops the connection after the request has been read.

    It breaks off `missing` bytes before its announced end.
    """

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    missing: int = 0


DROPPED = Reply(0)
CREATED = Reply(201, headers={"ETag": '"0x1"', "Last-Modified": "Sun, 22 Nov 2026 21:00:00 GMT"})


def refusal(status: int, code: str) -> Reply:
    body = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>m</Message></Error>'
    headers = {"x-ms-error-code": code, "Content-Type": "application/xml"}
    return Reply(status, body.encode(), headers)


class StubStore:
    """Gives `replies` in order, and the last one for ever; over TLS if given certificates."""

    def __init__(self, *replies: Reply, certificates: Certificates | None = None) -> None:
        self.replies = deque(replies)
        self.requests: list[str] = []
        self.authorizations: list[str] = []
        self.digests: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        scheme = "http"
        if certificates:
            scheme = "https"
            context = SSLContext(PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificates.server, certificates.server_key)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}/account"
        self.connection_string = f"AccountName=account;AccountKey={KEY};BlobEndpoint={self.url};"

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

    def next_reply(self, request: str, headers: Message) -> Reply:
        self.requests.append(request)
        self.authorizations.append(headers.get("Authorization", ""))
        self.digests.append(headers.get("Content-MD5", ""))
        return self.replies.popleft() if len(self.replies) > 1 else self.replies[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, store: StubStore, *rest: Any) -> None:
        self._store = store
        super().__init__(*rest)

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        reply = self._store.next_reply(f"{self.command} {self.path}", self.headers)
        if not reply.status:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body) + reply.missing))
        self.end_headers()
        self.wfile.write(reply.body)
        self.close_connection = reply.missing > 0

    do_PUT = do_POST = do_HEAD = do_DELETE = do_GET  # noqa: N815  # the names http.server looks for

    def log_message(self, *_: Any) -> None:
        """The test reads `requests`."""
