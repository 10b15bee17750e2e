"""What several processes wrote, and what is published of it."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.memory import MemoryBlobs
from shared.domain.errors import Conflict, ServiceUnavailable
from shared.domain.minibatch import Span
from shared.domain.receipt import PublishedFile
from shared.domain.side_contents import StoredChange, Written
from shared.ports import BlobItem
from shared.stores.blocks import BLOCK_BYTES
from shared.stores.side_files import OWNER, Change, SideFiles
from tests.support.specs import CONTAINER, a_spec

JOBS = "batch-jobs"
LARGE = bytes(BLOCK_BYTES) + b"and more than one block"


@pytest.fixture
def side_files(blobs: MemoryBlobs) -> Iterator[SideFiles]:
    with ThreadPoolExecutor(2) as writers:
        yield SideFiles(blobs, writers)


def stored(
    side_files: SideFiles, folder: Path, **contents: bytes
) -> list[tuple[str, StoredChange]]:
    """Files that one process wrote in the first mini-batch of the job."""
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    changes = [Change(name=name, path=folder / name, is_appended=False) for name in contents]
    kept = side_files.store("job-1", Span(first=0, stop=1), changes)
    return [("p", change) for change in kept]


def told(path: str, content: bytes) -> PublishedFile:
    return PublishedFile(path, len(content), hashlib.sha256(content).hexdigest())


def wrote(
    name: str, blob: str, *, is_appended: bool = False, is_stream: bool = False, life: int = 1
) -> StoredChange:
    return StoredChange(
        name=name, blob=blob, is_appended=is_appended, is_stream=is_stream, life=life
    )


def of_lives(*changes: tuple[int, str, bool]) -> Written:
    """What the successive processes of one scorer make of a file: life, blob, is appended."""
    return Written.of(
        ("p", wrote("f", blob, is_appended=is_appended, life=life))
        for life, blob, is_appended in changes
    )


def test_a_file_of_one_process_is_what_it_last_was() -> None:
    changes = [("p", wrote("a", "1")), ("p", wrote("a", "2")), ("p", wrote("b", "3"))]

    assert {"a": ["2"], "b": ["3"]} == Written.of(changes).contents()


def test_a_log_has_the_lines_of_every_process_in_input_order() -> None:
    """Of one that was killed, too: its successor begins the file anew, and sees nothing of it."""
    changes = [
        ("killed", wrote("log", "1")),
        ("killed", wrote("log", "2", is_appended=True)),
        ("successor", wrote("log", "3")),
        ("other", wrote("log", "4")),
        ("successor", wrote("log", "5", is_appended=True)),
    ]

    assert {"log": ["1", "2", "3", "4", "5"]} == Written.of(changes).contents()


def test_the_streams_of_several_processes_follow_each_other_and_are_not_mixed() -> None:
    changes = [
        ("p", wrote("gz", "1", is_stream=True)),
        ("q", wrote("gz", "2", is_stream=True)),
        ("p", wrote("gz", "3", is_appended=True)),
        ("q", wrote("gz", "4", is_appended=True)),
        ("p", wrote("gz", "5", is_appended=True)),
    ]

    assert {"gz": ["1", "3", "5", "2", "4"]} == Written.of(changes).contents()


def test_of_streams_that_nobody_goes_on_with_the_last_one_counts_whole() -> None:
    changes = [("p", wrote("gz", "1", is_stream=True)), ("q", wrote("gz", "2", is_stream=True))]
    again = [*changes, ("p", wrote("gz", "3", is_stream=True))]

    assert {"gz": ["2"]} == Written.of(changes).contents()
    assert {"gz": ["3"]} == Written.of(again).contents()


def test_of_a_file_that_nobody_appends_to_the_last_one_counts_whole() -> None:
    changes = [("p", wrote("sum", "1")), ("q", wrote("sum", "2")), ("p", wrote("sum", "3"))]

    assert {"sum": ["3"]} == Written.of(changes).contents()


def test_a_process_that_begins_its_log_anew_takes_its_own_lines_back() -> None:
    changes = [
        ("p", wrote("log", "1")),
        ("q", wrote("log", "2")),
        ("p", wrote("log", "3", is_appended=True)),
        ("p", wrote("log", "4")),
    ]

    assert {"log": ["2", "4"]} == Written.of(changes).contents()


def test_what_a_process_removed_is_gone_and_what_others_wrote_stays() -> None:
    changes = [("p", wrote("a", "1")), ("p", wrote("a", "")), ("p", wrote("b", "2"))]
    both = [("p", wrote("a", "1")), ("q", wrote("a", "2")), ("q", wrote("a", ""))]

    assert {"b": ["2"]} == Written.of(changes).contents()
    assert {"a": ["1"]} == Written.of(both).contents()


def test_files_of_several_processes_are_told_but_logs_are_none_of_them() -> None:
    changes = [
        ("p", wrote("sum", "1")),
        ("q", wrote("sum", "2")),
        ("p", wrote("log", "3")),
        ("q", wrote("log", "4")),
        ("q", wrote("log", "5", is_appended=True)),
        ("p", wrote("own", "6")),
        ("p", wrote("own", "7")),
        ("p", wrote("left", "8")),
        ("q", wrote("left", "9")),
        ("p", wrote("left", "")),
    ]

    assert ["sum"] == Written.of(changes).contested()


def test_a_file_that_a_successor_overwrote_is_told() -> None:
    """What its predecessor wrote is not in it."""
    written = of_lives((1, "1", False), (1, "2", False), (2, "3", False))

    assert {"f": ["3"]} == written.contents()
    assert ["f"] == written.contested()


def test_a_growing_file_that_a_successor_began_anew_has_the_lines_of_both_and_is_told() -> None:
    """Nobody knows whether the successor had read those of its predecessor."""
    written = of_lives((1, "1", False), (1, "2", True), (2, "3", False), (2, "4", True))

    assert {"f": ["1", "2", "3", "4"]} == written.contents()
    assert ["f"] == written.contested()


def test_a_log_that_a_successor_went_on_with_is_whole_and_nothing_is_told() -> None:
    written = of_lives((1, "1", False), (2, "2", True), (3, "3", True))

    assert {"f": ["1", "2", "3"]} == written.contents()
    assert [] == written.contested()


def test_who_went_on_with_a_log_may_write_it_anew() -> None:
    written = of_lives((1, "1", False), (2, "2", True), (2, "3", False))

    assert {"f": ["3"]} == written.contents()
    assert [] == written.contested()


def test_a_file_that_a_successor_removed_is_gone_and_told() -> None:
    """An init() that clears the folder does that."""
    written = of_lives((1, "1", False), (2, "", False))

    assert {} == written.contents()
    assert ["f"] == written.contested()


def test_a_file_that_a_successor_left_is_not_told() -> None:
    changes = [("p", wrote("a", "1")), ("p", wrote("b", "2", life=2)), ("q", wrote("c", "3"))]
    written = Written.of(changes)

    assert {"a": ["1"], "b": ["2"], "c": ["3"]} == written.contents()
    assert [] == written.contested()


def test_what_was_published_is_told_by_its_bytes_and_again_at_a_second_try(
    side_files: SideFiles, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    changes = stored(side_files, tmp_path, large=LARGE, a=b"one", empty=b"")
    changes.append(("p", changes[1][1].model_copy(update={"is_appended": True})))
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
    piece = changes[0][1].blob
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
