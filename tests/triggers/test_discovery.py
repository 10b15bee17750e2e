"""How a client finds its way: metadata, discovery and the workspace, through their doors."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.api.http import Request, Response
from shared.api.routes import UNBOUND, dispatch
from shared.domain.errors import NotFound
from shared.services import build
from shared.settings import Settings
from tests.support.requests import WORKSPACE, http_request
from tests.triggers.conftest import App
from triggers.discovery import ROUTES, get_addresses, get_metadata, get_workspace, list_workspaces

GET_WORKSPACE = next(route for route in ROUTES if route.name == "get_workspace")
SDK_READS = ("name", "portal", "resourceManager", "authentication", "suffixes")


def clouds(app: App, *, base: str = "https://here:7071", host: str = "here:7071") -> Any:
    request = replace(http_request(), base_url=base, headers={"host": host})
    return get_metadata(request, app.services, UNBOUND).body


def dispatched(app: App, request: Request) -> Response:
    return dispatch(GET_WORKSPACE, request, app.services, UNBOUND)


def elsewhere(part: str) -> Request:
    return replace(http_request(), path=WORKSPACE | {part: "other"})


def test_the_metadata_has_one_cloud_with_what_the_sdk_reads(app: App) -> None:
    (cloud,) = clouds(app)

    assert set(SDK_READS) <= set(cloud)
    assert "https://here:7071" == cloud["resourceManager"], "a substring of the metadata URL"
    assert "https://issuer.invalid/" == cloud["authentication"]["loginEndpoint"]
    assert {"https://ml.azure.com/", "https://management.azure.com/"} == set(
        cloud["authentication"]["audiences"]
    )
    assert {"storage": "core.windows.net"} == cloud["suffixes"]
    assert cloud["name"] not in {"AzureCloud", "AzureChinaCloud", "AzureUSGovernment"}


def test_the_sdk_reads_the_audience_of_its_tokens_from_the_portals_name(app: App) -> None:
    (cloud,) = clouds(app)

    suffix = ".".join(cloud["portal"].split(".")[2:]).replace("/", "")
    assert "https://ml.azure.com" == f"https://ml.azure.{suffix}"


def test_a_client_that_calls_this_machine_by_another_name_finds_its_cloud_too(app: App) -> None:
    """Or it would take Azure itself, and send its tokens there."""
    found = clouds(app, base="https://127.0.0.1:7071", host="localhost:7071")

    assert ["https://127.0.0.1:7071", "https://localhost:7071"] == [
        cloud["resourceManager"] for cloud in found
    ]
    assert 2 == len({cloud["name"] for cloud in found})


@pytest.mark.parametrize("host", ["", "a b", "evil/path", "u@evil", "evil?q", "evil#f", "x:y", "é"])
def test_what_is_no_host_is_not_repeated(app: App, host: str) -> None:
    assert 1 == len(clouds(app, host=host))


@pytest.mark.parametrize("host", ["localhost", "localhost:7071", "[::1]:7071", "a-b.example"])
def test_any_host_that_was_asked_is_a_cloud(app: App, host: str) -> None:
    assert f"https://{host}" == clouds(app, host=host)[-1]["resourceManager"]


def test_the_storage_suffix_is_that_of_the_account(app: App, tmp_path: Path) -> None:
    """Azure Government's accounts are elsewhere than Azure's."""
    services = build(
        Settings(scratch_folder=tmp_path / "scratch"),
        app.blobs,
        "https://account.blob.core.usgovcloudapi.net",
        app.services.signer,
    )
    services.scorers.close()

    (cloud,) = get_metadata(http_request(), services, UNBOUND).body
    account = get_workspace(http_request(), services, UNBOUND).body["properties"]["storageAccount"]

    assert {"storage": "core.usgovcloudapi.net"} == cloud["suffixes"]
    assert account.endswith("/Microsoft.Storage/storageAccounts/account")


def test_the_other_addresses_of_azure_ml_are_here(app: App) -> None:
    body = get_addresses(http_request(), app.services, UNBOUND).body

    assert "http://here" == body["api"]
    assert {"http://here"} == set(body.values())


def test_the_workspace_says_where_to_go_on(app: App) -> None:
    body = get_workspace(http_request(), app.services, UNBOUND).body

    path = "/subscriptions/{subscription}/resourceGroups/{group}/providers/"
    path += "Microsoft.MachineLearningServices/workspaces/{workspace}"
    assert path.format(**WORKSPACE) == body["id"]
    assert ("local", "local") == (body["name"], body["location"])
    properties = body["properties"]
    assert "http://here/discovery" == properties["discoveryUrl"]
    assert "Succeeded" == properties["provisioningState"]
    assert "local" == properties["friendlyName"]
    assert properties["storageAccount"].endswith("/storageAccounts/devstoreaccount1")


def test_the_workspace_is_found_in_any_case_and_is_always_the_same(app: App) -> None:
    shouted = replace(http_request(), path={part: name.upper() for part, name in WORKSPACE.items()})

    assert dispatched(app, http_request()) == dispatched(app, shouted)


@pytest.mark.parametrize("part", WORKSPACE)
def test_another_workspace_is_not_found(app: App, part: str) -> None:
    with pytest.raises(NotFound, match=r"There is no workspace .* Use subscription"):
        dispatched(app, elsewhere(part))


def test_the_list_has_the_one_workspace(app: App) -> None:
    body = list_workspaces(http_request(), app.services, UNBOUND).body

    assert [get_workspace(http_request(), app.services, UNBOUND).body] == body["value"]
    assert body["nextLink"] is None


@pytest.mark.parametrize("part", ["subscription", "group"])
def test_there_is_no_list_elsewhere(app: App, part: str) -> None:
    with pytest.raises(NotFound, match="'other'"):
        list_workspaces(elsewhere(part), app.services, UNBOUND)


def test_what_a_client_asks_before_it_has_a_token_is_open_and_nothing_else_here() -> None:
    assert {"get_metadata", "get_addresses"} == {
        route.name for route in ROUTES if route.role is None
    }
