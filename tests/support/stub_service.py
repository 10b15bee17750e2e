"""A service of canned answers on a real socket, and `bep` as a process that speaks to it.

A route's answers are given one after the other; the last one stays.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
PROVIDER = "providers/Microsoft.MachineLearningServices/workspaces"
WORKSPACE = f"/subscriptions/s/resourceGroups/g/{PROVIDER}/w"
LIMIT_S = 60


@dataclass(frozen=True)
class Reply:
    """`body` as JSON, or as it is when it is bytes; `break_after`: so many bytes, then no more."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    break_after: int | None = None
    gate: threading.Event | None = None

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass
class Blob:
    """A file as Azure Storage serves it: ranges, etags; `breaks` end each answer early."""

    data: bytes
    etag: str = '"0x8DA"'
    breaks: list[int] = field(default_factory=list[int])
    refusals: list[int] = field(default_factory=list[int])
    gate: threading.Event | None = None
    """While it is not set, answers that do not break stop in their middle."""

    def answer(self, headers: Mapping[str, str]) -> Reply:
        if self.refusals:
            return Reply(b"<Error/>", self.refusals.pop(0))
        if headers.get("If-Match", self.etag) != self.etag:
            return Reply(b"<Error/>", 412)
        start = int(headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        own = {"ETag": self.etag}
        if "Range" not in headers:
            return self._reply(self.data, 200, own)
        whole = len(self.data)
        if start >= whole:
            return Reply(b"", 416, {"Content-Range": f"bytes */{whole}"})
        own["Content-Range"] = f"bytes {start}-{whole - 1}/{whole}"
        return self._reply(self.data[start:], 206, own)

    def _reply(self, data: bytes, status: int, headers: Mapping[str, str]) -> Reply:
        if self.breaks:
            return Reply(data, status, headers, self.breaks.pop(0))
        return Reply(data, status, headers, gate=self.gate)


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


class StubService:
    def __init__(self, port: int = 0) -> None:
        self._news = threading.Condition()
        self.seen = list[Seen]()
        self.blobs = dict[str, Blob]()
        self._routes = dict[tuple[str, str], list[Reply]]()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def on(self, method: str, path: str, *replies: Any) -> None:
        """Paths below the workspace, or below the address when they begin with '/'."""
        whole = path if path.startswith("/") else f"{WORKSPACE}/{path}"
        own = [one if isinstance(one, Reply) else Reply(one) for one in replies]
        self._routes[method, whole] = own

    def canned(self, method: str, path: str) -> Any:
        """The body that it answers below the workspace now."""
        return self._routes[method, f"{WORKSPACE}/{path}"][0].body

    def asked(self, end: str) -> list[Seen]:
        return [one for one in self.seen if one.path.partition("?")[0].endswith(end)]

    def wait_for(self, end: str, times: int = 1) -> None:
        """Until that path was asked so often; fails the test after the limit."""
        with self._news:
            is_there = self._news.wait_for(lambda: len(self.asked(end)) >= times, LIMIT_S)
        assert is_there, f"nobody asked {end}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, seen: Seen) -> Reply:
        with self._news:
            self.seen.append(seen)
            self._news.notify_all()
        path = urlsplit(seen.path).path
        if path in self.blobs:
            return self.blobs[path].answer(seen.headers)
        replies = self._routes.get((seen.method, path))
        if not replies:
            words = {"error": {"code": "NotFound", "message": f"There is no '{path}'."}}
            return Reply(words, 404)
        return replies.pop(0) if len(replies) > 1 else replies[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def _do(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                text = self.rfile.read(length)
                body = json.loads(text) if text else None
                reply = service.answer(Seen(self.command, self.path, dict(self.headers), body))
                content = reply.content
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self._write(content[: reply.break_after], reply.gate)

            def _write(self, content: bytes, gate: threading.Event | None) -> None:
                half = len(content) // 2 if gate else 0
                self.wfile.write(content[:half])
                if gate:
                    gate.wait(LIMIT_S)
                with suppress(ConnectionError):  # who was interrupted reads no more
                    self.wfile.write(content[half:])

            do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = _do  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        return Handler


@contextmanager
def stub_service(port: int = 0) -> Iterator[StubService]:
    service = StubService(port)
    try:
        yield service
    finally:
        service.close()


@dataclass(frozen=True)
class Done:
    code: int
    stdout: str
    stderr: str

    @property
    def answer(self) -> Any:
        return json.loads(self.stdout)


NAMES = {
    f"BEP_DEFAULTS_{key}": name
    for key, name in zip(("SUBSCRIPTION", "GROUP", "WORKSPACE"), "sgw", strict=True)
}
"""The stub's workspace, so that nobody asks for it."""


def environment(folder: Path, url: str, **more: str) -> dict[str, str]:
    """Of a `bep` that knows nothing but this service."""
    own = {key: text for key, text in os.environ.items() if not key.startswith("BEP_")}
    return {
        **own,
        "BEP_CONFIG_DIR": str(folder / "config"),
        "BEP_URL": url,
        "BEP_TOKEN": "a-token",
        "NO_PROXY": "127.0.0.1",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "cli", *words]


def bep(service: StubService, folder: Path, *words: str, **variables: str) -> Done:
    """Run one command line in the folder."""
    return run(folder, environment(folder, service.url, **NAMES, **variables), *words)


def run(folder: Path, variables: dict[str, str], *words: str) -> Done:
    done = subprocess.run(
        command(*words),
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
