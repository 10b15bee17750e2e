"""`kill -9` between any two writes, and others at work between them: the registry stays whole.

Each test walks through every write of a change. Whatever the store holds then, the client's own
repeat of its request brings the change to its end.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest

from shared.domain.errors import BatchError, Conflict, InvalidRequest, NotFound
from tests.support.client import Client, check_consistent
from tests.support.faulty_blobs import FaultyBlobs, Killed, die

type Act = Callable[[Client], object]
type MakeClient = Callable[[], tuple[Client, FaultyBlobs]]

MOST_WRITES = 30


def attempted(act: Act, client: Client) -> None:
    """Refusals are answers like others."""
    try:
        act(client)
    except BatchError:
        return


def restarted(client: Client) -> Client:
    """The service started anew over what the store and the task hub hold."""
    again = Client(client.services)
    again.orchestrations.waiting = client.orchestrations.waiting
    again.orchestrations.instances = client.orchestrations.instances
    again.orchestrations.run_all()
    return again


CHANGES: dict[str, Act] = {
    "delete endpoint": Client.delete_endpoint,
    "switch default": lambda client: client.set_default("other"),
    "new deployment": lambda client: client.put_deployment("new"),
    "changed deployment": lambda client: client.put_deployment("other", loggingLevel="debug"),
    "delete deployment": lambda client: client.delete_deployment("other"),
    "new model": lambda client: client.put_model("new"),
    "delete used model": Client.delete_model,
}
DONE: dict[str, Callable[[Client], bool]] = {
    "delete endpoint": lambda client: not client.endpoint_names(),
    "switch default": lambda client: (
        client.get_endpoint().body["properties"]["defaults"] == {"deploymentName": "other"}
    ),
    "new deployment": lambda client: "new" in client.deployment_names(),
    "changed deployment": lambda client: (
        client.get_deployment("other").body["properties"]["loggingLevel"] == "Debug"
    ),
    "delete deployment": lambda client: ["main"] == client.deployment_names(),
    "new model": lambda client: client.services.registry.models.find("new", "1") is not None,
    "delete used model": lambda client: client.services.registry.models.find("m", "1") is not None,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_dies_at_any_write_is_ended_by_its_repeat(
    make_client: MakeClient, name: str
) -> None:
    for at in range(1, MOST_WRITES):
        client, faulty = make_client()
        faulty.before_write(at, die)
        with suppress(Killed):
            attempted(CHANGES[name], client)
        was_last = faulty.calm()
        client = restarted(client)
        check_consistent(client.services)

        attempted(CHANGES[name], client)

        check_consistent(client.services)
        assert DONE[name](client)
        if was_last:
            break
    else:
        pytest.fail(f"more than {MOST_WRITES} writes")


def test_no_deployment_of_a_deleted_endpoint_comes_back_though_its_writer_died(
    make_client: MakeClient,
) -> None:
    """The endpoint is deleted before the deployment's first write, and the process dies after."""

    def replace_endpoint(client: Client) -> None:
        client.delete_endpoint()
        client.put_endpoint()

    client, faulty = make_client()
    faulty.before_write(1, partial(replace_endpoint, client))
    faulty.before_write(2, die)
    with pytest.raises(Killed):
        client.put_deployment("new")
    client = restarted(client)

    assert ["wine"] == client.endpoint_names()
    assert [] == client.deployment_names()
    assert [] == client.services.registry.users(lambda one: True)
    with pytest.raises(NotFound, match="new"):
        client.get_deployment("new")
    with pytest.raises(InvalidRequest, match="new"):
        client.set_default("new")
    assert 201 == client.put_deployment("new").status
    assert ["new"] == client.deployment_names()


def test_a_deployment_whose_endpoint_is_deleted_meanwhile_is_refused_and_leaves_nothing(
    make_client: MakeClient,
) -> None:
    client, faulty = make_client()
    faulty.before_write(1, client.delete_endpoint)

    with pytest.raises(Conflict, match="deleted meanwhile"):
        client.put_deployment("new")

    assert [] == list(client.services.registry.deployments.iterate(levels=2))


def test_a_default_that_vanishes_with_its_endpoint_is_refused_and_makes_no_endpoint(
    make_client: MakeClient,
) -> None:
    client, faulty = make_client()
    faulty.before_write(1, client.delete_endpoint)

    with pytest.raises(InvalidRequest, match="no deployment 'other'"):
        client.set_default("other")

    assert [] == client.endpoint_names()


RACES: dict[str, tuple[Act, Act]] = {
    "deployment put, endpoint deleted": (
        lambda client: client.put_deployment("new"),
        Client.delete_endpoint,
    ),
    "deployment put, endpoint replaced": (
        lambda client: client.put_deployment("new"),
        lambda client: (client.delete_endpoint(), client.put_endpoint()),
    ),
    "deployment changed, endpoint deleted": (Client.put_deployment, Client.delete_endpoint),
    "endpoint deleted, deployment put": (
        Client.delete_endpoint,
        lambda client: client.put_deployment("new"),
    ),
    "default set, deployment deleted": (
        lambda client: client.set_default("other"),
        lambda client: client.delete_deployment("other"),
    ),
    "default set, endpoint replaced": (
        lambda client: client.set_default("other"),
        lambda client: (client.delete_endpoint(), client.put_endpoint()),
    ),
    "default set, endpoint deleted": (
        lambda client: client.set_default("other"),
        Client.delete_endpoint,
    ),
    "deployment deleted, default set": (
        lambda client: client.delete_deployment("other"),
        lambda client: client.set_default("other"),
    ),
    "model deleted, deployment put": (
        lambda client: client.delete_model("spare"),
        lambda client: client.put_deployment(
            "new", model={"assetId": client.asset_id("models", "spare")}
        ),
    ),
    "endpoint put, endpoint deleted": (Client.put_endpoint, Client.delete_endpoint),
}


@pytest.mark.parametrize("name", RACES)
def test_whoever_comes_in_between_two_writes_leaves_the_registry_whole(
    make_client: MakeClient, name: str
) -> None:
    act, other = RACES[name]
    for at in range(1, MOST_WRITES):
        client, faulty = make_client()
        client.put_model("spare")
        faulty.before_write(at, partial(attempted, other, client))

        attempted(act, client)

        was_last = faulty.calm()
        check_consistent(client.services)
        living = {name.lower() for name in client.endpoint_names()}
        for user in client.services.registry.users(lambda one: True):
            assert user.partition("/")[0] in living
        client.put_endpoint()
        check_consistent(client.services)
        if was_last:
            break
    else:
        pytest.fail(f"more than {MOST_WRITES} writes")
