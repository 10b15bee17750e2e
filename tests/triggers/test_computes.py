"""Computes through their doors, and what deployments and jobs may ask of them."""

from typing import Any

import pytest

from shared.api.http import Response
from shared.api.routes import UNBOUND
from shared.domain.asset import AssetId
from shared.domain.caller import Author
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.domain.errors import Conflict, InvalidRequest, NotFound
from tests.support.requests import http_request
from tests.triggers.conftest import App
from triggers.computes import delete_compute, get_compute, list_computes, put_compute

ARM_ID = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/"
    "computes/cpu"
)


def put(app: App, name: str = "cpu", most: int = 2) -> Response:
    inner = {"scaleSettings": {"maxNodeCount": most}}
    body = {"properties": {"computeType": "AmlCompute", "properties": inner}}
    return put_compute(http_request(body, compute=name), app.services, UNBOUND)


def deployed(app: App, name: str, compute: str) -> None:
    deployment = Deployment(
        name=name, endpoint="end", model=AssetId(name="m", version="1"), compute=compute
    )
    app.services.registry.endpoints.save(Endpoint(name="end"), "end", by=Author(name="ada"))
    app.services.registry.deployments.save(deployment, "end", name, by=Author(name="ada"))


def check(app: App, reference: str, instances: int) -> None:
    app.services.computes.check(reference, instances, target="compute", counted="instances")


def test_a_compute_is_put_got_listed_and_deleted(app: App) -> None:
    answers = [put(app), put(app, most=5), put(app, "gpu")]

    assert [201, 200, 201] == [answer.status for answer in answers]
    got = get_compute(http_request(compute="CPU"), app.services, UNBOUND).body
    assert 5 == got["properties"]["properties"]["scaleSettings"]["maxNodeCount"]
    assert got["id"].endswith("/computes/cpu")
    listed = list_computes(http_request(), app.services, UNBOUND).body
    assert ["cpu", "gpu"] == [one["name"] for one in listed["value"]]

    assert 200 == delete_compute(http_request(compute="cpu"), app.services, UNBOUND).status
    with pytest.raises(NotFound, match="gpu"):
        get_compute(http_request(compute="cpu"), app.services, UNBOUND)


def test_an_amlcompute_cannot_be_detached(app: App) -> None:
    put(app)

    with pytest.raises(InvalidRequest, match="Detach"):
        delete_compute(
            http_request(query={"underlyingresourceaction": "Detach"}, compute="cpu"),
            app.services,
            UNBOUND,
        )

    assert 200 == get_compute(http_request(compute="cpu"), app.services, UNBOUND).status


@pytest.mark.parametrize("reference", ["cpu", "azureml:cpu", ARM_ID, f"azureml:{ARM_ID}", "CPU"])
def test_a_compute_bounds_the_instances_however_it_is_named(app: App, reference: str) -> None:
    put(app, most=2)

    check(app, reference, 2)
    with pytest.raises(InvalidRequest, match=r"instanceCount is 3.*at most 2"):
        check(app, reference, 3)


def test_any_instance_count_without_a_compute_does_not_raise(app: App) -> None:
    check(app, "", 1000)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("gone", "no compute 'gone'"),
        ("azureml:local", "'local' is not supported"),
        ("Local", "'local' is not supported"),
        ("a/b", "'a/b' does not name a compute"),
    ],
)
def test_a_compute_that_is_not_there_is_refused(app: App, reference: str, words: str) -> None:
    put(app)

    with pytest.raises(InvalidRequest, match=words):
        check(app, reference, 1)


@pytest.mark.parametrize("reference", ["cpu", "azureml:CPU", ARM_ID])
def test_a_compute_that_deployments_name_is_not_deleted(app: App, reference: str) -> None:
    put(app)
    deployed(app, "blue", reference)
    deployed(app, "green", "azureml:other")

    with pytest.raises(Conflict, match="deployments end/blue") as refusal:
        delete_compute(http_request(compute="cpu"), app.services, UNBOUND)
    assert "green" not in str(refusal.value)

    app.services.registry.deployments.delete("end", "blue")
    assert 200 == delete_compute(http_request(compute="cpu"), app.services, UNBOUND).status


def test_a_maximum_may_shrink_below_what_is_deployed_and_then_refuses_jobs(app: App) -> None:
    """As Azure does: the deployment stays, its next job is refused."""
    put(app, most=4)
    deployed(app, "blue", "cpu")
    assert 200 == put(app, most=1).status

    with pytest.raises(InvalidRequest, match="at most 1"):
        check(app, "cpu", 2)


def test_wrong_json_is_reported(app: App) -> None:
    body: Any = {"properties": {"computeType": "AmlCompute"}}
    with pytest.raises(InvalidRequest, match="maxNodeCount"):
        put_compute(http_request(body, compute="cpu"), app.services, UNBOUND)
