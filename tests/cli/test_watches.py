"""`bep watch ...`: what is sent, and what is shown."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.in_process import Bep
from tests.support.refusals import is_refused
from tests.support.stub_service import WORKSPACE, StubService, stub_service

STORE = "azureml://datastores/workspaceblobstore/paths"
WATCHES = "batchEndpoints/wine/watches"
PROPERTIES: dict[str, Any] = {
    "description": "Wines",
    "deploymentName": "main",
    "source": {
        "datastoreName": "workspaceblobstore",
        "folder": "cellar/new",
        "include": ["*.csv"],
        "exclude": [],
    },
    "gather": {"quietSeconds": 5, "mostFiles": 80, "mostWaitSeconds": 60, "marker": "_SUCCESS"},
    "overrides": {
        "displayName": "Of REST",
        "miniBatchSize": 20,
        "retrySettings": {"maxRetries": 2, "timeout": "PT60S"},
        "compute": {"instanceCount": 2},
    },
    "output": {"uri": f"{STORE}/scored/{{batch}}.csv"},
    "state": "Enabled",
    "provisioningState": "Succeeded",
    "gathering": {"pending": 2, "batches": 3, "lastJob": "wine-cellar-000002"},
}
DOCUMENT: dict[str, Any] = {
    "id": f"{WORKSPACE}/{WATCHES}/cellar",
    "name": "cellar",
    "etag": "0x1",
    "tags": {"a": "b"},
    "systemData": {"createdAt": "2026-01-01T00:00:00Z", "createdBy": "Ada"},
    "properties": PROPERTIES,
}
FILE = f"""name: cellar
endpoint_name: wine
deployment_name: main
source: {{path: {STORE}/cellar/new, include: "*.csv"}}
gather: {{quiet_s: 5, most_files: 80, most_wait_s: 60, marker: _SUCCESS}}
settings:
  mini_batch_size: 20
  retry_settings: {{max_retries: 2, timeout: 60}}
