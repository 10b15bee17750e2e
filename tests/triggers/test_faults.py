"""`kill -9` between any two writes, and others at work between them: the registry stays whole.

Each test walks through every write of a change. Whatever the store holds then, the client's own
repeat of its request brings the change to its end.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest

from shared.domain.errors import BatchError, Conflict, InvalidRequest, NotFound
from tests.triggers.faulty import FaultyBlobs, Killed, die
from tests.triggers.resources import Desk, check_consistent

type Act = Callable[[Desk], object]
type MakeDesk = Callable[[], tuple[Desk, FaultyBlobs]]

MOST_WRITES = 30


def attempted(act: Act, desk: Desk) -> None:
    """Refusals are answers like others."""
    try:
        act(desk)
    except BatchError:
        return


def restarted(desk: Desk) -> Desk:
    """The service started anew over what the store and the task hub hold."""
    again = Desk(desk.services)
    again.orchestrations.waiting = desk.orchestrations.waiting
    again.orchestrations.instances = desk.orchestrations.instances
    again.orchestrations.run_all()
    return again


CHANGES: dict[str, Act] = {
    "delete endpoint": Desk.delete_endpoint,
    "switch default": lambda desk: desk.set_default("other"),
    "new deployment": lambda desk: desk.put_deployment("new"),
    "changed deployment": lambda desk: desk.put_deployment("other", loggingLevel="debug"),
    "delete deployment": lambda desk: desk.delete_deployment("other"),
    "new model": lambda desk: desk.put_model("new"),
    "delete used model": Desk.delete_model,
}
DONE: dict[str, Callable[[Desk], bool]] = {
    "delete endpoint": lambda desk: not desk.endpoint_names(),
    "switch default": lambda desk: (
        desk.get_endpoint().body["properties"]["defaults"] == {"deploymentName": "other"}
    ),
    "new deployment": lambda desk: "new" in desk.deployment_names(),
    "changed deployment": lambda desk: (
        desk.get_deployment("other").body["properties"]["loggingLevel"] == "Debug"
    ),
    "delete deployment": lambda desk: ["main"] == desk.deployment_names(),
    "new model": lambda desk: desk.services.registry.models.find("new", "1") is not None,
    "delete used model": lambda desk: desk.services.registry.models.find("m", "1") is not None,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_dies_at_any_write_is_ended_by_its_repeat(
    make_desk: MakeDesk, name: str
) -> None:
    for at in range(1, MOST_WRITES):
        desk, faulty = make_desk()
        faulty.before_write(at, die)
        with suppress(Killed):
            attempted(CHANGES[name], desk)
        was_last = faulty.calm()
        desk = restarted(desk)
        check_consistent(desk.services)

        attempted(CHANGES[name], desk)

        check_consistent(desk.services)
        assert DONE[name](desk)
        if was_last:
            break
    else:
        pytest.fail(f"more than {MOST_WRITES} writes")


def test_no_deployment_of_a_deleted_endpoint_comes_back_though_its_writer_died(
    make_desk: MakeDesk,
) -> None:
    """The endpoint is deleted before the deployment's first write, and the process dies after."""

    def replace_endpoint(desk: Desk) -> None:
        desk.delete_endpoint()
        desk.put_endpoint()

    desk, faulty = make_desk()
    faulty.before_write(1, partial(replace_endpoint, desk))
    faulty.before_write(2, die)
    with pytest.raises(Killed):
        desk.put_deployment("new")
    desk = restarted(desk)

    assert ["wine"] == desk.endpoint_names()
    assert [] == desk.deployment_names()
    assert [] == desk.services.registry.users(lambda one: True)
    with pytest.raises(NotFound, match="new"):
        desk.get_deployment("new")
    with pytest.raises(InvalidRequest, match="new"):
        desk.set_default("new")
    assert 201 == desk.put_deployment("new").status
    assert ["new"] == desk.deployment_names()


def test_a_deployment_whose_endpoint_is_deleted_meanwhile_is_refused_and_leaves_nothing(
    make_desk: MakeDesk,
) -> None:
    desk, faulty = make_desk()
    faulty.before_write(1, desk.delete_endpoint)

    with pytest.raises(Conflict, match="deleted meanwhile"):
        desk.put_deployment("new")

    assert [] == list(desk.services.registry.deployments.whole(levels=2))


def test_a_default_that_vanishes_with_its_endpoint_is_refused_and_makes_no_endpoint(
    make_desk: MakeDesk,
) -> None:
    desk, faulty = make_desk()
    faulty.before_write(1, desk.delete_endpoint)

    with pytest.raises(InvalidRequest, match="no deployment 'other'"):
        desk.set_default("other")

    assert [] == desk.endpoint_names()


RACES: dict[str, tuple[Act, Act]] = {
    "deployment put, endpoint deleted": (
        lambda desk: desk.put_deployment("new"),
        Desk.delete_endpoint,
    ),
    "deployment put, endpoint replaced": (
        lambda desk: desk.put_deployment("new"),
        lambda desk: (desk.delete_endpoint(), desk.put_endpoint()),
    ),
    "deployment changed, endpoint deleted": (Desk.put_deployment, Desk.delete_endpoint),
    "endpoint deleted, deployment put": (
        Desk.delete_endpoint,
        lambda desk: desk.put_deployment("new"),
    ),
    "default set, deployment deleted": (
        lambda desk: desk.set_default("other"),
        lambda desk: desk.delete_deployment("other"),
    ),
    "default set, endpoint replaced": (
        lambda desk: desk.set_default("other"),
        lambda desk: (desk.delete_endpoint(), desk.put_endpoint()),
    ),
    "default set, endpoint deleted": (
        lambda desk: desk.set_default("other"),
        Desk.delete_endpoint,
    ),
    "deployment deleted, default set": (
        lambda desk: desk.delete_deployment("other"),
        lambda desk: desk.set_default("other"),
    ),
    "model deleted, deployment put": (
        lambda desk: desk.delete_model("spare"),
        lambda desk: desk.put_deployment(
            "new", model={"assetId": desk.asset_id("models", "spare")}
        ),
    ),
    "endpoint put, endpoint deleted": (Desk.put_endpoint, Desk.delete_endpoint),
}


@pytest.mark.parametrize("name", RACES)
def test_whoever_comes_in_between_two_writes_leaves_the_registry_whole(
    make_desk: MakeDesk, name: str
) -> None:
    act, other = RACES[name]
    for at in range(1, MOST_WRITES):
        desk, faulty = make_desk()
        desk.put_model("spare")
        faulty.before_write(at, partial(attempted, other, desk))

        attempted(act, desk)

        was_last = faulty.calm()
        check_consistent(desk.services)
        living = {name.lower() for name in desk.endpoint_names()}
        for user in desk.services.registry.users(lambda one: True):
            assert user.partition("/")[0] in living
        desk.put_endpoint()
        check_consistent(desk.services)
        if was_last:
            break
    else:
        pytest.fail(f"more than {MOST_WRITES} writes")
