"""What several processes wrote, and what is published of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.adapters.memory import MemoryBlobs
from shared.domain.errors import Conflict, ServiceUnavailable
from shared.stores.side_files import OWNER, SideFiles, StoredChange, contents_of
from tests.app.in_memory import CONTAINER, a_spec


def wrote(name: str, blob: str, *, is_appended: bool = False) -> StoredChange:
    return StoredChange(name=name, blob=blob, is_appended=is_appended)


def test_a_file_of_one_process_is_what_it_last_was() -> None:
    changes = [("p", wrote("a", "1")), ("p", wrote("a", "2")), ("p", wrote("b", "3"))]

    assert {"a": ["2"], "b": ["3"]} == contents_of(changes)


def test_a_log_has_the_lines_of_every_process_in_input_order() -> None:
    """Of one that was killed, too: its successor begins the file anew, and sees nothing of it."""
    changes = [
        ("killed", wrote("log", "1")),
        ("killed", wrote("log", "2", is_appended=True)),
        ("successor", wrote("log", "3")),
        ("other", wrote("log", "4")),
        ("successor", wrote("log", "5", is_appended=True)),
    ]

    assert {"log": ["1", "2", "3", "4", "5"]} == contents_of(changes)


def test_of_a_file_that_nobody_appends_to_the_last_one_counts_whole() -> None:
    changes = [("p", wrote("sum", "1")), ("q", wrote("sum", "2")), ("p", wrote("sum", "3"))]

    assert {"sum": ["3"]} == contents_of(changes)


def test_a_process_that_begins_its_log_anew_takes_its_own_lines_back() -> None:
    changes = [
        ("p", wrote("log", "1")),
        ("q", wrote("log", "2")),
        ("p", wrote("log", "3", is_appended=True)),
        ("p", wrote("log", "4")),
    ]

    assert {"log": ["2", "4"]} == contents_of(changes)


def test_what_a_process_removed_is_gone_and_what_others_wrote_stays() -> None:
    changes = [("p", wrote("a", "1")), ("p", wrote("a", "")), ("p", wrote("b", "2"))]
    both = [("p", wrote("a", "1")), ("q", wrote("a", "2")), ("q", wrote("a", ""))]

    assert {"b": ["2"]} == contents_of(changes)
    assert {"a": ["1"]} == contents_of(both)


class Failing(MemoryBlobs):
    """Its writes into `out/` fail after the first `good` ones; it counts what it is asked there."""

    def __init__(self, good: int) -> None:
        super().__init__()
        self.good = good
        self.asked: list[str] = []

    def write(self, container: str, name: str, data: bytes, **conditions: Any) -> str:
        if name.startswith("out/"):
            self.asked.append(name)
            if self.good == 0:
                raise ServiceUnavailable("The store did not serve it.", fix="Try again.")
            self.good -= 1
        return super().write(container, name, data, **conditions)


@pytest.fixture
def writers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as writers:
        yield writers


def failing(good: int) -> Failing:
    blobs = Failing(good)
    for container in ("batch-jobs", CONTAINER):
        blobs.ensure_container(container)
    for index in range(5):
        blobs.write("batch-jobs", f"{index}", str(index).encode())
    return blobs


CHANGES = [("p", wrote(f"{index}.txt", str(index))) for index in range(5)]


def test_what_an_earlier_try_published_is_left_alone(writers: ThreadPoolExecutor) -> None:
    blobs = failing(good=3)
    with pytest.raises(ServiceUnavailable):
        SideFiles(blobs, writers).publish(a_spec(), CHANGES)

    blobs.asked.clear()
    blobs.good = 5
    published = SideFiles(blobs, writers).publish(a_spec(), CHANGES)

    assert 5 == published
    assert ["out/3.txt", "out/4.txt"] == blobs.asked
    assert [b"0", b"4"] == [blobs.read(CONTAINER, f"out/{index}.txt").data for index in (0, 4)]


def test_a_file_of_somebody_else_is_never_taken_for_an_earlier_try(
    writers: ThreadPoolExecutor,
) -> None:
    blobs = failing(good=10)
    blobs.write(CONTAINER, "out/2.txt", b"theirs", metadata={OWNER: "job-0"})

    with pytest.raises(Conflict, match=r"2\.txt"):
        SideFiles(blobs, writers).publish(a_spec(), CHANGES)

    assert b"theirs" == blobs.read(CONTAINER, "out/2.txt").data