output: {STORE}/scored/{{batch}}.csv
"""


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        for method in ("GET", "PUT", "DELETE"):
            running.on(method, f"{WATCHES}/cellar", DOCUMENT)
        running.on("GET", WATCHES, {"value": [DOCUMENT], "nextLink": None})
        yield running


@pytest.fixture
def here(tmp_path: Path, bep: Bep) -> Bep:
    (tmp_path / "cellar.yml").write_text(FILE)
    return bep


def sent(service: StubService) -> Any:
    return [one for one in service.seen if one.method == "PUT"][-1]


def test_create_puts_what_the_file_and_the_flags_say(service: StubService, here: Bep) -> None:
    done = here("watch", "create", "-f", "cellar.yml", "--set", "gather.quiet_s=9", "tags.c=d")

    put = sent(service)
    assert 0 == done.code, done.stderr
    assert f"/{WATCHES}/cellar?" in put.path
    assert {"c": "d"} == put.body["tags"]
    source = {"datastoreName": "workspaceblobstore", "folder": "cellar/new", "include": ["*.csv"]}
    assert {
        "deploymentName": "main",
        "source": source,
        "gather": {**PROPERTIES["gather"], "quietSeconds": 9},
        "overrides": {
            "miniBatchSize": 20,
            "retrySettings": {"maxRetries": 2, "timeout": "PT60S"},
        },
        "output": PROPERTIES["output"],
    } == put.body["properties"]
    assert "cellar" == done.answer["name"]


def test_a_watch_needs_no_file(service: StubService, here: Bep) -> None:
    words = (f"source.path={STORE}/cellar/new", "state=paused")
    done = here("ml", "watch", "create", "-e", "wine", "-n", "cellar", "--set", *words)

    assert 0 == done.code, done.stderr
    assert ("cellar/new", "Paused") == (
        sent(service).body["properties"]["source"]["folder"],
        sent(service).body["properties"]["state"],
    )


def test_show_has_the_keys_of_the_file_and_how_it_goes(here: Bep) -> None:
    shown = here("watch", "show", "-e", "wine", "-n", "cellar").answer

    assert {"pending": 2, "batches": 3, "last_job": "wine-cellar-000002"} == shown["gathering"]
    assert {"path": f"{STORE}/cellar/new", "include": ["*.csv"], "exclude": []} == shown["source"]
    assert {"quiet_s": 5, "most_files": 80, "most_wait_s": 60, "marker": "_SUCCESS"} == shown[
        "gather"
    ]
    assert {
        "display_name": "Of REST",
        "mini_batch_size": 20,
        "retry_settings": {"max_retries": 2, "timeout": 60},
        "compute": {"instance_count": 2},
    } == shown["settings"]
    assert ("wine", "enabled", f"{STORE}/scored/{{batch}}.csv") == (
        shown["endpoint_name"],
        shown["state"],
        shown["output"],
    )


def test_show_and_list_are_tables_too(here: Bep) -> None:
    shown = here("watch", "show", "-e", "wine", "-n", "cellar", "-o", "table").stdout
    listed = here("watch", "list", "-e", "wine", "-o", "table").stdout

    assert ["Name", "State", "Source"] == listed.split()[:3]
    assert "LastJob" in shown
    assert "wine-cellar-000002" in shown
    assert ["cellar"] == here("watch", "list", "-e", "wine", "--query", "[].name").answer


@pytest.mark.parametrize(("verb", "state"), [("enable", "Enabled"), ("disable", "Paused")])
def test_enable_and_disable_change_that_alone_and_only_what_was_read(
    service: StubService, here: Bep, verb: str, state: str
) -> None:
    here("watch", verb, "-e", "wine", "-n", "cellar")

    put = sent(service)
    assert {"tags": {"a": "b"}, "properties": {**PROPERTIES, "state": state}} == put.body
    assert '"0x1"' == put.headers["If-Match"]


def test_update_changes_what_is_set_and_keeps_the_rest(service: StubService, here: Bep) -> None:
    words = ("gather.marker=null", "settings.mini_batch_size=7", "tags.c=d", "source.exclude=x")
    done = here("watch", "update", "-e", "wine", "-n", "cellar", "--set", *words)

    assert 0 == done.code, done.stderr
    put = sent(service)
    expected = copy.deepcopy(PROPERTIES)
    del expected["gather"]["marker"], expected["provisioningState"], expected["gathering"]
    expected["overrides"]["miniBatchSize"] = 7
    expected["source"]["exclude"] = ["x"]
    assert expected == put.body["properties"]
    assert ({"a": "b", "c": "d"}, '"0x1"') == (put.body["tags"], put.headers["If-Match"])


def test_update_takes_a_file_that_says_what_is_different(
    service: StubService, here: Bep, tmp_path: Path
) -> None:
    (tmp_path / "less.yml").write_text("name: cellar\ngather: {quiet_s: 8}\nstate: paused\n")
    done = here("watch", "update", "-e", "wine", "-f", "less.yml")

    assert 0 == done.code, done.stderr
    properties = sent(service).body["properties"]
    assert ({**PROPERTIES["gather"], "quietSeconds": 8}, "Paused", PROPERTIES["overrides"]) == (
        properties["gather"],
        properties["state"],
        properties["overrides"],
    )


def test_a_built_in_inbox_is_changed_without_a_condition(service: StubService, here: Bep) -> None:
    source = {"datastoreName": "workspaceinbox", "folder": "wine", "include": [], "exclude": []}
    own = {**PROPERTIES, "source": source, "output": None, "overrides": {}}
    built_in = {**DOCUMENT, "id": f"{WORKSPACE}/{WATCHES}/inbox", "name": "inbox", "etag": None}
    for method in ("GET", "PUT"):
        service.on(method, f"{WATCHES}/inbox", {**built_in, "properties": own})
    done = here("watch", "update", "-e", "wine", "-n", "inbox", "--set", "gather.quiet_s=2")

    assert 0 == done.code, done.stderr
    put = sent(service)
    assert ("workspaceinbox", 2) == (
        put.body["properties"]["source"]["datastoreName"],
        put.body["properties"]["gather"]["quietSeconds"],
    )
    assert "If-Match" not in put.headers


def test_delete_asks_and_names_the_watch(service: StubService, here: Bep) -> None:
    asked = here("watch", "delete", "-e", "wine", "-n", "cellar")
    assert "DELETE" not in [one.method for one in service.seen]
    gone = here("watch", "delete", "-e", "wine", "-n", "cellar", "--yes")

    assert asked.code != 0
    assert (0, "DELETE") == (gone.code, service.seen[-1].method)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("create", "-f", "nowhere.yml"), "cannot be read"),
        (("create", "-e", "wine"), "'name' is missing"),
        (("create", "-e", "wine", "-n", "cellar"), "'source.path' is missing"),
        (("create", "-f", "cellar.yml", "--set", "endpoint_name=null"), "--endpoint-name"),
        (("create", "-f", "cellar.yml", "--set", "mini_batch_size=1"), "under 'settings'"),
        (("create", "-f", "cellar.yml", "-n", "a_b"), "'a_b' is not a name for a watch"),
        (("update", "-e", "wine", "-n", "cellar"), "Nothing is to be changed"),
        (("update", "-e", "wine", "--set", "state=paused"), "Write name in the file, or --name"),
        (("update", "-f", "cellar.yml", "--set", "name=other"), "The name of a watch cannot be"),
        (("update", "-f", "cellar.yml", "--set", "gather.quiet_s=x"), "'gather.quiet_s' is 'x'"),
        (("list",), "--endpoint-name"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_put(
    service: StubService, here: Bep, words: tuple[str, ...], why: str
) -> None:
    done = here("watch", *words)

    assert is_refused(done, code=2)
    assert why in done.stderr
    assert "PUT" not in [one.method for one in service.seen]
