"""Amazon S3's REST API, and that of whatever speaks it: GETs signed by Signature Version 4.

Buckets are in the path, which every server of the protocol takes, whatever the bucket's name.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import reduce
from urllib.parse import unquote_plus, urlsplit
from xml.etree.ElementTree import Element, ParseError, fromstring

from shared.adapters.buckets.bucket_api import Asked, Page, escaped, with_query
from shared.ports import BlobItem

ALGORITHM, SERVICE, UNREAD = "AWS4-HMAC-SHA256", "s3", "UNSIGNED-PAYLOAD"


@dataclass(frozen=True)
class AccessKey:
    """The pair by which requests are signed; with the token of a session, if it is one's."""

    id: str
    secret: str = field(repr=False)
    session_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class AmazonS3:
    """The `BucketApi`. Without a key, what everybody may read."""

    endpoint: str
    region: str
    key: AccessKey | None = None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    scheme: str = "s3"

    def object_url(self, bucket: str, name: str) -> str:
        return f"{self.endpoint}/{escaped(bucket)}/{escaped(name, safe='/')}"

    def list_url(self, bucket: str, asked: Asked) -> str:
        values = {
            "list-type": "2",
            "prefix": asked.prefix,
            "delimiter": "" if asked.is_flat else "/",
            "continuation-token": asked.after,
            "start-after": "" if asked.after else asked.start_after,
            "max-keys": str(asked.most),
            "encoding-type": "url",  # XML cannot say every name
        }
        return with_query(f"{self.endpoint}/{escaped(bucket)}", values)

    def headers(self, url: str) -> Mapping[str, str]:
        if self.key is None:
            return {}
        moment = self.clock().strftime("%Y%m%dT%H%M%SZ")
        signed = {
            "host": urlsplit(url).netloc,
            "x-amz-content-sha256": UNREAD,
            "x-amz-date": moment,
        }
        if self.key.session_token:
            signed["x-amz-security-token"] = self.key.session_token
        names, scope = (
            ";".join(sorted(signed)),
            f"{moment[:8]}/{self.region}/{SERVICE}/aws4_request",
        )
        signature = _signature(self.key.secret, scope, moment, _canonical(url, signed, names))
        sent = {name: value for name, value in signed.items() if name != "host"}
        return sent | {
            "authorization": f"{ALGORITHM} Credential={self.key.id}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        }

    def version(self, headers: Mapping[str, str]) -> str:
        return headers.get("etag", "").strip('"')

    def read_page(self, data: bytes) -> Page:
        try:
            root = fromstring(data)  # noqa: S314  # expat's own limits hold; nothing is fetched
        except ParseError:
            raise ValueError("The page is no XML.") from None
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        if root.tag != "ListBucketResult":
            raise ValueError("The page is no listing.")
        is_url = root.findtext("EncodingType") == "url"
        read: Callable[[str], str] = unquote_plus if is_url else str
        folders = [read(one.findtext("Prefix", "")) for one in root.iterfind("CommonPrefixes")]
        items = [_item(one, read) for one in root.iterfind("Contents")]
        is_more = root.findtext("IsTruncated") == "true"
        return Page(items, folders, root.findtext("NextContinuationToken", "") if is_more else "")


def _canonical(url: str, signed: Mapping[str, str], names: str) -> str:
    parts = urlsplit(url)
    headers = [f"{name}:{signed[name]}" for name in sorted(signed)]
    return "\n".join(["GET", parts.path, parts.query, *headers, "", names, UNREAD])


def _signature(secret: str, scope: str, moment: str, canonical: str) -> str:
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = reduce(_hmac, scope.split("/"), f"AWS4{secret}".encode())
    return _hmac(key, f"{ALGORITHM}\n{moment}\n{scope}\n{digest}").hex()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), "sha256").digest()


def _item(element: Element, read: Callable[[str], str]) -> BlobItem:
    return BlobItem(
        name=read(element.findtext("Key", "")),
        etag=element.findtext("ETag", "").strip('"'),
        size=int(element.findtext("Size", "0")),
        last_modified=http_date(element.findtext("LastModified", "")),
    )


def http_date(moment: str) -> str:
    """Of an ISO date, as listings of Azure have it."""
    return format_datetime(datetime.fromisoformat(moment).astimezone(UTC), usegmt=True)
