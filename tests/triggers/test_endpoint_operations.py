"""Deletions of endpoints, and the operations that tell how far a change is."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.api.routes import UNBOUND
from shared.api.workspace import workspace_id
from shared.domain.errors import BatchError, Conflict, NotFound
from tests.support.client import Client, check_consistent
from tests.support.requests import AT_ONCE, http_request
from triggers import deployments, endpoints, operations, scoring


def test_a_deletion_takes_the_deployments_along_and_nothing_else(client: Client) -> None:
    client.put_endpoint("wine-2")
    client.put_deployment("main", "wine-2")

    assert 200 == client.delete_endpoint("WINE").status

    assert ["wine-2"] == client.endpoint_names()
    assert ["main"] == client.deployment_names("wine-2")
    assert ["wine-2/main"] == client.services.registry.users(lambda one: True)
    with pytest.raises(NotFound, match="'wine'"):
        client.delete_endpoint()
    assert 201 == client.put_endpoint().status
    assert [] == client.deployment_names()


def test_while_an_endpoint_is_being_deleted_nothing_of_it_changes(client: Client) -> None:
    client.orchestrations.is_idle = True

    answer = client.delete_endpoint(headers=AT_ONCE)

    assert (202, "1") == (answer.status, answer.headers["Retry-After"])
    assert answer.headers["Location"] == answer.headers["Azure-AsyncOperation"]
    read = client.get_endpoint()
    assert "Deleting" == read.body["properties"]["provisioningState"]
    assert answer.headers["Azure-AsyncOperation"] == read.headers["Azure-AsyncOperation"]
    body: Any = {"properties": {"inputData": {}}}
    refusals: list[Callable[[], object]] = [
        client.put_endpoint,
        client.put_deployment,
        lambda: endpoints.patch_endpoint(
            http_request({}, endpoint="wine"), client.services, UNBOUND
        ),
        lambda: deployments.patch_deployment(
            http_request({}, endpoint="wine", deployment="main"), client.services, UNBOUND
        ),
        lambda: scoring.invoke(
            http_request(body, endpoint="wine"), client.services, client.durable
        ),
    ]
    for refused in refusals:
        with pytest.raises(Conflict, match="is being deleted"):
            refused()


def test_a_deletions_operation_tells_how_far_it_is(client: Client) -> None:
    client.orchestrations.is_idle = True
    place = client.delete_endpoint(headers=AT_ONCE).headers["Azure-AsyncOperation"]
    name = place.rpartition("/operations/")[2]

    def ask_again() -> Any:
        return operations.get_operation(
            http_request(operation=name), client.services, client.durable
        )

    assert ("InProgress", "1") == (ask_again().body["status"], ask_again().headers["Retry-After"])
    assert place == ask_again().headers["Azure-AsyncOperation"]
    client.orchestrations.run_all()
    assert (name, "Succeeded") == (ask_again().body["name"], ask_again().body["status"])
    assert [] == client.endpoint_names()


@pytest.mark.parametrize("how", ["Terminated", "Failed"])
@pytest.mark.parametrize("act", [Client.get_endpoint, Client.delete_endpoint])
def test_a_deletion_that_nobody_carries_on_is_started_again(
    client: Client, how: str, act: Any
) -> None:
    client.orchestrations.is_idle = True
    client.delete_endpoint(headers=AT_ONCE)
    (instance,) = client.orchestrations.waiting
    client.orchestrations.end(instance, how)
    client.orchestrations.is_idle = False

    act(client)

    assert [] == client.endpoint_names()


def test_a_late_twin_of_a_deletion_spares_the_endpoint_that_came_after(client: Client) -> None:
    client.orchestrations.is_idle = True
    client.delete_endpoint(headers=AT_ONCE)
    twin = dict(client.orchestrations.waiting)
    client.orchestrations.run_all()
    client.put_endpoint()
    client.orchestrations.is_idle = False
    client.put_deployment()

    client.orchestrations.waiting = twin
    client.orchestrations.run_all()

    assert ["main"] == client.deployment_names()
    check_consistent(client.services)


def test_other_orchestrations_are_no_operations(client: Client) -> None:
    client.orchestrations.instances["my-job"] = client.orchestrations._instance("score_job", "")

    for name in ("my-job", "nothing"):
        with pytest.raises(BatchError, match=name):
            operations.get_operation(http_request(operation=name), client.services, client.durable)


def operation_of(client: Client, resource: Any) -> Any:
    """The published REST sample reads this address out of what a PUT answers, and polls it."""
    place = resource["properties"]["properties"]["AzureAsyncOperationUri"]
    address, _, name = place.rpartition("/operations/")
    assert f"http://here{workspace_id(client.services.settings)}" == address
    answer = operations.get_operation(http_request(operation=name), client.services, client.durable)
    assert name == answer.body["name"]
    return answer.body


def test_the_operation_that_a_put_names_tells_its_end(client: Client) -> None:
    made = client.put_endpoint("new").body
    deployed = client.put_deployment("good", "new").body
    assert "Succeeded" == operation_of(client, made)["status"]
    assert "Succeeded" == operation_of(client, deployed)["status"]

    client.orchestrations.reason = "There is no package 'sklaern'."
    failed = operation_of(client, client.put_deployment("bad", "new").body)

    assert ("Failed", client.orchestrations.reason) == (
        failed["status"],
        failed["error"]["message"],
    )
    client.orchestrations.instances.clear()  # purged by the Durable API
    assert "Succeeded" == operation_of(client, deployed)["status"]
    purged = operation_of(client, client.get_deployment("bad", "new").body)
    assert failed["error"] == purged["error"]


def test_the_operation_of_what_is_being_made_or_deleted_is_in_progress(client: Client) -> None:
    client.orchestrations.is_idle = True

    making = client.put_deployment("new", headers=AT_ONCE).body
    assert "InProgress" == operation_of(client, making)["status"]
    client.orchestrations.run_all()
    assert "Succeeded" == operation_of(client, making)["status"]

    client.delete_endpoint(headers=AT_ONCE)
    deleting = client.get_endpoint().body
    assert "InProgress" == operation_of(client, deleting)["status"]
    client.orchestrations.run_all()
    assert "Succeeded" == operation_of(client, deleting)["status"]


def test_the_operation_of_an_endpoint_that_is_gone_is_not_found(client: Client) -> None:
    made = client.put_endpoint("new").body
    client.delete_endpoint("new")
    client.put_endpoint("new")

    with pytest.raises(NotFound, match="no operation"):
        operation_of(client, made)
