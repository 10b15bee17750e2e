"""Exactly one job for each due time: whatever is killed, looks twice, or looks at the same time."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import pytest

from shared.domain.errors import ServiceUnavailable
from shared.domain.message import JSON
from tests.application.schedules import Clockwork, at, invoking, names
from tests.support.client import Client
from tests.support.faulty_blobs import FaultyBlobs, Killed, die
from tests.support.orchestrations import Orchestrations
from tests.support.specs import CONTAINER

type MakeClient = Callable[[], tuple[Client, FaultyBlobs]]


def wound_up(make_client: MakeClient) -> tuple[Clockwork, FaultyBlobs]:
    """Two schedules that are due at every hour, from 00:30 on."""
    client, blobs = make_client()
    blobs.write(CONTAINER, "in/a.csv", b"1")
    client.orchestrations.is_idle = True
    clockwork = Clockwork(client)
    for name in ("a", "b"):
        clockwork.put(name, since=at(0.5), catchup="all", action=invoking(displayName="{name}"))
    return clockwork, blobs


def all_names(*hours: int) -> list[str]:
    return names(*hours, schedule="a") + names(*hours, schedule="b")


def check_exactly_once(clockwork: Clockwork, *hours: int) -> None:
    assert all_names(*hours) == clockwork.jobs()
    assert sorted(clockwork.hub.waiting) == clockwork.jobs()
    assert all(clockwork.job(name).labels.display_name == name for name in clockwork.jobs())


def test_who_is_killed_before_any_of_its_writes_leaves_nothing_undone_or_twice(
    make_client: MakeClient,
) -> None:
    for write in count(1):
        clockwork, blobs = wound_up(make_client)
        blobs.before_write(write, die)
        with suppress(Killed):
            clockwork.look(at(2.01))
        was_calm = blobs.calm()

        clockwork.look(at(2.02))
        clockwork.look(at(2.03))

        check_exactly_once(clockwork, 1, 2)
        if was_calm:
            assert write > 12
            return


def test_two_hosts_that_look_at_the_same_time_make_one_job(make_client: MakeClient) -> None:
    """Before each write of the one, the other makes a whole look."""
    for write in count(1):
        clockwork, blobs = wound_up(make_client)
        blobs.before_write(write, partial(clockwork.look, at(2.02)))

        clockwork.look(at(2.01))
        was_calm = blobs.calm()
        clockwork.look(at(2.03))

        check_exactly_once(clockwork, 1, 2)
        if was_calm:
            assert write > 12
            return


@dataclass
class DyingHub(Orchestrations):
    """Dies before, or after, it starts the n-th orchestration; once."""

    dies_at: int = 0
    starts_first: bool = False
    starts: int = field(default=0)

    def start(self, orchestrator: str, instance: str, given: JSON) -> None:
        self.starts += 1
        if self.starts == self.dies_at and not self.starts_first:
            raise Killed
        super().start(orchestrator, instance, given)
        if self.starts == self.dies_at:
            raise Killed


@pytest.mark.parametrize("dies_at", [1, 2, 3, 4])
@pytest.mark.parametrize("starts_first", [True, False])
def test_who_is_killed_around_a_start_leaves_a_job_that_is_started_once(
    make_client: MakeClient, dies_at: int, *, starts_first: bool
) -> None:
    clockwork, _ = wound_up(make_client)
    hub = DyingHub(clockwork.services, is_idle=True, dies_at=dies_at, starts_first=starts_first)
    clockwork.client.orchestrations = hub

    with pytest.raises(Killed):
        clockwork.look(at(2.01))
    clockwork.look(at(2.02))

    check_exactly_once(clockwork, 1, 2)


def test_a_schedule_that_was_changed_before_the_repetition_makes_no_second_job(
    make_client: MakeClient,
) -> None:
    """Killed after the job was made, then put with other words, input and deployment."""
    for write in count(1):
        clockwork, blobs = wound_up(make_client)
        blobs.before_write(write, die)
        with suppress(Killed):
            clockwork.look(at(1.01))
        if blobs.calm():
            return
        made = clockwork.jobs()

        action = invoking(displayName="{name}", miniBatchSize=3)
        action["endpointInvocationDefinition"]["deploymentName"] = "other"
        clockwork.put("a", since=at(0.5), catchup="all", action=action)
        clockwork.look(at(1.02))

        check_exactly_once(clockwork, 1)
        first = clockwork.job(names(1, schedule="a")[0]).spec.deployment
        assert first == "main" if names(1, schedule="a")[0] in made else first in {"main", "other"}


def test_a_store_that_does_not_answer_makes_the_job_late_and_not_lost(
    make_client: MakeClient,
) -> None:
    def refuse() -> None:
        raise ServiceUnavailable("The store does not answer.", fix="Wait.")

    for write in count(1):
        clockwork, blobs = wound_up(make_client)
        blobs.before_write(write, refuse)
        clockwork.look(at(1.01))
        was_calm = blobs.calm()
        clockwork.look(at(1.02))

        check_exactly_once(clockwork, 1)
        if was_calm:
            return


@pytest.mark.parametrize("seed", range(5))
def test_two_days_of_kills_and_outages_make_every_job_once(
    make_client: MakeClient, seed: int
) -> None:
    """Looks come at any time; one in three is killed at some write, or meets another."""
    script = random.Random(seed)  # noqa: S311
    clockwork, blobs = wound_up(make_client)
    now = 0.6
    while now < 40:
        now += script.choice((1 / 60, 0.3, 0.9, 4))
        if script.random() < 1 / 3:
            other = script.choice((die, partial(clockwork.look, at(now))))
            blobs.before_write(script.randint(1, 12), other)
        with suppress(Killed):
            clockwork.look(at(now))
        blobs.calm()
    for minute in range(10):
        clockwork.look(at(49 + minute / 60 + now % 1))

    check_exactly_once(clockwork, *range(1, int(49 + 9 / 60 + now % 1) + 1))
