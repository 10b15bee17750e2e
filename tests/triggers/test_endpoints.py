"""Endpoints: defaults, traffic and conditions."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.api.routes import UNBOUND
from shared.domain.errors import Conflict, InvalidRequest, PreconditionFailed
from tests.support.client import Client
from tests.support.requests import AT_ONCE, http_request
from triggers import endpoints


def test_an_endpoint_answers_as_the_official_client_needs_it(client: Client) -> None:
    answer = client.get_endpoint("WINE")
    properties = answer.body["properties"]

    assert f'"{answer.body["etag"]}"' == answer.headers["ETag"]
    assert ("wine", "local", {}) == tuple(answer.body[key] for key in ("name", "location", "tags"))
    assert {"deploymentName": "main"} == properties["defaults"]
    assert ("Succeeded", "aadToken") == (properties["provisioningState"], properties["authMode"])
    assert properties["scoringUri"] == "http://here/endpoints/wine/jobs"


def test_a_new_endpoint_has_an_object_for_its_defaults(client: Client) -> None:
    answer = client.put_endpoint("new")

    assert 201 == answer.status
    assert {"deploymentName": None} == answer.body["properties"]["defaults"]
    assert 200 == client.put_endpoint("NEW").status
    assert ["new", "wine"] == client.endpoint_names()


@pytest.mark.parametrize("properties", [{}, {"defaults": None}, {"defaults": {}}, {"traffic": {}}])
@pytest.mark.parametrize("name", [None, ""])
def test_a_put_without_a_default_keeps_the_one_that_is_set(
    client: Client, properties: Any, name: str | None
) -> None:
    client.put_endpoint(**properties)
    client.put_endpoint(defaults={"deploymentName": name})

    assert "main" == client.get_endpoint().body["properties"]["defaults"]["deploymentName"]


def test_a_default_must_exist_and_is_shown_as_it_was_spelled_first(client: Client) -> None:
    with pytest.raises(InvalidRequest, match="'nobody'"):
        client.set_default("nobody")
    with pytest.raises(InvalidRequest, match="'main'"):
        client.put_endpoint("without", defaults={"deploymentName": "main"})

    answer = client.set_default("OTHER")

    assert "other" == answer.body["properties"]["defaults"]["deploymentName"]
    assert ["wine"] == client.endpoint_names()


def test_the_traffic_of_2021_sets_the_default(client: Client) -> None:
    answer = client.put_endpoint(traffic={"main": 0, "other": "100"})

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
def test_what_azure_refuses_is_refused_and_changes_nothing(client: Client, properties: Any) -> None:
    before = client.get_endpoint().body

    with pytest.raises(InvalidRequest) as refusal:
        client.put_endpoint(**properties)

    assert refusal.value.fix
    assert before == client.get_endpoint().body


def test_fields_of_azures_that_mean_nothing_here_are_shown_as_sent(client: Client) -> None:
    identity = {"type": "UserAssigned", "userAssignedIdentities": {"/x": {"clientId": "c"}}}
    body = {"identity": identity, "sku": {"name": "S"}, "kind": None, "properties": {}}

    answer = endpoints.put_endpoint(http_request(body, endpoint="wine"), client.services, UNBOUND)

    assert (identity, {"name": "S"}) == (answer.body["identity"], answer.body["sku"])
    assert "kind" not in client.get_endpoint().body


def test_a_patch_changes_what_it_names(client: Client) -> None:
    client.put_endpoint(description="d", tags={"a": "1"})
    body = {"tags": {"b": "2"}, "properties": {"defaults": {"deploymentName": "OTHER"}}}

    answer = endpoints.patch_endpoint(http_request(body, endpoint="WINE"), client.services, UNBOUND)

    assert {"b": "2"} == answer.body["tags"]
    assert "d" == answer.body["properties"]["description"]
    assert "other" == client.get_endpoint().body["properties"]["defaults"]["deploymentName"]
    body = {"properties": {"defaults": {"deploymentName": "nobody"}}}
    with pytest.raises(InvalidRequest, match="nobody"):
        endpoints.patch_endpoint(http_request(body, endpoint="wine"), client.services, UNBOUND)


def test_conditions_are_kept_on_put_patch_and_delete(client: Client) -> None:
    stale = client.get_endpoint().headers["ETag"]
    current = client.put_endpoint(description="d", headers={"if-match": stale}).headers["ETag"]

    refusals: list[Callable[[], object]] = [
        lambda: client.put_endpoint(headers={"if-match": stale}),
        lambda: client.put_endpoint(headers={"if-none-match": "*"}),
        lambda: client.put_endpoint("new", headers={"if-match": "*"}),
        lambda: client.delete_endpoint(headers={"if-match": stale}),
        lambda: endpoints.patch_endpoint(
            http_request({}, endpoint="wine", headers={"if-match": stale}), client.services, UNBOUND
        ),
    ]
    for refused in refusals:
        with pytest.raises(PreconditionFailed):
            refused()
    with pytest.raises(InvalidRequest, match="If-None-Match"):
        client.put_endpoint(headers={"if-none-match": stale})

    assert "d" == client.get_endpoint().body["properties"]["description"]
    assert 200 == client.delete_endpoint(headers={"if-match": f"W/{current}"}).status
    assert [] == client.endpoint_names()


def test_what_was_read_may_be_put_again_without_keeping_its_operation(client: Client) -> None:
    """The official client puts an endpoint's own properties back."""
    client.put_endpoint(properties={"mine": "1", "azureasyncoperationuri": "https://stale"})

    answer = client.put_endpoint(properties=client.get_endpoint().body["properties"]["properties"])

    assert {"mine", "AzureAsyncOperationUri"} == set(answer.body["properties"]["properties"])
    assert {"mine": "1"} == client.services.registry.endpoints.get("wine").resource.properties


def test_a_failed_deployment_cannot_become_the_default(client: Client) -> None:
    """By PUT, by the traffic of 2021 or by PATCH; the default that is set stays."""
    client.orchestrations.reason = "There is no package 'sklaern'."
    client.put_deployment("broken")
    defaults = {"deploymentName": "broken"}
    patch = http_request({"properties": {"defaults": defaults}}, endpoint="wine")

    acts: list[Callable[[], object]] = [
        lambda: client.set_default("BROKEN"),
        lambda: client.put_endpoint(traffic={"broken": 100}),
        lambda: endpoints.patch_endpoint(patch, client.services, UNBOUND),
    ]
    for act in acts:
        with pytest.raises(Conflict, match=r"'broken' is Failed.*sklaern'\. Mend"):
            act()

    assert "main" == client.get_endpoint().body["properties"]["defaults"]["deploymentName"]


def test_a_default_that_failed_since_does_not_block_other_changes(client: Client) -> None:
    client.orchestrations.reason = "no"
    client.put_deployment("main", miniBatchSize=3)

    assert 200 == client.put_endpoint(description="x", defaults={"deploymentName": "MAIN"}).status


def test_a_deployment_that_is_still_made_may_become_the_default(client: Client) -> None:
    """Samples set it before they wait."""
    client.orchestrations.is_idle = True
    client.put_deployment("new", headers=AT_ONCE)

    assert 200 == client.set_default("new").status
