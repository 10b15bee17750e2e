"""The gathering of a watch: it looks, accepts what is due, and waits no longer than it must."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrators import gather_uploads
from orchestrators.instance_input import REFUSED
from shared.domain.message import JSON
from shared.domain.watch import GatherTask
from tests.support.failures import give_up
from tests.support.rehearsal import Rehearsal, play, undecorated
from tests.support.watched import Watched

GATHER = undecorated(gather_uploads.gather_uploads)
ENDED = {"problem": ""}


class Gathering:
    """A watched folder, and what happens there while the orchestration rests, by the second."""

    def __init__(self, scratch: Path, **rules: Any) -> None:
        self.watched = Watched(scratch, **rules)
        self.now = 0.0
        self.events: list[tuple[float, Callable[[], object]]] = []
        self.accepted_at: list[float] = []
        self.looks = 0

    def at(self, second: float, act: Callable[[], object]) -> None:
        self.events.append((second, act))

    def upload(self, second: float, name: str) -> None:
        self.at(second, lambda: self.watched.upload(name))

    def play(self, instance: str = "") -> JSON:
        self._happen()
        task = self.watched.watch.task
        activities = {"accept_uploads": self._accept, "timer": self.rest}
        rehearsal = Rehearsal(activities=activities)
        return play(GATHER, rehearsal, task.to_wire(), instance or task.instance)

    def _accept(self, given: JSON) -> JSON:
        self.looks += 1
        found = self.watched.gather(GatherTask.from_wire(given), self.watched.hub)
        self.accepted_at += [self.now] if found.accepted is not None else []
        return found.to_wire()

    def rest(self, seconds: float) -> None:
        self.now += seconds
        self.watched.wait(seconds)
        self._happen()

    def _happen(self) -> None:
        due = [act for second, act in self.events if second <= self.now]
        self.events = [one for one in self.events if one[0] > self.now]
        for act in due:
            act()


@pytest.fixture
def gathering(tmp_path: Path) -> Gathering:
    return Gathering(tmp_path, quiet_s=30, most_files=5, most_wait_s=100)


def test_an_orchestration_that_finds_nothing_ends_at_once(gathering: Gathering) -> None:
    assert ENDED == gathering.play()
    assert (1, 0) == (gathering.looks, gathering.now)


def test_uploads_close_to_each_other_are_one_job(gathering: Gathering) -> None:
    for second, name in ((0, "a"), (20, "b"), (45, "c")):
        gathering.upload(second, name)

    assert ENDED == gathering.play()

    assert [["a", "b", "c"]] == gathering.watched.names()
    assert 75 <= gathering.accepted_at[0] <= 80
    assert 1 == len(gathering.watched.job_names())


def test_the_most_files_are_a_job_before_it_is_quiet(gathering: Gathering) -> None:
    for index in range(7):
        gathering.upload(index, f"f{index}")

    gathering.play()

    assert [["f0", "f1", "f2", "f3", "f4"], ["f5", "f6"]] == gathering.watched.names()
    assert gathering.accepted_at[0] <= 10


def test_a_stream_that_never_ends_is_cut_after_the_longest_wait(tmp_path: Path) -> None:
    gathering = Gathering(tmp_path, quiet_s=30, most_wait_s=100)
    for index in range(15):
        gathering.upload(index * 10, f"f{index:02d}")

    gathering.play()

    assert 100 <= gathering.accepted_at[0] <= 105
    gathering.rest(50)
    gathering.play()
    assert 15 == sum(len(names) for names in gathering.watched.names())


def test_a_marker_ends_the_wait_and_is_spent_by_it(tmp_path: Path) -> None:
    gathering = Gathering(tmp_path, quiet_s=1000, most_wait_s=2000, marker="_SUCCESS")
    gathering.upload(0, "a")
    gathering.upload(10, "_SUCCESS")
    gathering.upload(100, "b")

    gathering.play()

    assert [["a"]] == gathering.watched.names()
    gathering.rest(100)
    assert gathering.watched.gather_once().wait_s > 0
    gathering.watched.upload("_SUCCESS")
    assert 1 == gathering.watched.gather_once().accepted


def test_an_overwrite_during_the_wait_takes_the_newer_version(gathering: Gathering) -> None:
    gathering.upload(0, "a")
    gathering.upload(20, "a")

    gathering.play()

    listed = list(gathering.watched.blobs.list_blobs("azureml-blobstore", "cellar/"))
    assert [("cellar/a", listed[0].etag)] == gathering.watched.versions()
    assert gathering.accepted_at[0] >= 50


def test_an_overwrite_after_the_job_began_is_another_job(gathering: Gathering) -> None:
    gathering.upload(0, "a")
    gathering.play()
    gathering.watched.upload("a")
    gathering.play()

    assert [["a"], ["a"]] == gathering.watched.names()
    assert 2 == len(set(gathering.watched.versions())) == len(gathering.watched.job_names())


def test_hints_that_come_twice_late_or_never_change_nothing(gathering: Gathering) -> None:
    """A second orchestration of the same watch, whenever it begins, accepts nothing again."""
    gathering.upload(0, "a")
    for second in (5, 40):
        gathering.at(second, gathering.play)

    gathering.play()
    gathering.play()

    assert [["a"]] == gathering.watched.names()


def test_a_long_wait_continues_as_new_and_waits_on(tmp_path: Path) -> None:
    """1,000 s are more rests than one generation has."""
    gathering = Gathering(tmp_path, quiet_s=1000, most_wait_s=2000)
    gathering.upload(0, "a")

    assert ENDED == gathering.play()

    assert 1000 <= gathering.accepted_at[0] <= 1005
    assert gathering.looks > gather_uploads.LOOKS_PER_GENERATION


def test_an_instance_that_is_not_the_watchs_own_does_nothing(gathering: Gathering) -> None:
    assert {"problem": REFUSED} == gathering.play("another")
    assert 0 == gathering.looks


def test_a_store_that_does_not_answer_ends_it_in_words(gathering: Gathering) -> None:
    task = gathering.watched.watch.task
    rehearsal = Rehearsal(activities={"accept_uploads": give_up})

    ended = play(GATHER, rehearsal, task.to_wire(), task.instance)

    assert ended["problem"].startswith("Gathering uploads failed and was given up")
