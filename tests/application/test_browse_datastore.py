"""Looking into a folder of a datastore: one level, however much lies below."""

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.application.browse_datastore import MOST_ENTRIES, browse_datastore


@pytest.fixture
def blobs() -> MemoryBlobs:
    made = MemoryBlobs()
    made.ensure_container("some-container")
    for name in ("a/x/1", "a/x/2", "a/x/y/3", "a/b.csv", "a/z", "a/x0", "other/1", "top.csv"):
        made.write("some-container", name, b"")
    return made


def names(blobs: MemoryBlobs, folder: str, after: str = "") -> list[str]:
    return [entry.name for entry in browse_datastore(blobs, "some-container", folder, after)[0]]


def test_a_folder_is_one_entry(blobs: MemoryBlobs) -> None:
    assert ["a/", "other/", "top.csv"] == names(blobs, "")
    assert ["b.csv", "x/", "x0", "z"] == names(blobs, "/a/")
    assert ["1", "2", "y/"] == names(blobs, "a/x")
    assert [] == names(blobs, "nowhere")


def test_a_long_folder_comes_in_pieces(blobs: MemoryBlobs) -> None:
    for number in range(MOST_ENTRIES + 5):
        blobs.write("some-container", f"many/f{number:04d}", b"")
        blobs.write("some-container", f"many/f{number:04d}-d/x", b"")
    found, has_more = browse_datastore(blobs, "some-container", "many")
    seen = [entry.name for entry in found]
    while has_more:
        found, has_more = browse_datastore(blobs, "some-container", "many", seen[-1])
        seen += [entry.name for entry in found]

    assert 2 * (MOST_ENTRIES + 5) == len(seen) == len(set(seen))
