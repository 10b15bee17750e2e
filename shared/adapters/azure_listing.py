"""A container's listing, page by page, with etags: any number of blobs in the memory of one page.

Microsoft's client makes an object of 40 fields of each blob (0.15 ms); obstore's listing takes
prefixes for folders, and ends at the first name that it cannot say. So the pages are fetched by
Microsoft's client as names only, and read here, from the tree that it has made of them already
(0.01 ms a blob, its own work included).
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline import PipelineContext, PipelineResponse
from azure.core.pipeline.policies import ContentDecodePolicy
from azure.storage.blob import BlobPrefix, ContainerClient

from shared.ports import BlobItem

LARGEST_PAGE = 5000
_PAGE = "EnumerationResults"
_LOST = "A page of the listing was lost on its way."
_NOTHING = Element("")


def listing(client: ContainerClient, prefix: str) -> Iterator[BlobItem]:
    """Blobs whose names start with `prefix`, as the store orders them."""
    for blobs in _pages(client, prefix, include=["metadata"]):
        yield from map(_item, blobs)


def names(
    client: ContainerClient, prefix: str, start_from: str = "", page_size: int = 0
) -> Iterator[str]:
    """The names alone, from `start_from` on.

    The store is asked for `page_size` of them at a time; 0: as many as it gives.
    """
    size = min(page_size, LARGEST_PAGE) or None
    for blobs in _pages(client, prefix, start_from=start_from or None, results_per_page=size):
        yield from map(_name, blobs)


def folders(client: ContainerClient, prefix: str) -> Iterator[str]:
    """The folders right behind the prefix: the store walks over what is in them."""
    for item in client.walk_blobs(name_starts_with=prefix or None, delimiter="/"):
        if isinstance(item, BlobPrefix):
            yield item.name.removeprefix(prefix).removesuffix("/")


def _pages(client: ContainerClient, prefix: str, **options: Any) -> Iterator[list[Element]]:
    """The blobs of each page, as elements of the one tree that there is of it."""
    answers: list[PipelineContext] = []

    def keep(answer: PipelineResponse[Any, Any]) -> None:
        answers.append(answer.context)  # the tree is in it only later, when the answer is whole

    pages = client.list_blob_names(
        name_starts_with=prefix or None, raw_response_hook=keep, **options
    ).by_page()
    for read in _read(pages):
        yield _page(answers, read)
        answers.clear()


def _read(pages: Iterator[Iterator[Any]]) -> Iterator[Iterator[Any]]:
    """The names of each page, as Microsoft's client reads them."""
    try:
        yield from pages
    except AttributeError:  # what it makes of an answer without a body
        raise ServiceResponseError("A page of the listing is empty.") from None


def _page(answers: list[PipelineContext], read: Iterator[Any]) -> list[Element]:
    """The last answer's blobs: those that the client has just read the names of, and no others.

    Raises ServiceResponseError when the client repeated the request without handing on what came.
    """
    page = answers[-1].get(ContentDecodePolicy.CONTEXT_NAME) if answers else None
    if not isinstance(page, Element) or page.tag != _PAGE:
        raise ServiceResponseError(_LOST)
    blobs = page.findall("Blobs/Blob")
    if [blob.findtext("Name") for blob in blobs] != list(read):
        raise ServiceResponseError(_LOST)
    return blobs


def _item(blob: Element) -> BlobItem:
    properties, metadata = _child(blob, "Properties"), _child(blob, "Metadata")
    return BlobItem(
        name=_name(blob),
        etag=properties.findtext("Etag", "").strip('"'),
        size=int(properties.findtext("Content-Length", "0")),
        last_modified=properties.findtext("Last-Modified", ""),
        metadata={one.tag.lower(): one.text or "" for one in metadata},
    )


def _child(blob: Element, name: str) -> Element:
    child = blob.find(name)
    return _NOTHING if child is None else child


def _name(blob: Element) -> str:
    """Names that XML cannot hold arrive percent-encoded, and marked as such."""
    element = blob.find("Name")
    if element is None:
        return ""
    text = element.text or ""
    return unquote(text) if element.get("Encoded") == "true" else text
