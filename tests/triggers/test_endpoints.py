"""Endpoints: defaults, traffic, conditions, lists, and what a deletion takes along."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.api.routes import UNBOUND
from shared.api.workspace import workspace_id
from shared.domain.errors import BatchError, Conflict, InvalidRequest, NotFound, PreconditionFailed
from tests.triggers.asking import ask
from tests.triggers.resources import Desk, check_consistent
from triggers import deployments, endpoints, operations, scoring

AT_ONCE = {"prefer": "respond-async"}


def test_an_endpoint_answers_as_the_official_client_needs_it(desk: Desk) -> None:
    answer = desk.get_endpoint("WINE")
    properties = answer.body["properties"]

    assert f'"{answer.body["etag"]}"' == answer.headers["ETag"]
    assert ("wine", "local", {}) == tuple(answer.body[key] for key in ("name", "location", "tags"))
    assert {"deploymentName": "main"} == properties["defaults"]
    assert ("Succeeded", "aadToken") == (properties["provisioningState"], properties["authMode"])
    assert properties["scoringUri"] == "http://here/endpoints/wine/jobs"


def test_a_new_endpoint_has_an_object_for_its_defaults(desk: Desk) -> None:
    answer = desk.put_endpoint("new")

    assert 201 == answer.status
    assert {"deploymentName": None} == answer.body["properties"]["defaults"]
    assert 200 == desk.put_endpoint("NEW").status
    assert ["new", "wine"] == desk.endpoint_names()


@pytest.mark.parametrize("properties", [{}, {"defaults": None}, {"defaults": {}}, {"traffic": {}}])
@pytest.mark.parametrize("name", [None, ""])
def test_a_put_without_a_default_keeps_the_one_that_is_set(
    desk: Desk, properties: Any, name: str | None
) -> None:
    desk.put_endpoint(**properties)
    desk.put_endpoint(defaults={"deploymentName": name})

    assert "main" == desk.get_endpoint().body["properties"]["defaults"]["deploymentName"]


def test_a_default_must_exist_and_is_shown_as_it_was_spelled_first(desk: Desk) -> None:
    with pytest.raises(InvalidRequest, match="'nobody'"):
        desk.set_default("nobody")
    with pytest.raises(InvalidRequest, match="'main'"):
        desk.put_endpoint("without", defaults={"deploymentName": "main"})

    answer = desk.set_default("OTHER")

    assert "other" == answer.body["properties"]["defaults"]["deploymentName"]
    assert ["wine"] == desk.endpoint_names()


def test_the_traffic_of_2021_sets_the_default(desk: Desk) -> None:
    answer = desk.put_endpoint(traffic={"main": 0, "other": "100"})

    assert "other" == answer.body["properties"]["defaults"]["deploymentName"]


@pytest.mark.parametrize(
    "properties",
    [
        {"traffic": {"main": 50, "other": 50}},
        {"traffic": {"main": 100, "other": 100}},
        {"traffic": {"main": 100}, "defaults": {"deploymentName": "other"}},
        {"traffic": {"main": "all"}},
        {"authMode": "key"},
        {"description": "x" * 5001},
        {"properties": {"a": "x" * 1001}},
        {"tags": {"a": "x" * 1001}},
        {"flavour": "salty"},
    ],
)
def test_what_azure_refuses_is_refused_and_changes_nothing(desk: Desk, properties: Any) -> None:
    before = desk.get_endpoint().body

    with pytest.raises(InvalidRequest) as refusal:
        desk.put_endpoint(**properties)

    assert refusal.value.fix
    assert before == desk.get_endpoint().body


def test_fields_of_azures_that_mean_nothing_here_are_shown_as_sent(desk: Desk) -> None:
    identity = {"type": "UserAssigned", "userAssignedIdentities": {"/x": {"clientId": "c"}}}
    body = {"identity": identity, "sku": {"name": "S"}, "kind": None, "properties": {}}

    answer = endpoints.put_endpoint(ask(body, endpoint="wine"), desk.services, UNBOUND)

    assert (identity, {"name": "S"}) == (answer.body["identity"], answer.body["sku"])
    assert "kind" not in desk.get_endpoint().body


def test_a_patch_changes_what_it_names(desk: Desk) -> None:
    desk.put_endpoint(description="d", tags={"a": "1"})
    body = {"tags": {"b": "2"}, "properties": {"defaults": {"deploymentName": "OTHER"}}}

    answer = endpoints.patch_endpoint(ask(body, endpoint="WINE"), desk.services, UNBOUND)

    assert {"b": "2"} == answer.body["tags"]
    assert "d" == answer.body["properties"]["description"]
    assert "other" == desk.get_endpoint().body["properties"]["defaults"]["deploymentName"]
    body = {"properties": {"defaults": {"deploymentName": "nobody"}}}
    with pytest.raises(InvalidRequest, match="nobody"):
        endpoints.patch_endpoint(ask(body, endpoint="wine"), desk.services, UNBOUND)


def test_conditions_are_kept_on_put_patch_and_delete(desk: Desk) -> None:
    stale = desk.get_endpoint().headers["ETag"]
    current = desk.put_endpoint(description="d", headers={"if-match": stale}).headers["ETag"]

    refusals: list[Callable[[], object]] = [
        lambda: desk.put_endpoint(headers={"if-match": stale}),
        lambda: desk.put_endpoint(headers={"if-none-match": "*"}),
        lambda: desk.put_endpoint("new", headers={"if-match": "*"}),
        lambda: desk.delete_endpoint(headers={"if-match": stale}),
        lambda: endpoints.patch_endpoint(
            ask({}, endpoint="wine", headers={"if-match": stale}), desk.services, UNBOUND
        ),
    ]
    for refused in refusals:
        with pytest.raises(PreconditionFailed):
            refused()
    with pytest.raises(InvalidRequest, match="If-None-Match"):
        desk.put_endpoint(headers={"if-none-match": stale})

    assert "d" == desk.get_endpoint().body["properties"]["description"]
    assert 200 == desk.delete_endpoint(headers={"if-match": f"W/{current}"}).status
    assert [] == desk.endpoint_names()


def test_a_deletion_takes_the_deployments_along_and_nothing_else(desk: Desk) -> None:
    desk.put_endpoint("wine-2")
    desk.put_deployment("main", "wine-2")

    assert 200 == desk.delete_endpoint("WINE").status

    assert ["wine-2"] == desk.endpoint_names()
    assert ["main"] == desk.deployment_names("wine-2")
    assert ["wine-2/main"] == desk.services.registry.users(lambda one: True)
    with pytest.raises(NotFound, match="'wine'"):
        desk.delete_endpoint()
    assert 201 == desk.put_endpoint().status
    assert [] == desk.deployment_names()


def test_while_an_endpoint_is_being_deleted_nothing_of_it_changes(desk: Desk) -> None:
    desk.orchestrations.is_idle = True

    answer = desk.delete_endpoint(headers=AT_ONCE)

    assert (202, "1") == (answer.status, answer.headers["Retry-After"])
    assert answer.headers["Location"] == answer.headers["Azure-AsyncOperation"]
    read = desk.get_endpoint()
    assert "Deleting" == read.body["properties"]["provisioningState"]
    assert answer.headers["Azure-AsyncOperation"] == read.headers["Azure-AsyncOperation"]
    body: Any = {"properties": {"inputData": {}}}
    refusals: list[Callable[[], object]] = [
        desk.put_endpoint,
        desk.put_deployment,
        lambda: endpoints.patch_endpoint(ask({}, endpoint="wine"), desk.services, UNBOUND),
        lambda: deployments.patch_deployment(
            ask({}, endpoint="wine", deployment="main"), desk.services, UNBOUND
        ),
        lambda: scoring.invoke(ask(body, endpoint="wine"), desk.services, desk.client),
    ]
    for refused in refusals:
        with pytest.raises(Conflict, match="is being deleted"):
            refused()


def test_a_deletions_operation_tells_how_far_it_is(desk: Desk) -> None:
    desk.orchestrations.is_idle = True
    place = desk.delete_endpoint(headers=AT_ONCE).headers["Azure-AsyncOperation"]
    name = place.rpartition("/operations/")[2]

    def ask_again() -> Any:
        return operations.get_operation(ask(operation=name), desk.services, desk.client)

    assert ("InProgress", "1") == (ask_again().body["status"], ask_again().headers["Retry-After"])
    assert place == ask_again().headers["Azure-AsyncOperation"]
    desk.orchestrations.run_all()
    assert (name, "Succeeded") == (ask_again().body["name"], ask_again().body["status"])
    assert [] == desk.endpoint_names()


@pytest.mark.parametrize("how", ["Terminated", "Failed"])
@pytest.mark.parametrize("act", [Desk.get_endpoint, Desk.delete_endpoint])
def test_a_deletion_that_nobody_carries_on_is_started_again(desk: Desk, how: str, act: Any) -> None:
    desk.orchestrations.is_idle = True
    desk.delete_endpoint(headers=AT_ONCE)
    (instance,) = desk.orchestrations.waiting
    desk.orchestrations.end(instance, how)
    desk.orchestrations.is_idle = False

    act(desk)

    assert [] == desk.endpoint_names()


def test_a_late_twin_of_a_deletion_spares_the_endpoint_that_came_after(desk: Desk) -> None:
    desk.orchestrations.is_idle = True
    desk.delete_endpoint(headers=AT_ONCE)
    twin = dict(desk.orchestrations.waiting)
    desk.orchestrations.run_all()
    desk.put_endpoint()
    desk.orchestrations.is_idle = False
    desk.put_deployment()

    desk.orchestrations.waiting = twin
    desk.orchestrations.run_all()

    assert ["main"] == desk.deployment_names()
    check_consistent(desk.services)


def test_other_orchestrations_are_no_operations(desk: Desk) -> None:
    desk.orchestrations.instances["my-job"] = desk.orchestrations._instance("score_job", "")

    for name in ("my-job", "nothing"):
        with pytest.raises(BatchError, match=name):
            operations.get_operation(ask(operation=name), desk.services, desk.client)


def operation_of(desk: Desk, resource: Any) -> Any:
    """The published REST sample reads this address out of what a PUT answers, and polls it."""
    place = resource["properties"]["properties"]["AzureAsyncOperationUri"]
    address, _, name = place.rpartition("/operations/")
    assert f"http://here{workspace_id(desk.services.settings)}" == address
    answer = operations.get_operation(ask(operation=name), desk.services, desk.client)
    assert name == answer.body["name"]
    return answer.body


def test_the_operation_that_a_put_names_tells_its_end(desk: Desk) -> None:
    made = desk.put_endpoint("new").body
    deployed = desk.put_deployment("good", "new").body
    assert "Succeeded" == operation_of(desk, made)["status"]
    assert "Succeeded" == operation_of(desk, deployed)["status"]

    desk.orchestrations.reason = "There is no package 'sklaern'."
    failed = operation_of(desk, desk.put_deployment("bad", "new").body)

    assert ("Failed", desk.orchestrations.reason) == (failed["status"], failed["error"]["message"])
    desk.orchestrations.instances.clear()  # purged by the Durable API
    assert "Succeeded" == operation_of(desk, deployed)["status"]
    purged = operation_of(desk, desk.get_deployment("bad", "new").body)
    assert failed["error"] == purged["error"]


def test_the_operation_of_what_is_being_made_or_deleted_is_in_progress(desk: Desk) -> None:
    desk.orchestrations.is_idle = True

    making = desk.put_deployment("new", headers=AT_ONCE).body
    assert "InProgress" == operation_of(desk, making)["status"]
    desk.orchestrations.run_all()
    assert "Succeeded" == operation_of(desk, making)["status"]

    desk.delete_endpoint(headers=AT_ONCE)
    deleting = desk.get_endpoint().body
    assert "InProgress" == operation_of(desk, deleting)["status"]
    desk.orchestrations.run_all()
    assert "Succeeded" == operation_of(desk, deleting)["status"]


def test_the_operation_of_an_endpoint_that_is_gone_is_not_found(desk: Desk) -> None:
    made = desk.put_endpoint("new").body
    desk.delete_endpoint("new")
    desk.put_endpoint("new")

    with pytest.raises(NotFound, match="no operation"):
        operation_of(desk, made)


def test_what_was_read_may_be_put_again_without_keeping_its_operation(desk: Desk) -> None:
    """The official client puts an endpoint's own properties back."""
    desk.put_endpoint(properties={"mine": "1", "azureasyncoperationuri": "https://stale"})

    answer = desk.put_endpoint(properties=desk.get_endpoint().body["properties"]["properties"])

    assert {"mine", "AzureAsyncOperationUri"} == set(answer.body["properties"]["properties"])
    assert {"mine": "1"} == desk.services.registry.endpoints.get("wine").resource.properties


