from dataclasses import dataclass, field

import pytest

from local.process_watch import DEATHS, START_LIMIT_S, ProcessWatch
from local.stack_errors import GaveUp


@dataclass
class FakePart:
    """A process that dies when a test says so."""

    name: str = "host"
    pid: int = 1
    exit_code: int | None = None
    last_output: str = "its last words"

    def restart(self) -> None:
        self.pid += 1
        self.exit_code = None


@dataclass
class Scene:
    """A watch over one part, with a clock that only a test moves."""

    part: FakePart = field(default_factory=FakePart)
    is_ready: bool = True
    now: float = 0.0
    said: list[str] = field(default_factory=list[str])
    greetings: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        self.watch = ProcessWatch(
            [self.part],
            is_ready=lambda: self.is_ready,
            on_ready=self.greetings.append,
            say=self.said.append,
            clock=lambda: self.now,
        )

    def die(self, exit_code: int) -> None:
        self.part.exit_code = exit_code
        self.watch.check()


def test_readiness_is_reported_once() -> None:
    scene = Scene()

    scene.watch.check()
    scene.watch.check()

    assert [1] == scene.greetings


def test_readiness_waits_for_the_answer() -> None:
    scene = Scene(is_ready=False)
    scene.watch.check()
    assert [] == scene.greetings

    scene.is_ready = True
    scene.watch.check()

    assert [1] == scene.greetings


def test_a_part_that_dies_is_started_again_and_readiness_reported_anew() -> None:
    scene = Scene()
    scene.watch.check()

    scene.die(-9)

    assert [1, 2] == scene.greetings
    assert ["host (process 1) was ended by SIGKILL. Starting it again."] == scene.said


def test_a_part_that_ends_by_itself_before_it_was_ready_is_not_tried_again() -> None:
    """Its configuration is wrong: it would only say so five times."""
    scene = Scene(is_ready=False)

    with pytest.raises(GaveUp, match=r"(?s)exit code 3 before it was ready.*its last words"):
        scene.die(3)

    assert 1 == scene.part.pid


def test_a_part_that_is_killed_before_it_was_ready_is_started_again() -> None:
    scene = Scene(is_ready=False)

    scene.die(-9)

    assert 2 == scene.part.pid


def test_deaths_of_a_stack_that_answered_in_between_are_forgiven() -> None:
    scene = Scene()
    for death in range(3 * DEATHS):
        scene.watch.check()
        scene.now = death * 0.5
        scene.die(-9)

    assert 1 + 3 * DEATHS == scene.part.pid


def test_five_deaths_within_thirty_seconds_are_too_many() -> None:
    scene = Scene(is_ready=False)
    scene.watch.check()

    for death in range(DEATHS - 1):
        scene.now = death * 7.0
        scene.die(-9)
    scene.now = 30.0
    with pytest.raises(GaveUp, match=r"(?s)for the 5th time in 30 s.*its last words"):
        scene.die(-9)


def test_deaths_far_apart_are_forgiven() -> None:
    scene = Scene()
    scene.watch.check()

    for death in range(3 * DEATHS):
        scene.now = death * 8.0
        scene.die(1)

    assert 1 + 3 * DEATHS == scene.part.pid


def test_a_host_that_never_answers_ends_the_wait() -> None:
    scene = Scene(is_ready=False)
    scene.watch.check()

    scene.now = START_LIMIT_S + 1
    with pytest.raises(GaveUp, match="does not answer"):
        scene.watch.check()
