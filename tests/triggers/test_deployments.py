"""Deployments: how they are made and followed, what they refer to, limits and deletion."""

from typing import Any

import pytest

from shared.api.routes import UNBOUND
from shared.domain.errors import Conflict, InvalidRequest, NotFound, PreconditionFailed
from shared.domain.message import JSON
from shared.domain.provisioning_stage import Stage
from tests.support.client import Client, check_consistent
from tests.support.requests import AT_ONCE, http_request
from triggers import deployments, operations


def operation(client: Client, place: str) -> JSON:
    name = place.rpartition("/operations/")[2]
    return operations.get_operation(
        http_request(operation=name), client.services, client.durable
    ).body


def test_a_deployment_that_is_made_at_once_is_not_to_be_followed(client: Client) -> None:
    answer = client.put_deployment("new")

    assert (201, "Succeeded") == (answer.status, answer.body["properties"]["provisioningState"])
    assert "Azure-AsyncOperation" not in answer.headers
    assert f'"{answer.body["etag"]}"' == answer.headers["ETag"]
    assert ["main", "new", "other"] == client.deployment_names("WINE")


def test_a_deployment_that_takes_longer_is_followed_until_it_is_made(client: Client) -> None:
    client.orchestrations.is_idle = True

    answer = client.put_deployment("new", headers=AT_ONCE)
    read = client.get_deployment("new")

    assert (201, "Creating") == (answer.status, answer.body["properties"]["provisioningState"])
    for one in (answer, read):
        assert "1" == one.headers["Retry-After"]
        assert "InProgress" == operation(client, one.headers["Azure-AsyncOperation"])["status"]
    client.orchestrations.run_all()
    assert "Succeeded" == operation(client, answer.headers["Azure-AsyncOperation"])["status"]
    assert "Succeeded" == client.get_deployment("new").body["properties"]["provisioningState"]


def test_a_deployment_that_fails_tells_why_where_the_official_client_looks(client: Client) -> None:
    client.orchestrations.reason = "There is no package 'sklaern'."

    answer = client.put_deployment("new")

    assert "Failed" == answer.body["properties"]["provisioningState"]
    followed = operation(client, answer.headers["Azure-AsyncOperation"])
    assert "Failed" == followed["status"]
    assert {"code": "ProvisioningFailed", "message": client.orchestrations.reason} == followed[
        "error"
    ]


@pytest.mark.parametrize("name", ["new", "autolog_deployment"])
def test_a_deployment_that_is_made_and_its_operation_tell_the_same_stage(
    client: Client, name: str
) -> None:
    """What a client read is sent back with a PUT as it is: the stage is no setting."""
    client.orchestrations.is_idle = True
    place = client.put_deployment(name, headers=AT_ONCE).headers["Azure-AsyncOperation"]
    entry = client.services.registry.deployments.get("wine", name)
    queued = client.get_deployment(name).body["properties"]["provisioningStage"]
    task, began_at = entry.resource.provisioning_task, entry.written.last_modified_at
    client.services.deployment_stages.enter(task, began_at, Stage.INSTALLING_PACKAGES, "2 packages")

    read = client.get_deployment(name).body["properties"]["provisioningStage"]
    followed = operation(client, place)

    assert "Queued" == queued["name"]
    assert "InstallingPackages" == read["name"]
    same = ("name", "detail", "startTime")
    told = followed["properties"]["provisioningStage"]
    assert [read[key] for key in same] == [told[key] for key in same]
    client.put_deployment(name, headers=AT_ONCE, provisioningStage=read)
    client.orchestrations.run_all()
    assert client.get_deployment(name).body["properties"]["provisioningStage"] is None
    assert "properties" not in operation(client, place)


@pytest.mark.parametrize(("how", "status"), [("Terminated", "Canceled"), ("Failed", "Failed")])
def test_a_making_that_was_ended_from_outside_is_failed(
    client: Client, how: str, status: str
) -> None:
    client.orchestrations.is_idle = True
    place = client.put_deployment("new", headers=AT_ONCE).headers["Azure-AsyncOperation"]
    (instance,) = client.orchestrations.waiting

    client.orchestrations.end(instance, how)

    properties = client.get_deployment("new").body["properties"]
    assert "Failed" == properties["provisioningState"]
    assert properties["provisioningError"]
    assert status == operation(client, place)["status"]


def test_a_making_that_was_never_started_is_started_by_who_reads_it(client: Client) -> None:
    client.orchestrations.is_idle = True
    client.put_deployment("new", headers=AT_ONCE)
    client.orchestrations.waiting.clear()
    client.orchestrations.instances.clear()
    client.orchestrations.is_idle = False

    client.get_deployment("new")

    assert "Succeeded" == client.get_deployment("new").body["properties"]["provisioningState"]


