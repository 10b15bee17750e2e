"""Who is called back: print the job that ended, once its event's signature was verified.

    python receiver.py FOLDER

Puts its address into FOLDER/url, takes the webhook's secret from FOLDER/secret, and leaves when the
event was printed. What is not signed by that secret is refused, and was not looked at.
"""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

LIMIT_S = 120
LONGEST = 1 << 20


class Receiver(HTTPServer):
    """Answers one POST after the other until one of them was verified."""

    timeout = LIMIT_S
    event: dict[str, Any] | None = None

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        new = folder / "url.new"
        new.write_text(f"http://127.0.0.1:{self.server_port}/jobs")
        new.rename(folder / "url")

    def take(self, body: bytes, headers: dict[str, str]) -> bool:
        """Whether the body, as it came, is what the service signed a moment ago."""
        file = self.folder / "secret"
        secret = file.read_text().strip() if file.exists() else ""
        try:
            self.event = Webhook(secret).verify(body, headers) if secret else None
        except (WebhookVerificationError, UnicodeDecodeError):
            return False
        return self.event is not None

    def handle_timeout(self) -> None:
        sys.exit(f"Nobody called within {LIMIT_S} s.")


class Handler(BaseHTTPRequestHandler):
    server: Receiver
    timeout = 10

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LONGEST:
            self.send_error(400, "Say a Content-Length of up to 1 MiB")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        is_ours = self.server.take(self.rfile.read(int(length)), headers)
        self.send_response(204 if is_ours else 401)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        """Nothing but the event is printed."""


def main() -> None:
    with Receiver(Path(sys.argv[1])) as receiver:
        while receiver.event is None:
            receiver.handle_request()
        event = receiver.event
    data = event["data"]
    print(f"verified: {event['id']}")
    print(f"sequence: {event['sequence']}")
    print(f"type: {event['type']}")
    print(f"job: {data['job']} {data['status']}, {data['counts']['rows']} rows")


if __name__ == "__main__":
    main()
