"""Assets: versions, containers, `@latest`, archives, pages, and what is in use."""

import re
from typing import Any

import pytest

from shared.api.routes import UNBOUND
from shared.domain.errors import Conflict, InvalidRequest, NotFound, PreconditionFailed
from tests.triggers.asking import ask
from tests.triggers.resources import MODEL_URI, Desk
from triggers import asset_containers, assets

MODELS, CONTAINERS = assets.MODELS, asset_containers.MODELS


def versions(desk: Desk, name: str = "m", **query: str) -> list[str]:
    named = {key.replace("_", "$"): value for key, value in query.items()}
    answer = MODELS.versions(ask(query=named, name=name), desk.services, UNBOUND)
    return [one["name"] for one in answer.body["value"]]


def container(desk: Desk, name: str = "m") -> Any:
    return CONTAINERS.get(ask(name=name), desk.services, UNBOUND).body


def test_a_model_is_shown_as_the_official_client_needs_it(desk: Desk) -> None:
    flavors = {"python_function": {"data": {"loader_module": "x"}}}
    desk.put_model("fl", flavors=flavors, jobName="j", stage="Production")

    answer = MODELS.get(ask(name="FL", version="1"), desk.services, UNBOUND)

    properties = answer.body["properties"]
    assert desk.asset_id("models", "fl") == answer.body["id"]
    assert (flavors, "j", "Production") == tuple(
        properties[key] for key in ("flavors", "jobName", "stage")
    )
    assert f'"{answer.body["etag"]}"' == answer.headers["ETag"]
    assert (
        {}
        == MODELS.get(ask(name="m", version="1"), desk.services, UNBOUND).body["properties"][
            "flavors"
        ]
    )


def test_what_was_read_may_be_put_again_and_archives_the_version(desk: Desk) -> None:
    """As the official client archives: it reads, sets one flag, and puts all of it."""
    desk.put_model("fl", flavors={"f": {"data": {}}}, stage="Production")
    body = MODELS.get(ask(name="fl", version="1"), desk.services, UNBOUND).body
    del body["properties"]["stage"]
    body["properties"]["isArchived"] = True

    assert 200 == MODELS.put(ask(body, name="fl", version="1"), desk.services, UNBOUND).status

    assert [] == versions(desk, "fl")
    assert ["1"] == versions(desk, "fl", listviewtype="ArchivedOnly")
    assert ["1"] == versions(desk, "fl", listviewtype="All")
    with pytest.raises(InvalidRequest, match="Everything"):
        versions(desk, "fl", listviewtype="Everything")


def test_a_changed_version_is_refused_with_what_differs(desk: Desk) -> None:
    with pytest.raises(Conflict, match=r"'m:1'.*uri.*models/m.*not.*elsewhere.*new version"):
        desk.put_model("M", modelUri=MODEL_URI.replace("models/m", "elsewhere"))
    with pytest.raises(Conflict, match=r"flavors"):
        desk.put_model(flavors={"a": {}, "b": {"data": {"c": "d"}}})

    assert 200 == desk.put_model("M", tags={"a": "1"}).status


def test_a_field_that_azure_does_not_know_is_named(desk: Desk) -> None:
    with pytest.raises(InvalidRequest, match=r"'properties\.flavour'"):
        desk.put_model("x", flavour={})
    with pytest.raises(InvalidRequest, match="flavors"):
        desk.put_model("x", flavors="salty")


def test_a_container_knows_the_latest_and_the_next_version(desk: Desk) -> None:
    for version in ("9", "beta", "3"):
        desk.put_model("M", version)

    found = container(desk, "M")

    assert ("m", "3", "10") == (
        found["name"],
        found["properties"]["latestVersion"],
        found["properties"]["nextVersion"],
    )
    assert desk.asset_id("models", "m", "3").partition("/versions")[0] == found["id"]
    with pytest.raises(NotFound, match="nobody"):
        container(desk, "nobody")


def test_versions_come_newest_first_in_pages(desk: Desk) -> None:
    for version in ("9", "3", "5"):
        desk.put_model("m", version)

    assert ["5", "3", "9", "1"] == versions(desk)
    assert ["1", "9", "3", "5"] == versions(desk, _orderby="createdtime asc")
    assert ["5"] == versions(desk, _orderby="createdtime desc", _top="1")
    assert ["5", "3", "9", "1"] == versions(desk, _orderby="")
    assert [] == versions(desk, "nobody")


@pytest.mark.parametrize("order", ["createdtime", "version asc", "createdtime up", "asc"])
def test_an_order_that_the_list_does_not_have_is_refused(desk: Desk, order: str) -> None:
    with pytest.raises(InvalidRequest, match=re.escape(f"'{order}'")) as refusal:
        versions(desk, _orderby=order)

    assert "$orderBy" == refusal.value.target


