"""Google Cloud Storage's REST API: GETs under a token that the service account's key signs itself.

A version is an object's generation: it is another one after each write, whatever was written.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from shared.adapters.buckets.amazon_s3 import http_date
from shared.adapters.buckets.bucket_api import Asked, Page, escaped, with_query
from shared.domain.errors import StoreRefuses
from shared.ports import BlobItem

SCOPE = "https://www.googleapis.com/auth/devstorage.read_only"
TOKEN_S, SPARE_S = 3600, 300
FIELDS = "items(name,generation,size,updated,metadata),prefixes,nextPageToken"


@dataclass
class SelfSigned:
    """The token of a service account, by its key as Google hands it out; nobody is asked for it."""

    key: str = field(repr=False)
    clock: Callable[[], float] = time.time
    _token: str = field(default="", repr=False)
    _until: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def __call__(self) -> str:
        """Raises StoreRefuses for a key that signs nothing."""
        with self._lock:
            now = self.clock()
            if now > self._until - SPARE_S:
                self._token, self._until = _signed(self.key, int(now)), now + TOKEN_S
            return self._token


@dataclass(frozen=True)
class GoogleStorage:
    """The `BucketApi`. Without a token, what everybody may read."""

    endpoint: str
    token: Callable[[], str] | None = None
    scheme: str = "gs"

    def object_url(self, bucket: str, name: str) -> str:
        return f"{self.endpoint}/{escaped(bucket)}/{escaped(name, safe='/')}"

    def list_url(self, bucket: str, asked: Asked) -> str:
        values = {
            "prefix": asked.prefix,
            "delimiter": "" if asked.is_flat else "/",
            "pageToken": asked.after,
            "startOffset": "" if asked.after else asked.start_after,
            "maxResults": str(asked.most),
            "fields": FIELDS,
        }
        return with_query(f"{self.endpoint}/storage/v1/b/{escaped(bucket)}/o", values)

    def headers(self, url: str) -> Mapping[str, str]:  # noqa: ARG002  # a token opens every URL
        stored = {"Accept-Encoding": "gzip"}  # or what is stored packed would come unpacked
        return stored | ({"Authorization": f"Bearer {self.token()}"} if self.token else {})

    def version(self, headers: Mapping[str, str]) -> str:
        return headers.get("x-goog-generation", "")

    def read_page(self, data: bytes) -> Page:
        body: Any = json.loads(data)
        if not isinstance(body, dict):
            raise ValueError("The page is no listing.")  # noqa: TRY004  # as for any other page
        items = [_item(one) for one in body.get("items", [])]
        return Page(items, list(body.get("prefixes", [])), str(body.get("nextPageToken", "")))


def _item(one: Mapping[str, Any]) -> BlobItem:
    return BlobItem(
        name=one["name"],
        etag=str(one["generation"]),
        size=int(one["size"]),
        last_modified=http_date(one["updated"]),
        metadata={name.lower(): value for name, value in one.get("metadata", {}).items()},
    )


def _signed(key: str, now: int) -> str:
    import jwt  # noqa: PLC0415  # only who reads buckets of Google's needs it

    try:
        account: Any = json.loads(key)
        who, secret, key_id = (
            account["client_email"],
            account["private_key"],
            account["private_key_id"],
        )
        claims = {"iss": who, "sub": who, "scope": SCOPE, "iat": now, "exp": now + TOKEN_S}
        return jwt.encode(claims, secret, "RS256", headers={"kid": key_id})
    except (ValueError, TypeError, KeyError, jwt.PyJWTError):
        raise StoreRefuses(
            "The key of the service account signs nothing.",
            fix="Give the datastore the JSON file of a key as Google hands it out.",
            target="credentials",
        ) from None
