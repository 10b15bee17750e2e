"""An orchestration is started once, however often it is asked for."""

from pathlib import Path

import pytest

from shared.application.starting import ensure_started
from shared.domain.errors import Conflict
from tests.support.orchestrations import Orchestrations
from tests.support.services_in_memory import services_in_memory

DELETION = {"endpoint": "wine", "deletion": "a"}


@pytest.fixture
def hub(tmp_path: Path) -> Orchestrations:
    return Orchestrations(services_in_memory(tmp_path)[0], is_idle=True)


def start(hub: Orchestrations, *, again: bool = False) -> object:
    return ensure_started(hub.client, "retire_endpoint", "wine_a", DELETION, again=again)


def test_what_nobody_started_is_started(hub: Orchestrations) -> None:
    assert start(hub) is None
    assert {"wine_a": ("retire_endpoint", DELETION)} == hub.waiting


@pytest.mark.parametrize("again", [False, True])
def test_what_is_under_way_is_left_alone(hub: Orchestrations, again: bool) -> None:  # noqa: FBT001
    start(hub)

    assert hub.find("wine_a") is start(hub, again=again)


@pytest.mark.parametrize("again", [False, True])
def test_what_has_ended_is_started_only_again(
    hub: Orchestrations,
    again: bool,  # noqa: FBT001
) -> None:
    start(hub)
    hub.end("wine_a", "Terminated")

    found = start(hub, again=again)

    assert (found is None) is again
    assert ("wine_a" in hub.waiting) is again


def test_another_orchestration_of_that_id_does_not_count(hub: Orchestrations) -> None:
    hub.start("provision_deployment", "wine_a", {})
    hub.end("wine_a", "Completed")

    assert start(hub) is None
    assert "retire_endpoint" == hub.waiting["wine_a"][0]


def test_who_comes_second_starts_nothing(hub: Orchestrations) -> None:
    class Slow(Orchestrations):
        """Another request starts it after the look."""

        def find(self, instance: str) -> None:
            return None

    slow = Slow(hub.services, is_idle=True)
    slow.start("retire_endpoint", "wine_a", DELETION)

    with pytest.raises(Conflict):
        slow.start("retire_endpoint", "wine_a", DELETION)
    assert start(slow) is None
