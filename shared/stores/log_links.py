"""Links to logs that carry their own signature: the official client fetches logs without a token.

A link is good for one log of one job, and for a while. The key is a document of the registry, made
once by whoever needs it first.
"""

import hashlib
import hmac
import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode

from shared.domain.errors import Conflict, Forbidden
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.registry import CONTAINER

KEY = "keys/logs.json"
KEY_BYTES = 32
# Who streams a job asks for new links with each look at it.
GOOD_FOR = timedelta(hours=1)
LONGEST_EXPIRY = 12  # digits of a Unix time; more are none


class LogLinks:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._documents = Documents(blobs, CONTAINER)

    def query(self, job: str, name: str, now: datetime) -> str:
        """The query of a link to that log: its name, its end, and the signature over all."""
        expires = str(int((now + GOOD_FOR).timestamp()))
        signature = self._signature(job, name, expires)
        return urlencode({"name": name, "expires": expires, "sig": signature})

    def check(self, job: str, name: str, expires: str, signature: str, now: datetime) -> None:
        """Raise Forbidden unless that link was made here and is still good."""
        expected = self._signature(job, name, expires)
        if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
            raise Forbidden(
                "The link to this log has no valid signature.",
                fix="Use the link as the run's details give it, unchanged.",
                target="sig",
            )
        if not expires.isdigit() or len(expires) > LONGEST_EXPIRY or now > _moment(expires):
            raise Forbidden(
                "The link to this log has expired.",
                fix="Read the run's details again; they give new links.",
                target="expires",
            )

    def _signature(self, job: str, name: str, expires: str) -> str:
        signed = f"{job}\n{name}\n{expires}".encode(errors="replace")
        return hmac.new(self._key, signed, hashlib.sha256).hexdigest()

    @cached_property
    def _key(self) -> bytes:
        if (found := self._documents.find(KEY)) is None:
            with suppress(Conflict):  # another process was faster; its key counts
                self._documents.create(KEY, {"key": secrets.token_hex(KEY_BYTES)})
            found = self._documents.read(KEY)
        return bytes.fromhex(found.body["key"])


def _moment(expires: str) -> datetime:
    return datetime.fromtimestamp(int(expires), UTC)