def test_an_older_making_never_ends_a_newer_one(client: Client) -> None:
    client.orchestrations.is_idle = True
    client.put_deployment("new", headers=AT_ONCE)
    older = dict(client.orchestrations.waiting)
    client.put_deployment("new", headers=AT_ONCE, loggingLevel="debug")
    newer = client.orchestrations.waiting

    client.orchestrations.waiting = older
    client.orchestrations.run_all()

    assert "Creating" == client.get_deployment("new").body["properties"]["provisioningState"]
    client.orchestrations.waiting = newer
    client.orchestrations.run_all()
    assert "Succeeded" == client.get_deployment("new").body["properties"]["provisioningState"]


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"model": {"assetId": "azureml:nobody:1"}}, "nobody"),
        ({"model": {"assetId": "azureml:m@newest"}}, "newest"),
        ({"environmentId": "azureml:nowhere:1"}, "nowhere"),
        ({"codeConfiguration": {"codeId": "azureml:c:1", "scoringScript": "s.py"}}, "c:1"),
        ({"outputAction": "SummaryOnly", "outputFileName": "p.csv"}, "output_file_name need not"),
        ({"deploymentConfiguration": {"deploymentConfigurationType": "PipelineComponent"}}, "Pipe"),
        ({"resources": {"instanceCount": 0}}, "properties.resources.instanceCount"),
        ({"miniBatchSize": 0}, "properties.miniBatchSize"),
        ({"errorThreshold": -2}, "-2"),
        ({"retrySettings": {"timeout": "PT0S"}}, "timeout"),
        ({"description": "x" * 5001}, "5001"),
        ({"instanceTypes": ["x"]}, "instanceTypes"),
        ({"resources": {"properties": "x"}}, "resources.properties"),
    ],
)
def test_a_wrong_deployment_is_refused_and_the_old_one_stays(
    client: Client, properties: Any, words: str
) -> None:
    before = client.get_deployment().body

    with pytest.raises(InvalidRequest, match=words):
        client.put_deployment(**properties)

    assert before == client.get_deployment().body


def test_latest_is_settled_when_the_deployment_is_put(client: Client) -> None:
    client.put_model(version="7")
    reference = {"assetId": client.asset_id("models", "M").replace("/versions/1", "/labels/latest")}

    answer = client.put_deployment(model=reference)
    client.put_model(version="8")

    assert client.asset_id("models", "m", "7") == answer.body["properties"]["model"]["assetId"]
    assert answer.body == client.get_deployment().body


def test_fields_of_azures_that_mean_nothing_here_are_shown_as_sent(client: Client) -> None:
    sent: dict[str, Any] = {
        "partitionKeys": ["a"],
        "deploymentConfiguration": {"deploymentConfigurationType": "Model"},
        "resources": {"instanceCount": 2, "instanceType": "x", "properties": {"a": {"b": None}}},
    }

    properties = client.put_deployment(**sent).body["properties"]

    assert sent["partitionKeys"] == properties["partitionKeys"]
    assert sent["deploymentConfiguration"] == properties["deploymentConfiguration"]
    assert ("x", 2) == tuple(properties["resources"][k] for k in ("instanceType", "instanceCount"))
    again = client.put_deployment(**properties)
    assert properties == again.body["properties"]


def test_a_patch_changes_the_words_and_makes_nothing_anew(client: Client) -> None:
    before = client.get_deployment().body
    body = {"tags": {"a": "1"}, "properties": {"description": "better"}}

    answer = deployments.patch_deployment(
        http_request(body, endpoint="wine", deployment="MAIN"), client.services, UNBOUND
    )

    assert ({"a": "1"}, "better") == (
        answer.body["tags"],
        answer.body["properties"]["description"],
    )
    assert before["properties"] | {"description": "better"} == answer.body["properties"]
    assert before["etag"] != answer.body["etag"]


def test_conditions_are_kept(client: Client) -> None:
    with pytest.raises(PreconditionFailed):
        client.put_deployment(headers={"if-none-match": "*"})
    with pytest.raises(PreconditionFailed):
        client.put_deployment(headers={"if-match": '"stale"'})
    request = http_request(endpoint="wine", deployment="other", headers={"if-match": '"stale"'})
    with pytest.raises(PreconditionFailed):
        deployments.delete_deployment(request, client.services, UNBOUND)

    assert ["main", "other"] == client.deployment_names()


def test_the_default_is_not_deleted_before_another_takes_its_place(client: Client) -> None:
    with pytest.raises(Conflict, match=r"'main' is the default of endpoint 'wine'.*another"):
        client.delete_deployment("MAIN")
    client.set_default("other")

    assert 200 == client.delete_deployment("MAIN").status

    assert ["other"] == client.deployment_names()
    with pytest.raises(NotFound, match="main"):
        client.delete_deployment()
    check_consistent(client.services)


def test_an_endpoint_holds_twenty_deployments(client: Client) -> None:
    for number in range(18):
        client.put_deployment(f"more-{number}")

    with pytest.raises(Conflict, match="20 deployments"):
        client.put_deployment("one-too-many")

    assert 20 == len(client.deployment_names())
    assert 200 == client.put_deployment().status
