"""Side files in the output's folder: published once, by their bytes, and never over others'."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import Conflict, ServiceUnavailable
from shared.domain.minibatch import Span
from shared.domain.receipt import PublishedFile
from shared.domain.side_contents import ScorerChange
from shared.ports import BlobItem
from shared.stores.blocks import BLOCK_BYTES
from shared.stores.side_files import OWNER, SideFileChange, SideFiles
from tests.support.specs import CONTAINER, a_spec

JOBS = "batch-jobs"


LARGE = bytes(BLOCK_BYTES) + b"and more than one block"


@pytest.fixture
def side_files(blobs: MemoryBlobs) -> Iterator[SideFiles]:
    with ThreadPoolExecutor(2) as writers:
        yield SideFiles(blobs, writers)


def stored(side_files: SideFiles, folder: Path, **contents: bytes) -> list[ScorerChange]:
    """Files that one process wrote in the first mini-batch of the job."""
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    changes = [
        SideFileChange(name=name, path=folder / name, is_appended=False) for name in contents
    ]
    kept = side_files.store("job-1", Span(first=0, stop=1), changes)
    return [ScorerChange("p", change) for change in kept]


def told(path: str, content: bytes) -> PublishedFile:
    return PublishedFile(path, len(content), hashlib.sha256(content).hexdigest())


def test_what_was_published_is_recognised_by_its_bytes_and_again_at_a_second_try(
    side_files: SideFiles, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    changes = stored(side_files, tmp_path, large=LARGE, a=b"one", empty=b"")
    changes.append(ScorerChange("p", changes[1].change.model_copy(update={"is_appended": True})))
    expected = [told("a", b"oneone"), told("empty", b""), told("large", LARGE)]

    assert expected == side_files.publish(a_spec(), changes).files
    assert expected == side_files.publish(a_spec(), changes).files
    for file in expected:
        assert file == told(file.path, blobs.read(CONTAINER, f"out/{file.path}").data)


def test_a_published_file_that_differs_is_refused(
    side_files: SideFiles, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    """Replaced by somebody, even one who takes over what the job noted at its file."""
    changes = stored(side_files, tmp_path, a=b"one")
    side_files.publish(a_spec(), changes)
    noted = blobs.head(CONTAINER, "out/a").metadata

    for content, metadata in ((b"one", {}), (b"other", noted), (b"two", {**noted, "sha256": "0"})):
        blobs.write(CONTAINER, "out/a", content, metadata=metadata)
        with pytest.raises(Conflict, match="'out/a'"):
            side_files.publish(a_spec(), changes)


class MeddledBlobs(MemoryBlobs):
    """Somebody replaces or deletes what a job has just published, metadata and all."""

    def __init__(self, content: bytes | None) -> None:
        super().__init__()
        self._content = content

    def list_blobs(self, container: str, prefix: str = "") -> Iterator[BlobItem]:
        noted = self.head(container, "out/a").metadata
        self.delete(container, "out/a")
        if self._content is not None:
            self.write(container, "out/a", self._content, metadata=noted)
        return super().list_blobs(container, prefix)


@pytest.mark.parametrize("content", [b"two", b"one", None])
def test_a_file_that_somebody_touches_while_it_is_published_is_refused(
    tmp_path: Path, content: bytes | None
) -> None:
    meddled = MeddledBlobs(content)
    for container in (JOBS, CONTAINER):
        meddled.ensure_container(container)
    with ThreadPoolExecutor(1) as writers:
        side_files = SideFiles(meddled, writers)
        changes = stored(side_files, tmp_path, a=b"one")

        with pytest.raises(Conflict, match="'out/a' was changed or deleted"):
            side_files.publish(a_spec(), changes)


@pytest.mark.parametrize("now", [b"two", b"", None])
def test_a_stored_piece_that_was_changed_or_deleted_is_not_published(
    side_files: SideFiles, blobs: MemoryBlobs, tmp_path: Path, now: bytes | None
) -> None:
    changes = stored(side_files, tmp_path, a=b"one")
    piece = changes[0].change.blob
    blobs.delete(JOBS, piece)
    if now is not None:
        blobs.write(JOBS, piece, now)

    with pytest.raises(Conflict, match=f"'{piece}' .* is not any more what the script wrote"):
        side_files.publish(a_spec(), changes)

    assert not blobs.exists(CONTAINER, "out/a")


class Failing(MemoryBlobs):
    """Its writes into `out/` fail after the first `good` ones; it counts what it is asked there."""

    def __init__(self, good: int) -> None:
        super().__init__()
        self.good = good
        self.asked: list[str] = []
        for container in (JOBS, CONTAINER):
            self.ensure_container(container)

    def write(self, container: str, name: str, data: bytes, **conditions: Any) -> str:
        if name.startswith("out/"):
            self.asked.append(name)
            if self.good == 0:
                raise ServiceUnavailable("The store did not serve it.", fix="Try again.")
            self.good -= 1
        return super().write(container, name, data, **conditions)


FIVE = {f"{index}.txt": str(index).encode() for index in range(5)}


def test_what_an_earlier_try_published_is_left_alone(tmp_path: Path) -> None:
    failing = Failing(good=3)
    with ThreadPoolExecutor(1) as writers:
        side_files = SideFiles(failing, writers)
        changes = stored(side_files, tmp_path, **FIVE)
        with pytest.raises(ServiceUnavailable):
            side_files.publish(a_spec(), changes)

        failing.asked.clear()
        failing.good = 5
        published = side_files.publish(a_spec(), changes)

    assert 5 == len(published.files)
    assert ["out/3.txt", "out/4.txt"] == failing.asked
    assert [b"0", b"4"] == [failing.read(CONTAINER, f"out/{index}.txt").data for index in (0, 4)]


def test_a_file_of_somebody_else_is_never_taken_for_an_earlier_try(tmp_path: Path) -> None:
    failing = Failing(good=10)
    failing.write(CONTAINER, "out/2.txt", b"theirs", metadata={OWNER: "job-0"})
    with ThreadPoolExecutor(1) as writers:
        side_files = SideFiles(failing, writers)
        changes = stored(side_files, tmp_path, **FIVE)

        with pytest.raises(Conflict, match=r"2\.txt"):
            side_files.publish(a_spec(), changes)

    assert b"theirs" == failing.read(CONTAINER, "out/2.txt").data
