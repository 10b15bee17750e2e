"""A container's listing, page by page, with etags: any number of blobs in the memory of one page.

Microsoft's client makes an object of 40 fields of each blob (0.15 ms); obstore's listing takes
prefixes for folders, and ends at the first name that it cannot say. So the pages are fetched by
Microsoft's client as names only, and read here (0.02 ms a blob).
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, fromstring

from azure.storage.blob import ContainerClient

from shared.ports import BlobItem

LARGEST_PAGE = 5000


def listing(
    client: ContainerClient, prefix: str, start_from: str = "", page_size: int = 0
) -> Iterator[BlobItem]:
    """Blobs whose names start with `prefix`, from `start_from` on, as the store orders them.

    The store is asked for `page_size` of them at a time; 0: as many as it gives.
    """
    answers: list[bytes] = []

    def keep(answer: Any) -> None:
        answers[:] = [answer.http_response.body()]

    pages = client.list_blob_names(
        name_starts_with=prefix or None,
        raw_response_hook=keep,
        start_from=start_from or None,
        results_per_page=min(page_size, LARGEST_PAGE) or None,
    ).by_page()
    for _ in pages:
        for blob in fromstring(answers[-1]).iterfind("Blobs/Blob"):  # noqa: S314  # our own store's answer
            yield _item(blob)


def _item(blob: Element) -> BlobItem:
    return BlobItem(
        name=_name(blob),
        etag=blob.findtext("Properties/Etag", "").strip('"'),
        size=int(blob.findtext("Properties/Content-Length", "0")),
    )


def _name(blob: Element) -> str:
    """Names that XML cannot hold arrive percent-encoded, and marked as such."""
    element = blob.find("Name")
    if element is None:
        return ""
    text = element.text or ""
    return unquote(text) if element.get("Encoded") == "true" else text
