"""The signature of a message, by Standard Webhooks: HMAC-SHA256 over its id, its time, its body."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

VERSION = "v1"


def signed_headers(
    keys: Sequence[bytes], message: str, now: datetime, body: bytes
) -> dict[str, str]:
    """The three headers; a signature for each key, so that either verifies."""
    seconds = str(int(now.timestamp()))
    content = b".".join((message.encode(), seconds.encode(), body))
    return {
        "webhook-id": message,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(key, content) for key in keys),
    }


def _signature(key: bytes, content: bytes) -> str:
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return f"{VERSION},{base64.b64encode(digest).decode()}"