def test_a_failed_deployment_cannot_become_the_default(desk: Desk) -> None:
    """By PUT, by the traffic of 2021 or by PATCH; the default that is set stays."""
    desk.orchestrations.reason = "There is no package 'sklaern'."
    desk.put_deployment("broken")
    defaults = {"deploymentName": "broken"}
    patch = ask({"properties": {"defaults": defaults}}, endpoint="wine")

    acts: list[Callable[[], object]] = [
        lambda: desk.set_default("BROKEN"),
        lambda: desk.put_endpoint(traffic={"broken": 100}),
        lambda: endpoints.patch_endpoint(patch, desk.services, UNBOUND),
    ]
    for act in acts:
        with pytest.raises(Conflict, match=r"'broken' is Failed.*sklaern'\. Mend"):
            act()

    assert "main" == desk.get_endpoint().body["properties"]["defaults"]["deploymentName"]


def test_a_default_that_failed_since_does_not_block_other_changes(desk: Desk) -> None:
    desk.orchestrations.reason = "no"
    desk.put_deployment("main", miniBatchSize=3)

    assert 200 == desk.put_endpoint(description="x", defaults={"deploymentName": "MAIN"}).status


def test_a_deployment_that_is_still_made_may_become_the_default(desk: Desk) -> None:
    """Samples set it before they wait."""
    desk.orchestrations.is_idle = True
    desk.put_deployment("new", headers=AT_ONCE)

    assert 200 == desk.set_default("new").status
