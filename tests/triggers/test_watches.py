"""Watches through their doors."""

import re
from pathlib import Path
from typing import Any

import pytest

from shared.api.http import Response
from shared.api.routes import UNBOUND
from shared.domain.errors import Conflict, InvalidRequest, NotFound, PreconditionFailed
from shared.domain.watch import GatherRules, Watch
from tests.support.client import Client
from tests.support.requests import http_request
from triggers.watches import delete_watch, get_watch, list_watches, put_watch

SOURCE = {"datastoreName": "workspaceblobstore", "folder": "cellar"}


@pytest.fixture
def wine(client: Client) -> Client:
    client.services.blobs.ensure_container("batch-inbox")
    return client


def put(
    client: Client, name: str = "cellar", headers: dict[str, str] | None = None, **properties: Any
) -> Response:
    body = {"properties": {"source": SOURCE, **properties}}
    request = http_request(body, headers=headers, endpoint="wine", watch=name)
    return put_watch(request, client.services, UNBOUND)


def get(client: Client, name: str = "cellar") -> Any:
    request = http_request(endpoint="wine", watch=name)
    return get_watch(request, client.services, client.durable).body


def delete(client: Client, name: str = "cellar") -> Response:
    return delete_watch(http_request(endpoint="wine", watch=name), client.services, UNBOUND)


def names(client: Client) -> list[str]:
    body = list_watches(http_request(endpoint="wine"), client.services, UNBOUND).body
    return [one["name"] for one in body["value"]]


def test_a_watch_is_put_got_listed_and_deleted(wine: Client) -> None:
    answers = [put(wine), put(wine, gather={"quietSeconds": 5}), put(wine, "other")]

    assert [201, 200, 201] == [answer.status for answer in answers]
    properties = get(wine, "CELLAR")["properties"]
    assert (5, 1000, 600) == tuple(
        properties["gather"][name] for name in ("quietSeconds", "mostFiles", "mostWaitSeconds")
    )
    assert {**SOURCE, "include": [], "exclude": []} == properties["source"]
    assert ["cellar", "inbox", "other"] == names(wine)

    assert 200 == delete(wine).status
    with pytest.raises(NotFound, match="other"):
        get(wine)


def test_every_endpoint_has_an_inbox_that_may_be_changed_and_not_deleted(wine: Client) -> None:
    built_in = get(wine, "inbox")["properties"]
    assert ("workspaceinbox", "wine") == (
        built_in["source"]["datastoreName"],
        built_in["source"]["folder"],
    )
    with pytest.raises(Conflict, match="built in"):
        delete(wine, "inbox")

    put(wine, "inbox", source={}, state="Paused", gather={"marker": "_SUCCESS"})

    assert "Paused" == get(wine, "inbox")["properties"]["state"]
    assert 200 == delete(wine, "inbox").status
    assert "Enabled" == get(wine, "inbox")["properties"]["state"]


def test_what_is_shown_can_be_put_again(wine: Client) -> None:
    put(wine, output={"uri": "azureml://datastores/workspaceblobstore/paths/out/{batch}.csv"})
    shown = get(wine)

    request = http_request(shown, endpoint="wine", watch="cellar")

    assert 200 == put_watch(request, wine.services, UNBOUND).status
    assert shown["properties"] == get(wine)["properties"]


