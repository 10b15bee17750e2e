"""Planning keeps pages of the input in memory, not the input: more files take no more of it.

`./run bench plan` measures up to a million files; here a few pages and many, by Python's own count.
"""

import tracemalloc
from pathlib import Path

import pytest

from benchmarks.listed_blobs import ListedBlobs
from benchmarks.plan import planned_by
from shared.domain.minibatch import FILES_PER_PAGE

# An input of a single page is no measure: a next page is listed while one is written.
FEW, MANY = 3 * FILES_PER_PAGE, 20 * FILES_PER_PAGE


def peak_of(kind: str, count: int, disk: Path) -> int:
    disk.mkdir()
    blobs = ListedBlobs(count, disk)
    planned_by(kind, ListedBlobs(100, disk), disk)  # what is made once is made
    tracemalloc.start()
    try:
        planned_by(kind, blobs, disk)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["folder", "since a job", "mini-batches of 1000"])
def test_memory_does_not_grow_with_the_input(kind: str, tmp_path: Path) -> None:
    few = peak_of(kind, FEW, tmp_path / "few")
    many = peak_of(kind, MANY, tmp_path / "many")

    assert many < 1.5 * few
