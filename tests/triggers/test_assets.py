"""Assets: versions, containers, `@latest`, archives, pages, and what is in use."""

import re
from typing import Any

import pytest

from shared.api.routes import UNBOUND
from shared.domain.errors import Conflict, InvalidRequest, NotFound, PreconditionFailed
from tests.support.client import MODEL_URI, Client
from tests.support.requests import http_request
from triggers import asset_containers, assets

MODELS, CONTAINERS = assets.MODELS, asset_containers.MODELS


def versions(client: Client, name: str = "m", **query: str) -> list[str]:
    named = {key.replace("_", "$"): value for key, value in query.items()}
    answer = MODELS.versions(http_request(query=named, name=name), client.services, UNBOUND)
    return [one["name"] for one in answer.body["value"]]


def container(client: Client, name: str = "m") -> Any:
    return CONTAINERS.get(http_request(name=name), client.services, UNBOUND).body


def test_a_model_is_shown_as_the_official_client_needs_it(client: Client) -> None:
    flavors = {"python_function": {"data": {"loader_module": "x"}}}
    client.put_model("fl", flavors=flavors, jobName="j", stage="Production")

    answer = MODELS.get(http_request(name="FL", version="1"), client.services, UNBOUND)

    properties = answer.body["properties"]
    assert client.asset_id("models", "fl") == answer.body["id"]
    assert (flavors, "j", "Production") == tuple(
        properties[key] for key in ("flavors", "jobName", "stage")
    )
    assert f'"{answer.body["etag"]}"' == answer.headers["ETag"]
    assert (
        {}
        == MODELS.get(http_request(name="m", version="1"), client.services, UNBOUND).body[
            "properties"
        ]["flavors"]
    )


def test_what_was_read_may_be_put_again_and_archives_the_version(client: Client) -> None:
    """As the official client archives: it reads, sets one flag, and puts all of it."""
    client.put_model("fl", flavors={"f": {"data": {}}}, stage="Production")
    body = MODELS.get(http_request(name="fl", version="1"), client.services, UNBOUND).body
    del body["properties"]["stage"]
    body["properties"]["isArchived"] = True

    assert (
        200
        == MODELS.put(http_request(body, name="fl", version="1"), client.services, UNBOUND).status
    )

    assert [] == versions(client, "fl")
    assert ["1"] == versions(client, "fl", listviewtype="ArchivedOnly")
    assert ["1"] == versions(client, "fl", listviewtype="All")
    with pytest.raises(InvalidRequest, match="Everything"):
        versions(client, "fl", listviewtype="Everything")


def test_a_changed_version_is_refused_with_what_differs(client: Client) -> None:
    with pytest.raises(Conflict, match=r"'m:1'.*uri.*models/m.*not.*elsewhere.*new version"):
        client.put_model("M", modelUri=MODEL_URI.replace("models/m", "elsewhere"))
    with pytest.raises(Conflict, match=r"flavors"):
        client.put_model(flavors={"a": {}, "b": {"data": {"c": "d"}}})

    assert 200 == client.put_model("M", tags={"a": "1"}).status


def test_a_field_that_azure_does_not_know_is_named(client: Client) -> None:
    with pytest.raises(InvalidRequest, match=r"'properties\.flavour'"):
        client.put_model("x", flavour={})
    with pytest.raises(InvalidRequest, match="flavors"):
        client.put_model("x", flavors="salty")


def test_a_container_knows_the_latest_and_the_next_version(client: Client) -> None:
    for version in ("9", "beta", "3"):
        client.put_model("M", version)

    found = container(client, "M")

    assert ("m", "3", "10") == (
        found["name"],
        found["properties"]["latestVersion"],
        found["properties"]["nextVersion"],
    )
    assert client.asset_id("models", "m", "3").partition("/versions")[0] == found["id"]
    with pytest.raises(NotFound, match="nobody"):
        container(client, "nobody")


def test_versions_come_newest_first_in_pages(client: Client) -> None:
    for version in ("9", "3", "5"):
        client.put_model("m", version)

    assert ["5", "3", "9", "1"] == versions(client)
    assert ["1", "9", "3", "5"] == versions(client, _orderby="createdtime asc")
    assert ["5"] == versions(client, _orderby="createdtime desc", _top="1")
    assert ["5", "3", "9", "1"] == versions(client, _orderby="")
    assert [] == versions(client, "nobody")


@pytest.mark.parametrize("order", ["createdtime", "version asc", "createdtime up", "asc"])
def test_an_order_that_the_list_does_not_have_is_refused(client: Client, order: str) -> None:
    with pytest.raises(InvalidRequest, match=re.escape(f"'{order}'")) as refusal:
        versions(client, _orderby=order)

    assert "$orderBy" == refusal.value.target


@pytest.mark.parametrize("order", ["createdtime desc", "createdtime asc"])
def test_pages_of_versions_lose_and_repeat_nothing_when_some_are_deleted(
    client: Client, order: str
) -> None:
    for version in ("2", "3", "4", "5"):
        client.put_model("m", version)
    seen, token = list[str](), ""
    while True:
        query = {"$orderby": order, "$top": "2", "$skiptoken": token}
        answer = MODELS.versions(http_request(query=query, name="m"), client.services, UNBOUND).body
        seen += [one["name"] for one in answer["value"]]
        if len(seen) == 2:
            MODELS.delete(http_request(name="m", version=seen[-1]), client.services, UNBOUND)
        if not answer["nextLink"]:
            break
        token = answer["nextLink"].rpartition("skiptoken=")[2].replace("%3D", "=")

    expected = ["5", "4", "3", "2", "1"]
    assert seen == (expected if "desc" in order else expected[::-1])


