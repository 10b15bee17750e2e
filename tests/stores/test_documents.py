"""A guarded write: tried again while others are faster, and given up in words."""

from typing import Any

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import NotFound, ServiceUnavailable
from shared.stores.documents import Document, Documents


class Busy(MemoryBlobs):
    """Somebody else writes after each read: `others` times."""

    others = 0

    def read(self, container: str, name: str) -> Any:
        content = super().read(container, name)
        if self.others:
            self.others -= 1
            super().write(container, name, b'{"by": "another"}')
        return content


@pytest.fixture
def blobs() -> Busy:
    blobs = Busy()
    blobs.ensure_container("batch-jobs")
    return blobs


def add(document: Document | None) -> dict[str, str]:
    return {**(document.body if document else {}), "mine": "1"}


@pytest.mark.parametrize("others", [0, 1, 25])
def test_a_write_is_made_on_what_the_others_left(blobs: Busy, others: int) -> None:
    documents = Documents(blobs, "batch-jobs")
    documents.put("a", {"by": "the first"})
    blobs.others = others

    settled = documents.write_optimistically("a", add, what="document 'a'")

    left = {"by": "another" if others else "the first"}
    assert settled.before is not None
    assert left == settled.before.body
    assert left | {"mine": "1"} == settled.now.body == documents.read("a").body
    assert documents.read("a").etag == settled.now.etag


def test_a_writer_who_never_gets_through_is_told_so(blobs: Busy) -> None:
    documents = Documents(blobs, "batch-jobs")
    documents.put("a", {})
    blobs.others = 1_000_000

    for write in (
        lambda: documents.write_optimistically("a", add, what="job 'a'"),
        lambda: documents.update("a", lambda body: {**body, "mine": "1"}),
        lambda: documents.write_optimistically("a", lambda _: None, what="job 'a'"),
    ):
        with pytest.raises(ServiceUnavailable, match=r"'a' is being changed by too many at once\."):
            write()
    assert {"by": "another"} == documents.read("a").body


def test_what_stays_as_it_is_is_not_written(blobs: Busy) -> None:
    documents = Documents(blobs, "batch-jobs")
    etag = documents.put("a", {"by": "me"})

    settled = documents.write_optimistically(
        "a", lambda found: found and found.body, what="document 'a'"
    )

    assert etag == settled.now.etag == documents.read("a").etag


def test_none_deletes_and_nothing_is_made_of_nothing(blobs: Busy) -> None:
    documents = Documents(blobs, "batch-jobs")
    documents.put("a", {})

    assert (
        documents.write_optimistically("a", lambda _: None, what="document 'a'").before is not None
    )
    assert documents.write_optimistically("a", lambda _: None, what="document 'a'").before is None
    assert documents.find("a") is None


def test_only_what_is_there_can_be_changed(blobs: Busy) -> None:
    with pytest.raises(NotFound):
        Documents(blobs, "batch-jobs").update("a", lambda body: body)
