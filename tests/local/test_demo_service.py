"""The demo's client: what it makes can be used, and what cannot be made ends it in words."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient

from examples.demo.service import Service, ServiceFailed

PATH = "/batchEndpoints/e/deployments/d"
UNUSED = BlobServiceClient("http://127.0.0.1/nobody")


def deployment(state: str, error: str | None = None) -> Any:
    return {"properties": {"provisioningState": state, "provisioningError": error}}


@contextmanager
def answering(*answers: Any) -> Iterator[tuple[Service, list[str]]]:
    """A service that gives these answers, one to each request; also the methods it was asked by."""
    left, asked = iter(answers), list[str]()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(self.command)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = next(left, None)
            if body is None:
                self.close_connection = True
                return
            text = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_PUT = answer  # noqa: N815  # the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Service(f"http://127.0.0.1:{server.server_port}", "token", UNUSED), asked
        finally:
            server.shutdown()


def test_a_deployment_is_awaited_until_it_can_score() -> None:
    still = deployment("Creating")
    with answering(still, still, deployment("Succeeded")) as (service, asked):
        service.make(PATH, {}, every_s=0)

    assert ["PUT", "GET", "GET"] == asked


@pytest.mark.parametrize(
    ("answers", "limit_s", "words"),
    [
        ([deployment("Failed", "no MLmodel")], 60, "is Failed: no MLmodel"),
        ([deployment("Creating"), deployment("Failed", "no MLmodel")], 60, "is Failed: no MLmodel"),
        ([deployment("Creating")], 0, "is Creating: no reason yet"),
        ([], 60, "was not answered"),
    ],
)
def test_a_deployment_that_cannot_score_ends_the_demo_in_words(
    answers: list[Any], limit_s: float, words: str
) -> None:
    with answering(*answers) as (service, _), pytest.raises(ServiceFailed, match=words):
        service.make(PATH, {}, limit_s=limit_s, every_s=0)
