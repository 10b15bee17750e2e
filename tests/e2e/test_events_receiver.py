"""The receiver of the example of events: it prints what its secret signed, and nothing else."""

import os
import subprocess
import sys
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from tests.support.stack import ROOT
from tests.support.waiting import PATIENCE_S, wait_until

RECEIVER = ROOT / "examples/events/receiver.py"
DATA = '{"job": "j", "status": "s", "counts": {"rows": 7}}'
BODY = f'{{"id": "1", "sequence": "2", "type": "t", "data": {DATA}}}'
WHOLE = BODY.encode()


def make_secret() -> str:
    return f"whsec_{b64encode(os.urandom(32)).decode()}"


def signed(secret: str, at: datetime) -> dict[str, str]:
    stamp, signature = str(int(at.timestamp())), Webhook(secret).sign("1", at, BODY)
    return {"webhook-id": "1", "webhook-timestamp": stamp, "webhook-signature": signature}


def post(url: str, content: bytes, headers: dict[str, str]) -> int:
    server = urlsplit(url)
    connection = HTTPConnection(server.netloc, timeout=10)
    try:
        connection.request("POST", server.path, content, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def try_all(url: str, secret_file: Path) -> list[int]:
    """What it answers to what is not signed, or by another secret, or changed, old or odd."""
    own, now = make_secret(), datetime.now(UTC)
    before = post(url, WHOLE, signed(own, now))
    secret_file.write_text(f"{own}\n")
    tries: list[tuple[bytes, dict[str, str]]] = [
        (WHOLE, {}),
        (WHOLE, signed(make_secret(), now)),
        (WHOLE + b" ", signed(own, now)),
        (WHOLE, signed(own, now - timedelta(hours=1))),
        (b"\xff", signed(own, now)),
        (WHOLE, {"Content-Length": "x"}),
        (WHOLE, signed(own, now)),
    ]
    return [before, *(post(url, content, headers) for content, headers in tries)]


def test_the_examples_receiver_prints_only_what_its_secret_signed(tmp_path: Path) -> None:
    command: list[str | Path] = [sys.executable, RECEIVER, tmp_path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as receiver:
        try:
            wait_until((tmp_path / "url").exists)
            answers = try_all((tmp_path / "url").read_text(), tmp_path / "secret")
            printed = receiver.communicate(timeout=PATIENCE_S)[0].decode()
        finally:
            receiver.kill()

    assert [401] * 6 + [400, 204] == answers
    assert "verified: 1\nsequence: 2\ntype: t\njob: j s, 7 rows\n" == printed
