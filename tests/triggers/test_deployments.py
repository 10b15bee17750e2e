"""Deployments: how they are made and followed, what they refer to, limits and deletion."""

from typing import Any

import pytest

from shared.api.routes import UNBOUND
from shared.domain.errors import Conflict, InvalidRequest, NotFound, PreconditionFailed
from shared.domain.message import JSON
from tests.triggers.asking import ask
from tests.triggers.resources import Desk, check_consistent
from triggers import deployments, operations

AT_ONCE = {"prefer": "respond-async"}


def operation(desk: Desk, place: str) -> JSON:
    name = place.rpartition("/operations/")[2]
    return operations.get_operation(ask(operation=name), desk.services, desk.client).body


def test_a_deployment_that_is_made_at_once_is_not_to_be_followed(desk: Desk) -> None:
    answer = desk.put_deployment("new")

    assert (201, "Succeeded") == (answer.status, answer.body["properties"]["provisioningState"])
    assert "Azure-AsyncOperation" not in answer.headers
    assert f'"{answer.body["etag"]}"' == answer.headers["ETag"]
    assert ["main", "new", "other"] == desk.deployment_names("WINE")


def test_a_deployment_that_takes_longer_is_followed_until_it_is_made(desk: Desk) -> None:
    desk.orchestrations.is_idle = True

    answer = desk.put_deployment("new", headers=AT_ONCE)
    read = desk.get_deployment("new")

    assert (201, "Creating") == (answer.status, answer.body["properties"]["provisioningState"])
    for one in (answer, read):
        assert "1" == one.headers["Retry-After"]
        assert "InProgress" == operation(desk, one.headers["Azure-AsyncOperation"])["status"]
    desk.orchestrations.run_all()
    assert "Succeeded" == operation(desk, answer.headers["Azure-AsyncOperation"])["status"]
    assert "Succeeded" == desk.get_deployment("new").body["properties"]["provisioningState"]


def test_a_deployment_that_fails_tells_why_where_the_official_client_looks(desk: Desk) -> None:
    desk.orchestrations.reason = "There is no package 'sklaern'."

    answer = desk.put_deployment("new")

    assert "Failed" == answer.body["properties"]["provisioningState"]
    followed = operation(desk, answer.headers["Azure-AsyncOperation"])
    assert "Failed" == followed["status"]
    assert {"code": "ProvisioningFailed", "message": desk.orchestrations.reason} == followed[
        "error"
    ]


@pytest.mark.parametrize(("how", "status"), [("Terminated", "Canceled"), ("Failed", "Failed")])
def test_a_making_that_was_ended_from_outside_is_failed(desk: Desk, how: str, status: str) -> None:
    desk.orchestrations.is_idle = True
    place = desk.put_deployment("new", headers=AT_ONCE).headers["Azure-AsyncOperation"]
    (instance,) = desk.orchestrations.waiting

    desk.orchestrations.end(instance, how)

    properties = desk.get_deployment("new").body["properties"]
    assert "Failed" == properties["provisioningState"]
    assert properties["provisioningError"]
    assert status == operation(desk, place)["status"]


def test_a_making_that_was_never_started_is_started_by_who_reads_it(desk: Desk) -> None:
    desk.orchestrations.is_idle = True
    desk.put_deployment("new", headers=AT_ONCE)
    desk.orchestrations.waiting.clear()
    desk.orchestrations.instances.clear()
    desk.orchestrations.is_idle = False

    desk.get_deployment("new")

    assert "Succeeded" == desk.get_deployment("new").body["properties"]["provisioningState"]


def test_an_older_making_never_ends_a_newer_one(desk: Desk) -> None:
    desk.orchestrations.is_idle = True
    desk.put_deployment("new", headers=AT_ONCE)
    older = dict(desk.orchestrations.waiting)
    desk.put_deployment("new", headers=AT_ONCE, loggingLevel="debug")
    newer = desk.orchestrations.waiting

    desk.orchestrations.waiting = older
    desk.orchestrations.run_all()

    assert "Creating" == desk.get_deployment("new").body["properties"]["provisioningState"]
    desk.orchestrations.waiting = newer
    desk.orchestrations.run_all()
    assert "Succeeded" == desk.get_deployment("new").body["properties"]["provisioningState"]


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
    desk: Desk, properties: Any, words: str
) -> None:
    before = desk.get_deployment().body

    with pytest.raises(InvalidRequest, match=words):
        desk.put_deployment(**properties)

    assert before == desk.get_deployment().body


def test_latest_is_settled_when_the_deployment_is_put(desk: Desk) -> None:
    desk.put_model(version="7")
    reference = {"assetId": desk.asset_id("models", "M").replace("/versions/1", "/labels/latest")}

    answer = desk.put_deployment(model=reference)
    desk.put_model(version="8")

    assert desk.asset_id("models", "m", "7") == answer.body["properties"]["model"]["assetId"]
    assert answer.body == desk.get_deployment().body


def test_fields_of_azures_that_mean_nothing_here_are_shown_as_sent(desk: Desk) -> None:
    sent: dict[str, Any] = {
        "partitionKeys": ["a"],
        "deploymentConfiguration": {"deploymentConfigurationType": "Model"},
        "resources": {"instanceCount": 2, "instanceType": "x", "properties": {"a": {"b": None}}},
    }

    properties = desk.put_deployment(**sent).body["properties"]

    assert sent["partitionKeys"] == properties["partitionKeys"]
    assert sent["deploymentConfiguration"] == properties["deploymentConfiguration"]
    assert ("x", 2) == tuple(properties["resources"][k] for k in ("instanceType", "instanceCount"))
    again = desk.put_deployment(**properties)
    assert properties == again.body["properties"]


def test_a_patch_changes_the_words_and_makes_nothing_anew(desk: Desk) -> None:
    before = desk.get_deployment().body
    body = {"tags": {"a": "1"}, "properties": {"description": "better"}}

    answer = deployments.patch_deployment(
        ask(body, endpoint="wine", deployment="MAIN"), desk.services, UNBOUND
    )

    assert ({"a": "1"}, "better") == (
        answer.body["tags"],
        answer.body["properties"]["description"],
    )
    assert before["properties"] | {"description": "better"} == answer.body["properties"]
    assert before["etag"] != answer.body["etag"]


def test_conditions_are_kept(desk: Desk) -> None:
    with pytest.raises(PreconditionFailed):
        desk.put_deployment(headers={"if-none-match": "*"})
    with pytest.raises(PreconditionFailed):
        desk.put_deployment(headers={"if-match": '"stale"'})
    request = ask(endpoint="wine", deployment="other", headers={"if-match": '"stale"'})
    with pytest.raises(PreconditionFailed):
        deployments.delete_deployment(request, desk.services, UNBOUND)

    assert ["main", "other"] == desk.deployment_names()


def test_the_default_is_not_deleted_before_another_takes_its_place(desk: Desk) -> None:
    with pytest.raises(Conflict, match=r"'main' is the default of endpoint 'wine'.*another"):
        desk.delete_deployment("MAIN")
    desk.set_default("other")

    assert 200 == desk.delete_deployment("MAIN").status

    assert ["other"] == desk.deployment_names()
    with pytest.raises(NotFound, match="main"):
        desk.delete_deployment()
    check_consistent(desk.services)


def test_an_endpoint_holds_twenty_deployments(desk: Desk) -> None:
    for number in range(18):
        desk.put_deployment(f"more-{number}")

    with pytest.raises(Conflict, match="20 deployments"):
        desk.put_deployment("one-too-many")

    assert 20 == len(desk.deployment_names())
    assert 200 == desk.put_deployment().status
