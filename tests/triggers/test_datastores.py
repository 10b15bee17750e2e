"""Datastores through their doors: built-in and user-made, listed, used, signed for, deleted."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.api.http import Request, Response
from shared.api.routes import UNBOUND
from shared.domain.asset import AssetId, Code, Data, Model
from shared.domain.caller import Author
from shared.domain.errors import Conflict, InvalidRequest, NotFound, PreconditionFailed
from shared.domain.resolved_deployment import Location
from tests.support.requests import http_request
from tests.support.specs import CONTAINER
from tests.triggers.conftest import App
from triggers.datastores import (
    delete_datastore,
    get_datastore,
    list_datastores,
    list_secrets,
    put_datastore,
)


def a_body(container: str = "mine", **properties: Any) -> Any:
    return {
        "properties": {
            "datastoreType": "AzureBlob",
            "accountName": "devstoreaccount1",
            "containerName": container,
            **properties,
        }
    }


def put(app: App, name: str, container: str = "mine", **query: str) -> Response:
    app.blobs.ensure_container("mine")
    body = a_body(container, description=query.pop("description", ""))
    return put_datastore(http_request(body, query=query, datastore=name), app.services, UNBOUND)


BUILT_IN = ["workspaceartifactstore", "workspaceblobstore", "workspaceinbox"]


def names(app: App, request: Request | None = None) -> list[str]:
    answer = list_datastores(request or http_request(), app.services, UNBOUND)
    return [one["name"] for one in answer.body["value"]]


def test_the_default_datastore_is_what_a_download_asks_for(app: App) -> None:
    query = {"count": "30", "isdefault": "true", "orderbyasc": "false"}

    found = list_datastores(http_request(query=query), app.services, UNBOUND).body["value"]

    assert ["workspaceblobstore"] == [one["name"] for one in found]
    properties = found[0]["properties"]
    assert "127.0.0.1:10000/devstoreaccount1#" == properties["accountName"]
    assert CONTAINER == properties["containerName"]
    assert properties["isDefault"] is True


def test_a_user_made_datastore_is_put_got_and_listed_among_the_built_in_ones(app: App) -> None:
    answers = [put(app, "Zebra"), put(app, "aardvark"), put(app, "zebra")]

    assert [201, 201, 200] == [answer.status for answer in answers]
    assert [*sorted(["aardvark", *BUILT_IN]), "Zebra"] == names(app)
    got = get_datastore(http_request(datastore="ZEBRA"), app.services, UNBOUND).body
    assert "mine" == got["properties"]["containerName"]
    assert got["properties"]["isDefault"] is False


@pytest.mark.parametrize("size", [1, 2, 3, 5, 50])
def test_pages_show_each_datastore_once_in_order(app: App, size: int) -> None:
    for name in ("b", "w", "wx", "z", "workspaceb"):
        put(app, name)
    seen: list[str] = []
    token = ""
    for _ in range(20):
        query = {"count": str(size)} | ({"$skiptoken": token} if token else {})
        answer = list_datastores(http_request(query=query), app.services, UNBOUND).body
        seen += [one["name"] for one in answer["value"]]
        if not answer["nextLink"]:
            break
        token = parse_qs(urlsplit(answer["nextLink"]).query)["$skiptoken"][0]

    assert sorted(seen) == seen
    assert 5 + len(BUILT_IN) == len(set(seen)) == len(seen)


def test_a_list_can_be_asked_for_some_names(app: App) -> None:
    put(app, "one")

    assert ["one", "workspaceblobstore"] == names(
        app, http_request(query={"names": "one, WorkspaceBlobStore,none"})
    )


def test_references_lead_into_a_user_made_datastore(app: App) -> None:
    put(app, "store")

    location, _ = app.services.inputs.resolve("azureml://datastores/Store/paths/a/", target="x")

    assert Location(container="mine", path="a") == location


@pytest.mark.parametrize("name", ["workspaceblobstore", "WorkspaceArtifactStore", BUILT_IN[2]])
def test_a_built_in_datastore_stays_as_it_is(app: App, name: str) -> None:
    with pytest.raises(Conflict, match="built in"):
        put(app, name)
    with pytest.raises(Conflict, match="built in"):
        delete_datastore(http_request(datastore=name), app.services, UNBOUND)

    assert BUILT_IN == names(app)


@pytest.mark.parametrize("container", ["batch-registry", "batch-jobs", "azure-webjobs-secrets"])
def test_no_datastore_and_no_url_leads_to_the_services_own_containers(
    app: App, container: str
) -> None:
    app.blobs.ensure_container(container)
    with pytest.raises(InvalidRequest, match="service's own"):
        put(app, "spy", container, skipvalidation="true")
    url = f"{app.services.datastores.account_url}/{container}/x"
    with pytest.raises(InvalidRequest, match="service's own"):
        app.services.inputs.resolve(url, target="x")


def test_a_container_must_be_there_unless_validation_is_skipped(app: App) -> None:
    with pytest.raises(InvalidRequest, match=r"no container 'later'.*skipValidation"):
        put(app, "store", "later")

    assert 201 == put(app, "store", "later", skipvalidation="true").status


def test_a_container_that_cannot_be_is_refused_even_so(app: App) -> None:
    with pytest.raises(InvalidRequest, match="not a container's name"):
        put(app, "store", "No Container", skipvalidation="true")


def test_what_is_not_there_says_what_is(app: App) -> None:
    put(app, "other")

    with pytest.raises(NotFound, match=r"'gone'.*workspaceblobstore.*other"):
        get_datastore(http_request(datastore="gone"), app.services, UNBOUND)
    with pytest.raises(NotFound):
        delete_datastore(http_request(datastore="gone"), app.services, UNBOUND)


def test_a_datastore_that_assets_lie_in_is_not_deleted(app: App) -> None:
    put(app, "store")
    registry, asset = app.services.registry, AssetId(name="a", version="1")
    uri = "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/STORE/paths/x"
    registry.models.save(Model(id=asset, uri=uri), "a", "1", by=Author(name="ada"))
    registry.codes.save(
        Code(id=asset, uri="azureml://datastores/store/paths/c"), "a", "1", by=Author(name="ada")
    )
    elsewhere = "azureml://datastores/store2/paths/x"
    registry.data.save(Data(id=asset, uri=elsewhere), "a", "1", by=Author(name="ada"))

    with pytest.raises(Conflict, match="model 'a:1', code 'a:1'"):
        delete_datastore(http_request(datastore="store"), app.services, UNBOUND)

    registry.models.delete("a", "1")
    registry.codes.delete("a", "1")
    assert 200 == delete_datastore(http_request(datastore="store"), app.services, UNBOUND).status
    assert "store" not in names(app)
    assert app.blobs.container_exists("mine")


@pytest.mark.parametrize(
    ("role", "expected"), [("reader", "rl"), ("invoker", "rcwl"), ("contributor", "rcwl")]
)
def test_a_sas_allows_what_the_role_does(app: App, role: str, expected: str) -> None:
    asked = {"expirableSecret": True, "expireAfterHours": 2}
    request = http_request(asked, role=role, datastore="workspaceblobstore")

    answer = list_secrets(request, app.services, UNBOUND)

    fields = parse_qs(answer.body["sasToken"])
    assert "Sas" == answer.body["secretsType"]
    assert [expected] == fields["sp"]
    assert ["c"] == fields["sr"]
    assert "no-store" == answer.headers["Cache-Control"]


def test_a_sas_is_given_without_a_body_too(app: App) -> None:
    answer = list_secrets(http_request(datastore="workspaceartifactstore"), app.services, UNBOUND)

    assert answer.body["sasToken"]


def test_a_change_of_what_was_read_long_ago_is_refused(app: App) -> None:
    etag = put(app, "store").headers["ETag"]
    put(app, "store", description="newer")
    request = replace(http_request(datastore="store"), headers={"if-match": etag})

    with pytest.raises(PreconditionFailed, match="not the one that was read"):
        delete_datastore(request, app.services, UNBOUND)

    assert "store" in names(app)
