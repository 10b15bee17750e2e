import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

import pytest
from azure.core.exceptions import ServiceResponseError
from azure.storage.blob import ContainerClient, LinearRetry

from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.azure_listing import listing
from shared.domain.errors import ServiceUnavailable
from tests.adapters.stub_store import DROPPED, Reply, StubStore, refusal

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


def cut(whole: Reply) -> Reply:
    """The first half of an answer, and then the end of the connection."""
    half = len(whole.body) // 2
    return replace(whole, body=whole.body[:half], missing=len(whole.body) - half)


TROUBLES = {
    "busy": refusal(503, "ServerBusy"),
    "broken": refusal(500, "InternalError"),
    "dropped": DROPPED,
    "cut": cut(page(["a", "b"], "m1")),
}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("at", [0, 1])
def test_a_page_that_failed_once_is_fetched_again_and_read_once(trouble: str, at: int) -> None:
    """Whatever happened to it, and wherever in the listing it stands."""
    replies = [page(["a", "b"], "m1"), page(["c", "d"], "m2"), page(["e"])]
    replies.insert(at, TROUBLES[trouble])
    with container_of(*replies) as (store, blobs):
        assert ["a", "b", "c", "d", "e"] == list(blobs.list_names("container"))
        asked = [request.partition("marker=")[2][:2] for request in store.requests]
        assert sorted(["", "m1", "m2", ["", "m1", "m2"][at]]) == asked


@pytest.mark.parametrize(("trouble", "at"), [("busy", 0), ("dropped", 1), ("cut", 1)])
def test_a_page_that_never_comes_ends_the_listing_loudly(trouble: str, at: int) -> None:
    replies = [*[page(["a"], "m1")] * at, TROUBLES[trouble]]
    with container_of(*replies) as (_, blobs):
        listing = blobs.list_names("container")
        assert ["a"] * at == list(islice(listing, at))
        with pytest.raises(ServiceUnavailable, match="did not serve container 'container'"):
            next(listing)


def test_a_page_that_the_client_does_not_hand_on_is_noticed() -> None:
    """A client that forgets the hook at a retry, as Microsoft's own does, cannot lose a page."""
    with StubStore(page(["a"], "m1"), DROPPED, page(["b"])) as store:
        client = ContainerClient.from_connection_string(
            store.connection_string,
            "container",
            retry_policy=LinearRetry(backoff=0, random_jitter_range=0, retry_total=2),
        )
        pages = listing(client, "")

        assert "a" == next(pages).name
        with pytest.raises(ServiceResponseError, match="lost on its way"):
            next(pages)
        client.close()


def test_an_answer_that_is_no_listing_is_no_empty_one() -> None:
    for body in (b"", b"<EnumerationResults><Blobs><Blob>", b"<html>maintenance</html>"):
        answer = Reply(200, body, {"Content-Type": "application/xml"})
        with container_of(answer) as (_, blobs), pytest.raises(ServiceUnavailable):
            list(blobs.list_names("container"))


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
