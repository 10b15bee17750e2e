"""What the clouds' buckets have in common: addresses to GET, and pages of a listing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from shared.ports import BlobItem


@dataclass(frozen=True)
class Asked:
    """A part of a listing; `after` is what the last page said, `start_after` a name."""

    prefix: str = ""
    after: str = ""
    start_after: str = ""
    most: int = 1000
    is_flat: bool = True


@dataclass(frozen=True)
class Page:
    """`after` asks for the next page; empty: there is none."""

    items: list[BlobItem]
    folders: list[str]
    after: str = ""


class BucketApi(Protocol):
    """One cloud's words for the same things. Thread-safe."""

    @property
    def scheme(self) -> str: ...

    def object_url(self, bucket: str, name: str) -> str: ...

    def list_url(self, bucket: str, asked: Asked) -> str: ...

    def headers(self, url: str) -> Mapping[str, str]:
        """What opens a GET of the URL; raises StoreRefuses for credentials that open nothing."""
        ...

    def version(self, headers: Mapping[str, str]) -> str:
        """The etag of what an answer brings, as listings have it; header names in lower case."""
        ...

    def read_page(self, data: bytes) -> Page:
        """Raises ValueError for what is no page."""
        ...


def escaped(text: str, safe: str = "") -> str:
    """As signatures want it: everything but letters, digits and `-_.~`."""
    return quote(text, safe=safe)


def with_query(url: str, values: Mapping[str, str]) -> str:
    """The values that are given, in the order of their names."""
    given = sorted((name, value) for name, value in values.items() if value)
    return f"{url}?{'&'.join(f'{name}={escaped(value)}' for name, value in given)}"
