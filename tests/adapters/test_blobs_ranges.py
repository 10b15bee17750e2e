"""Ranges of a blob: one contract of every store."""

import pytest

from shared.domain.errors import NotFound, PreconditionFailed
from tests.adapters.any_store import Store


@pytest.mark.parametrize("name", ["plain.txt", "odd//name.txt"])
def test_a_range_holds_what_is_there_of_it(blobs: Store, container: str, name: str) -> None:
    blobs.write(container, name, b"0123456789")
    blobs.write(container, f"{name}.empty", b"")

    ranges = [(0, 4), (8, 4), (10, 4), (99, 1), (3, 0)]
    found = [blobs.read_range(container, name, start, length) for start, length in ranges]

    assert [b"0123", b"89", b"", b"", b""] == found
    assert b"" == blobs.read_range(container, f"{name}.empty", 0, 9)
    with pytest.raises(NotFound):
        blobs.read_range(container, f"{name}.missing", 0, 1)


@pytest.mark.parametrize("name", ["pinned.txt", "pinned//odd.txt"])
def test_a_range_may_be_of_one_version_only(blobs: Store, container: str, name: str) -> None:
    etag = blobs.write(container, name, b"0123456789")

    ranges = [(4, 3), (8, 4), (10, 4), (99, 1), (3, 0)]
    found = [
        blobs.read_range(container, name, start, length, if_match=etag) for start, length in ranges
    ]
    assert [b"456", b"89", b"", b"", b""] == found
    blobs.write(container, name, b"abcdefghij")
    with pytest.raises(PreconditionFailed):
        blobs.read_range(container, name, 4, 3, if_match=etag)
    with pytest.raises(PreconditionFailed):
        blobs.read_range(container, name, 99, 1, if_match=etag)
