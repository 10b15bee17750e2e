"""A container's listing, page by page, with etags: any number of blobs in the memory of one page.

Microsoft's client makes an object of 40 fields of each blob (0.15 ms); obstore's listing takes
prefixes for folders, and ends at the first name that it cannot say. So the pages are fetched by
Microsoft's client as names only, and read here (0.02 ms a blob).
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, fromstring

from azure.core.exceptions import ServiceResponseError
from azure.storage.blob import BlobPrefix, ContainerClient

from shared.ports import BlobItem

LARGEST_PAGE = 5000
_PAGE = "EnumerationResults"


def listing(
    client: ContainerClient,
    prefix: str,
    start_from: str = "",
    page_size: int = 0,
    *,
    has_metadata: bool = True,
) -> Iterator[BlobItem]:
    """Blobs whose names start with `prefix`, from `start_from` on, as the store orders them.

    The store is asked for `page_size` of them at a time; 0: as many as it gives.
    """
    answers: list[bytes] = []
    pages = client.list_blob_names(
        name_starts_with=prefix or None,
        raw_response_hook=lambda answer: answers.append(answer.http_response.body()),
        start_from=start_from or None,
        results_per_page=min(page_size, LARGEST_PAGE) or None,
        include=["metadata"] if has_metadata else None,
    ).by_page()
    for names in _read(pages):
        yield from map(_item, _page(answers, names))
        answers.clear()


def folders(client: ContainerClient, prefix: str) -> Iterator[str]:
    """The folders right behind the prefix: the store walks over what is in them."""
    for item in client.walk_blobs(name_starts_with=prefix or None, delimiter="/"):
        if isinstance(item, BlobPrefix):
            yield item.name.removeprefix(prefix).removesuffix("/")


def _read(pages: Iterator[Iterator[Any]]) -> Iterator[Iterator[Any]]:
    """The names of each page, as Microsoft's client reads them."""
    try:
        yield from pages
    except AttributeError:  # what it makes of an answer without a body
        raise ServiceResponseError("A page of the listing is empty.") from None


def _page(answers: list[bytes], names: Iterator[Any]) -> list[Element]:
    """The last answer's blobs: those that the client has just read the names of, and no others.

    Raises ServiceResponseError when the client repeated the request without handing on what came.
    """
    page = fromstring(answers[-1]) if answers else Element("")  # noqa: S314  # our own store's answer
    blobs = page.findall("Blobs/Blob")
    if page.tag != _PAGE or [blob.findtext("Name") for blob in blobs] != list(names):
        raise ServiceResponseError("A page of the listing was lost on its way.")
    return blobs


def _item(blob: Element) -> BlobItem:
    return BlobItem(
        name=_name(blob),
        etag=blob.findtext("Properties/Etag", "").strip('"'),
        size=int(blob.findtext("Properties/Content-Length", "0")),
        last_modified=blob.findtext("Properties/Last-Modified", ""),
        metadata={one.tag.lower(): one.text or "" for one in blob.iterfind("Metadata/*")},
    )


def _name(blob: Element) -> str:
    """Names that XML cannot hold arrive percent-encoded, and marked as such."""
    element = blob.find("Name")
    if element is None:
        return ""
    text = element.text or ""
    return unquote(text) if element.get("Encoded") == "true" else text