@pytest.mark.parametrize("order", ["createdtime desc", "createdtime asc"])
def test_pages_of_versions_lose_and_repeat_nothing_when_some_are_deleted(
    desk: Desk, order: str
) -> None:
    for version in ("2", "3", "4", "5"):
        desk.put_model("m", version)
    seen, token = list[str](), ""
    while True:
        query = {"$orderby": order, "$top": "2", "$skiptoken": token}
        answer = MODELS.versions(ask(query=query, name="m"), desk.services, UNBOUND).body
        seen += [one["name"] for one in answer["value"]]
        if len(seen) == 2:
            MODELS.delete(ask(name="m", version=seen[-1]), desk.services, UNBOUND)
        if not answer["nextLink"]:
            break
        token = answer["nextLink"].rpartition("skiptoken=")[2].replace("%3D", "=")

    expected = ["5", "4", "3", "2", "1"]
    assert seen == (expected if "desc" in order else expected[::-1])


def test_containers_are_listed_in_pages_and_archived_apart(desk: Desk) -> None:
    for name in ("B", "a", "c"):
        desk.put_model(name)
    body = container(desk, "a")
    body["properties"]["isArchived"] = True
    assert 200 == CONTAINERS.put(ask(body, name="A"), desk.services, UNBOUND).status

    def listed(**query: str) -> list[str]:
        answer = CONTAINERS.list(ask(query=query), desk.services, UNBOUND)
        return [one["name"] for one in answer.body["value"]]

    assert ["B", "c", "m"] == listed()
    assert ["a"] == listed(listviewtype="ArchivedOnly")
    assert ["a", "B"] == listed(listviewtype="All", top="2")
    assert ("1", "2") == tuple(
        container(desk, "a")["properties"][key] for key in ("latestVersion", "nextVersion")
    )


def test_a_container_may_be_put_before_its_versions(desk: Desk) -> None:
    body = {"properties": {"description": "d", "tags": {"a": "1"}}}

    answer = asset_containers.DATA.put(ask(body, name="Wines"), desk.services, UNBOUND)

    assert (201, "Wines", "1", None) == (
        answer.status,
        answer.body["name"],
        answer.body["properties"]["nextVersion"],
        answer.body["properties"]["latestVersion"],
    )
    data = {"properties": {"dataUri": MODEL_URI, "dataType": "uri_file"}}
    assets.DATA.put(ask(data, name="wines", version="1"), desk.services, UNBOUND)
    found = asset_containers.DATA.get(ask(name="WINES"), desk.services, UNBOUND).body
    assert ("uri_file", "d") == (
        found["properties"]["dataType"],
        found["properties"]["description"],
    )


def test_what_is_in_use_is_not_deleted(desk: Desk) -> None:
    with pytest.raises(Conflict, match=r"model 'm:1' is used by .*wine/main, wine/other"):
        desk.delete_model("M")
    desk.delete_endpoint("wine")

    assert 200 == desk.delete_model().status

    with pytest.raises(NotFound, match="m:1"):
        desk.delete_model()
    assert 201 == desk.put_model(modelUri=f"{MODEL_URI}-of-other-files").status


def test_conditions_are_kept(desk: Desk) -> None:
    desk.put_model("x")
    for headers in ({"if-match": '"stale"'}, {"if-none-match": "*"}):
        body = {"properties": {"modelUri": MODEL_URI}}
        with pytest.raises(PreconditionFailed):
            MODELS.put(ask(body, name="x", version="1", headers=headers), desk.services, UNBOUND)
    request = ask(name="x", version="1", headers={"if-match": '"stale"'})
    with pytest.raises(PreconditionFailed):
        MODELS.delete(request, desk.services, UNBOUND)

    assert ["1"] == versions(desk, "x")


def test_an_environment_may_be_put_again_as_it_is_shown(desk: Desk) -> None:
    sent = {"condaFile": "dependencies: [python=3.13]", "inferenceConfig": {"livenessRoute": {}}}
    request = ask({"properties": sent}, name="env", version="1")
    shown = assets.ENVIRONMENTS.put(request, desk.services, UNBOUND).body

    again = assets.ENVIRONMENTS.put(ask(shown, name="env", version="1"), desk.services, UNBOUND)

    assert (200, shown["properties"]) == (again.status, again.body["properties"])
    windows = ask({"properties": {**sent, "osType": "Windows"}}, name="env", version="2")
    with pytest.raises(InvalidRequest, match="Windows"):
        assets.ENVIRONMENTS.put(windows, desk.services, UNBOUND)
