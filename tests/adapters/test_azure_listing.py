import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from shared.adapters.azure_blobs import AzureBlobs
from tests.adapters.stub_store import Reply, StubStore, refusal

PAGE = 5000
"""Blobs in a page of the real store."""


def page(names: list[str], next_marker: str = "", *, attributes: str = "") -> Reply:
    blobs = "".join(
        f"<Blob><Name{attributes}>{name}</Name><Properties><Etag>0x{index:X}</Etag>"
        f"<Content-Length>{index}</Content-Length></Properties></Blob>"
        for index, name in enumerate(names)
    )
    body = (
        '<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="container">'
        f"<Blobs>{blobs}</Blobs><NextMarker>{next_marker}</NextMarker></EnumerationResults>"
    )
    return Reply(200, body.encode(), {"Content-Type": "application/xml"})


@contextmanager
def container_of(*replies: Reply) -> Iterator[tuple[StubStore, AzureBlobs]]:
    with StubStore(*replies) as store:
        blobs = AzureBlobs.from_connection_string(store.connection_string)
        yield store, blobs
        blobs.close()


def test_pages_are_fetched_as_they_are_read() -> None:
    with container_of(page(["a", "b"], "m1"), page(["c"], "m2"), page(["d"])) as (store, blobs):
        listing = blobs.list_blobs("container")

        assert ["a", "b"] == [item.name for item in islice(listing, 2)]
        assert 1 == len(store.requests)
        assert ["c", "d"] == [item.name for item in listing]
        assert ["marker=m1" in request for request in store.requests] == [False, True, False]


def test_a_page_that_failed_once_is_fetched_again_and_read_once() -> None:
    replies = page(["a"], "m1"), refusal(503, "ServerBusy"), page(["b"])
    with container_of(*replies) as (_, blobs):
        assert ["a", "b"] == list(blobs.list_names("container"))


def test_a_name_that_xml_cannot_hold_is_decoded() -> None:
    with container_of(page(["a%01b%25"], attributes=' Encoded="true"')) as (_, blobs):
        assert ["a\x01b%"] == list(blobs.list_names("container"))


def test_a_store_that_ignores_where_to_start_is_filtered() -> None:
    with container_of(page(["a", "b", "c"])) as (_, blobs):
        assert ["c"] == list(blobs.list_names("container", "", "b"))


def test_fifty_thousand_blobs_are_listed_in_the_memory_of_a_page() -> None:
    """Ten pages cost no more than two (measured: some 6 MB)."""

    def peak(pages: int) -> int:
        full = page([f"folder/{index:07d}.csv" for index in range(PAGE)], "more")
        with container_of(*[full] * (pages - 1), page(["z"])) as (_, blobs):
            tracemalloc.start()
            counted = sum(1 for _ in blobs.list_blobs("container"))
            _, high = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert (pages - 1) * PAGE + 1 == counted
        return high

    assert peak(11) < 1.3 * peak(3)
