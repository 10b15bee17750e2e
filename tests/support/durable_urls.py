"""The Durable URLs of an invocation, called as whoever was handed them calls them."""

from typing import Any
from urllib.parse import urlsplit

from tests.support.json_over_http import connect
from tests.support.stack import Stack

REASON = "room for others"


def call(stack: Stack, started: Any, name: str) -> int:
    """POST to `suspendPostUri` or one of its siblings, for a reason; the status."""
    url = urlsplit(started[name].replace("{text}", REASON.replace(" ", "%20")))
    connection = connect(f"{url.scheme}://{url.netloc}", stack.trust)
    try:
        connection.request("POST", f"{url.path}?{url.query}", b"", {})
        return connection.getresponse().status
    finally:
        connection.close()