def test_containers_are_listed_in_pages_and_archived_apart(client: Client) -> None:
    for name in ("B", "a", "c"):
        client.put_model(name)
    body = container(client, "a")
    body["properties"]["isArchived"] = True
    assert 200 == CONTAINERS.put(http_request(body, name="A"), client.services, UNBOUND).status

    def listed(**query: str) -> list[str]:
        answer = CONTAINERS.list(http_request(query=query), client.services, UNBOUND)
        return [one["name"] for one in answer.body["value"]]

    assert ["B", "c", "m"] == listed()
    assert ["a"] == listed(listviewtype="ArchivedOnly")
    assert ["a", "B"] == listed(listviewtype="All", top="2")
    assert ("1", "2") == tuple(
        container(client, "a")["properties"][key] for key in ("latestVersion", "nextVersion")
    )


def test_a_container_may_be_put_before_its_versions(client: Client) -> None:
    body = {"properties": {"description": "d", "tags": {"a": "1"}}}

    answer = asset_containers.DATA.put(http_request(body, name="Wines"), client.services, UNBOUND)

    assert (201, "Wines", "1", None) == (
        answer.status,
        answer.body["name"],
        answer.body["properties"]["nextVersion"],
        answer.body["properties"]["latestVersion"],
    )
    data = {"properties": {"dataUri": MODEL_URI, "dataType": "uri_file"}}
    assets.DATA.put(http_request(data, name="wines", version="1"), client.services, UNBOUND)
    found = asset_containers.DATA.get(http_request(name="WINES"), client.services, UNBOUND).body
    assert ("uri_file", "d") == (
        found["properties"]["dataType"],
        found["properties"]["description"],
    )


def test_what_is_in_use_is_not_deleted(client: Client) -> None:
    with pytest.raises(Conflict, match=r"model 'm:1' is used by .*wine/main, wine/other"):
        client.delete_model("M")
    client.delete_endpoint("wine")

    assert 200 == client.delete_model().status

    with pytest.raises(NotFound, match="m:1"):
        client.delete_model()
    assert 201 == client.put_model(modelUri=f"{MODEL_URI}-of-other-files").status


def test_conditions_are_kept(client: Client) -> None:
    client.put_model("x")
    for headers in ({"if-match": '"stale"'}, {"if-none-match": "*"}):
        body = {"properties": {"modelUri": MODEL_URI}}
        with pytest.raises(PreconditionFailed):
            MODELS.put(
                http_request(body, name="x", version="1", headers=headers), client.services, UNBOUND
            )
    request = http_request(name="x", version="1", headers={"if-match": '"stale"'})
    with pytest.raises(PreconditionFailed):
        MODELS.delete(request, client.services, UNBOUND)

    assert ["1"] == versions(client, "x")


def test_an_environment_may_be_put_again_as_it_is_shown(client: Client) -> None:
    sent = {"condaFile": "dependencies: [python=3.13]", "inferenceConfig": {"livenessRoute": {}}}
    request = http_request({"properties": sent}, name="env", version="1")
    shown = assets.ENVIRONMENTS.put(request, client.services, UNBOUND).body

    again = assets.ENVIRONMENTS.put(
        http_request(shown, name="env", version="1"), client.services, UNBOUND
    )

    assert (200, shown["properties"]) == (again.status, again.body["properties"])
    windows = http_request({"properties": {**sent, "osType": "Windows"}}, name="env", version="2")
    with pytest.raises(InvalidRequest, match="Windows"):
        assets.ENVIRONMENTS.put(windows, client.services, UNBOUND)


@pytest.mark.parametrize(("field", "kind"), [("folder", "uri_folder"), ("file", "uri_file")])
def test_data_is_registered_by_the_body_of_2021(client: Client, field: str, kind: str) -> None:
    uri = "azureml://datastores/workspaceblobstore/paths/digits"
    body = {"properties": {"paths": [{field: uri}]}}

    answer = assets.DATASETS.put(
        http_request(body, name="digits", version="7"), client.services, UNBOUND
    )

    assert 201 == answer.status
    shown = assets.DATA.get(http_request(name="digits", version="7"), client.services, UNBOUND)
    properties = shown.body["properties"]
    assert (uri, kind) == (properties["dataUri"], properties["dataType"])


@pytest.mark.parametrize(
    ("paths", "why"),
    [
        (None, "list of one path"),
        ([], "list of one path"),
        ([{"folder": "https://acc/c/a"}, {"folder": "https://acc/c/b"}], "list of one path"),
        ([{"pattern": "https://acc/c/*.csv"}], "folder"),
        ([{"folder": "digits"}], "is not the address of data"),
    ],
)
def test_other_paths_of_2021_are_refused(client: Client, paths: Any, why: str) -> None:
    request = http_request({"properties": {"paths": paths}}, name="digits", version="7")

    with pytest.raises(InvalidRequest, match=why) as refused:
        assets.DATASETS.put(request, client.services, UNBOUND)

    assert refused.value.target.startswith("properties.paths")