OUT = "azureml://datastores/workspaceblobstore/paths"


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"source": {"datastoreName": "workspaceblobstore"}}, "'properties.source.folder'"),
        ({"source": {"datastoreName": "gone", "folder": "a"}}, "no datastore 'gone'"),
        ({"source": {**SOURCE, "folder": "a/../b"}}, "not the path of a blob"),
        ({"source": {**SOURCE, "folder": "azureml/x"}}, "not watched"),
        ({"source": {"datastoreName": "workspaceinbox", "folder": "x"}}, "watched already"),
        ({"source": {**SOURCE, "include": "*.csv"}}, "no list of patterns"),
        ({"gather": {"quietSeconds": 0}}, "gather.quietSeconds' is 0"),
        ({"gather": {"mostFiles": 10_001}}, "mostFiles' is 10001"),
        ({"gather": {"quietSeconds": 700}}, "mostWaitSeconds be at least"),
        ({"gather": {"marker": "a/b"}}, "not a file name"),
        ({"gather": {"marker": ".."}}, "marker '..' is not a file name: a segment of it"),
        ({"gather": {"marker": "a\0b"}}, "is not a file name: it holds a control character"),
        ({"gather": {"marker": "x" * 1020}}, "is not a file name: it has 1027 characters"),
        ({"gather": {"quiet": 3}}, "gather.quiet' is not a field"),
        ({"overrides": {"miniBatchSize": -1}}, "miniBatchSize' is -1"),
        ({"overrides": {"Name": "mine"}}, "not for a watch to override"),
        ({"overrides": {"miniBatch": 1}}, "Did you mean"),
        ({"output": {"uri": f"{OUT}/out.csv"}}, "same file for every job"),
        ({"output": {"uri": f"{OUT}/{{batch}}/{{week}}.csv"}}, "{week} in it"),
        ({"output": {"uri": f"{OUT}/{{batch}}/"}}, "names no file"),
        ({"source": {**SOURCE, "folder": "/"}}, "source.folder' is '/', which names no folder"),
        ({"source": {**SOURCE, "include": ["**/*.csv"]}}, "which no file in the folder matches"),
        ({"source": {**SOURCE, "exclude": ["x" * 1025]}}, "which no file in the folder matches"),
        ({"output": {"uri": f"{OUT}/cellar/{{batch}}.csv"}}, "lies in the watched folder"),
        ({"output": {"uri": f"{OUT}/{{watch}}/{{batch}}.csv"}}, "lies in the watched folder"),
        ({"output": {"uri": "https://elsewhere/x{batch}"}}, "not a path in a datastore"),
        ({"deploymentName": "gone"}, "no batch deployment 'wine:gone'"),
        ({"state": "Off"}, "one of Enabled, Paused"),
    ],
)
def test_a_watch_that_makes_no_sense_is_refused_in_words(
    wine: Client, properties: dict[str, Any], words: str
) -> None:
    with pytest.raises((InvalidRequest, NotFound), match=re.escape(words)):
        put(wine, **properties)
    assert ["inbox"] == names(wine)


def test_an_inbox_of_elsewhere_is_refused(wine: Client) -> None:
    with pytest.raises(InvalidRequest, match="is about 'wine'"):
        put(wine, "inbox")


def test_a_watch_that_others_changed_is_not_overwritten(wine: Client) -> None:
    etag = str(put(wine).headers["ETag"])
    put(wine, gather={"quietSeconds": 5})

    with pytest.raises(PreconditionFailed):
        put(wine, headers={"if-match": etag})
    assert 5 == get(wine)["properties"]["gather"]["quietSeconds"]


def test_an_endpoint_has_room_for_twenty_watches(wine: Client) -> None:
    for index in range(20):
        put(wine, f"watch-{index}")

    with pytest.raises(Conflict, match="may have no more"):
        put(wine, "one-more")
    assert 200 == put(wine, "watch-3").status


def test_watches_go_with_their_endpoint(wine: Client) -> None:
    put(wine)
    wine.put_deployment("main")
    wine.delete_endpoint()
    wine.put_endpoint()

    assert ["inbox"] == names(wine)
    assert [] == wine.services.registry.watches.names("wine")


def test_pending_files_and_batches_are_shown(wine: Client, tmp_path: Path) -> None:
    put(wine)
    wine.services.blobs.write("azureml-blobstore", "cellar/a.csv", b"1")

    shown = get(wine)["properties"]["gathering"]

    assert {"pending": 1, "batches": 0, "lastJob": None, "problem": None} == shown


def test_why_files_wait_is_shown_unless_the_watch_is_paused(wine: Client) -> None:
    put(wine, deploymentName="other")
    wine.delete_deployment("other")

    assert get(wine)["properties"]["gathering"]["problem"] is None  # nothing waits
    wine.services.blobs.write("azureml-blobstore", "cellar/a.csv", b"1")
    assert "'wine:other'" in get(wine)["properties"]["gathering"]["problem"]

    paused = {**get(wine)["properties"], "state": "Paused"}
    put(wine, **paused)
    assert get(wine)["properties"]["gathering"]["problem"] is None
    with pytest.raises(NotFound, match="'wine:other'"):
        put(wine, **{**paused, "state": "Enabled"})


def test_a_watch_that_cannot_be_looked_at_is_shown_with_its_problem(wine: Client) -> None:
    put(wine)

    def name_no_file(watch: Watch) -> Watch:
        return watch.model_copy(update={"rules": GatherRules(marker="..")})

    wine.services.registry.watches.change(name_no_file, "wine", "cellar")

    assert "is not a blob's name" in get(wine)["properties"]["gathering"]["problem"]
