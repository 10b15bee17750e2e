"""Jobs that choose their files, over a real store: by the deployment, the request, a manifest."""

import json
from typing import Any

import pytest

from tests.service.conftest import Deploy
from tests.service.models import csv_of, rows_of
from tests.support.stack import CONTAINER, WORKSPACE, Stack

FILES = {
    name: csv_of((index, 1))
    for index, name in enumerate(["a.csv", "sub/b.csv", "sub/deep/c.csv", "drafts/d.csv"])
}
OTHERS = {"_SUCCESS": b"", "sub/e.txt": b"x", "list.txt": b"# by hand\nsub/b.csv\n\na.csv\n"}
DEFAULTS = {"inputInclude": "**/*.csv", "inputExclude": '["drafts/**"]'}


@pytest.fixture
def endpoint(deploy: Deploy) -> str:
    return deploy("choosing", properties=DEFAULTS)


def test_files_are_chosen_by_the_deployment_and_by_what_changed(
    stack: Stack, endpoint: str
) -> None:
    uri = stack.upload("choosing", FILES | OTHERS)

    started = stack.invoke(endpoint, uri)
    first = stack.ended(started)
    changed = stack.blobs.get_blob_client(CONTAINER, "choosing/sub/b.csv")
    changed.upload_blob(csv_of((7, 7)), overwrite=True)
    since = {"inputChangedSince": started["name"], "inputNewest": "5"}
    later = stack.invoke(endpoint, uri, properties=since)
    second = stack.ended(later)

    rows = [rows_of(name.rpartition("/")[2], (index, 1)) for index, name in enumerate(FILES)]
    assert rows[0] + rows[1] + rows[2] == stack.output(first).decode().splitlines()
    assert rows_of("b.csv", (7, 7)) == stack.output(second).decode().splitlines()
    given = {"include": ["**/*.csv"], "exclude": ["drafts/**"]}
    assert given.items() <= first["inputData"]["input"].items()
    assert started["name"] == second["inputData"]["input"]["changedSince"]
    left_out = {"sparkMark": 1, "notIncluded": 2, "excluded": 1}
    assert left_out == first["leftOut"] == stack.receipt(started)["left_out"]["counts"]
    shown = stack.send("GET", f"{WORKSPACE}/jobs/{later['name']}").body["properties"]["properties"]
    assert left_out | {"unchanged": 2} == json.loads(shown["leftOut"])
    assert 5 == json.loads(shown["selection"])["newest"]
    assert "proven" == stack.receipt(later)["verdict"]


def test_a_manifest_is_scored_in_its_order(stack: Stack, endpoint: str) -> None:
    uri = stack.upload("choosing-listed", FILES | OTHERS)

    started = stack.invoke(
        endpoint, f"{uri}/list.txt", "UriFile", properties={"inputManifest": "true"}
    )
    properties = stack.ended(started)

    assert rows_of("b.csv", (1, 1)) + rows_of("a.csv", (0, 1)) == (
        stack.output(properties).decode().splitlines()
    )
    assert True is properties["inputData"]["input"]["manifest"]


def test_a_choice_that_cannot_be_is_refused_before_anything_starts(
    stack: Stack, endpoint: str
) -> None:
    uri = stack.upload("choosing-none", FILES)

    def refused(**given: Any) -> tuple[int, str]:
        body = {"properties": {"inputData": {"input": {"uri": uri, **given}}}}
        answer = stack.send("POST", f"/endpoints/{endpoint}/jobs", body)
        return answer.status, answer.body["error"]["message"]

    status, told = refused(include=["/*.csv"])
    assert (400, True) == (status, "'/*.csv'" in told and "begins with a slash" in told)
    status, told = refused(include="*.parquet")
    assert (404, True) == (status, "4 that include does not name" in told)
    status, told = refused(changedSince="no-such-job")
    assert (400, True) == (status, "no job of that name" in told)
