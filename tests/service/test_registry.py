"""The registry over HTTP: parallel writers, long lists, deletion and kill -9, SDK bodies."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from shared.adapters.azure_blobs import AzureBlobs
from shared.domain.caller import Author
from shared.domain.endpoint import Endpoint
from shared.stores.registry import Registry
from tests.service.conftest import Deploy, deploy_on
from tests.support import two_hosts
from tests.support.stack import WORKSPACE, Answer, Stack, served
from tests.support.waiting import wait_until

WRITERS = 50
FIRST_PAGE_S = 1.0 if two_hosts.IS_ON else 0.3  # there, hosts share the cores


@pytest.fixture
def registry(stack: Stack) -> Iterator[Registry]:
    blobs = AzureBlobs.from_connection_string(stack.facts["storage_connection_string"])
    yield Registry(blobs)
    blobs.close()


def put_all(send: Callable[[int], Answer]) -> list[Answer]:
    with ThreadPoolExecutor(WRITERS) as threads:
        return list(threads.map(send, range(WRITERS)))


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def test_fifty_writers_at_once_lose_nothing_and_the_last_one_is_what_is_read(stack: Stack) -> None:
    """One is told that it created; none fails, for none asked for a condition."""
    path = f"{WORKSPACE}/batchEndpoints/many-writers"

    answers = put_all(
        lambda number: stack.send("PUT", path, {"properties": {"description": str(number)}})
    )

    assert {201: 1, 200: WRITERS - 1} == statuses(answers)
    now = stack.send("GET", path).body
    assert now["etag"] in {answer.body["etag"] for answer in answers}
    assert WRITERS == len({answer.body["etag"] for answer in answers})
    (last,) = (answer.body for answer in answers if answer.body["etag"] == now["etag"])
    assert last["properties"] == now["properties"]


@pytest.mark.parametrize("condition", ["if-match", "if-none-match"])
def test_of_fifty_writers_with_one_condition_one_is_let_through(
    stack: Stack, condition: str
) -> None:
    path = f"{WORKSPACE}/batchEndpoints/guarded-{uuid4().hex[:8]}"
    headers, won = {"If-None-Match": "*"}, 201
    if condition == "if-match":
        headers, won = {"If-Match": stack.send("PUT", path, {}).headers["etag"]}, 200

    answers = put_all(
        lambda number: stack.send(
            "PUT", path, {"properties": {"description": str(number)}}, headers=headers
        )
    )

    assert {won: 1, 412: WRITERS - 1} == statuses(answers)
    (winner,) = (answer for answer in answers if answer.status == won)
    now = stack.send("GET", path)
    assert winner.body == now.body
    assert {"PreconditionFailed"} == {
        answer.body["error"]["code"] for answer in answers if answer.status == 412
    }


def test_of_fifty_contents_for_one_version_one_is_registered(stack: Stack) -> None:
    path = f"{WORKSPACE}/models/contested/versions/1"
    folder = "azureml://datastores/workspaceblobstore/paths/contested"

    def put(number: int) -> Answer:
        return stack.send("PUT", path, {"properties": {"modelUri": f"{folder}/{number % 25}"}})

    answers = put_all(put)

    assert {201: 1, 200: 1, 409: WRITERS - 2} == statuses(answers)
    kept = {answer.body["properties"]["modelUri"] for answer in answers if answer.status < 300}
    assert {stack.send("GET", path).body["properties"]["modelUri"]} == kept
    for answer in answers:
        assert answer.status < 400 or "uri" in answer.body["error"]["message"]


def test_a_thousand_endpoints_are_listed_in_pages_the_first_one_at_once(
    stack: Stack, registry: Registry
) -> None:
    names = {f"bulk-{number:04d}" for number in range(1000)}
    with ThreadPoolExecutor(16) as threads:
        list(
            threads.map(
                lambda name: registry.endpoints.save(
                    Endpoint(name=name), name, by=Author(name="x")
                ),
                names,
            )
        )

        start = time.monotonic()
        list(threads.map(registry.endpoints.get, names))
        all_took = time.monotonic() - start

    took = list[float]()
    for _ in range(5):
        start = time.monotonic()
        first = stack.send("GET", f"{WORKSPACE}/batchEndpoints?api-version=2023-10-01")
        took.append(time.monotonic() - start)
    seen = [one["name"] for one in first.body["value"]]
    link = first.body["nextLink"]
    while link:
        parts = urlsplit(link)
        assert f"{parts.scheme}://{parts.netloc}" == stack.url
        body = stack.send("GET", f"{parts.path}?{parts.query}").body
        seen += [one["name"] for one in body["value"]]
        link = body["nextLink"]

    # Whatever else the machine does meanwhile: where it is slow, it is to read all of them, too.
    assert min(took) < max(FIRST_PAGE_S, all_took / 3)
    assert len(seen) == len(set(seen))
    assert names <= set(seen)


def test_a_page_is_as_large_as_asked_and_its_token_must_be_ours(stack: Stack) -> None:
    for name in ("sized-1", "sized-2"):
        stack.put(f"/batchEndpoints/{name}", {})

    answer = stack.send("GET", f"{WORKSPACE}/batchEndpoints?$top=1")

    assert 1 == len(answer.body["value"])
    assert answer.body["nextLink"]
    for query in ("$top=0", "$top=x", "$skiptoken=%25%25", "$top=100000"):
        assert 400 == stack.send("GET", f"{WORKSPACE}/batchEndpoints?{query}").status
    for token in ("AA==", "Li4vLi4=", "Lw==", "w6k="):  # NUL, ../.., a slash, an accent
        answer = stack.send("GET", f"{WORKSPACE}/batchEndpoints?$skiptoken={token}")
        assert answer.status in {200, 400}, answer.body


def test_an_endpoint_is_deleted_with_its_deployments_and_its_jobs_stay(
    stack: Stack, deploy: Deploy
) -> None:
    endpoint = deploy("to-delete")
    uri = stack.upload("to-delete", {"a.csv": b"x\n1\n"})
    job = stack.invoke(endpoint, uri)
    stack.ended(job)
    path = f"{WORKSPACE}/batchEndpoints/To-Delete"

    assert stack.send("DELETE", path).status in {200, 204}

    assert 404 == stack.send("GET", path).status
    assert 404 == stack.send("DELETE", path).status
    assert 404 == stack.send("GET", f"{path}/deployments/main").status
    stack.put("/batchEndpoints/to-delete", {})
    assert [] == stack.send("GET", f"{path}/deployments").body["value"]
    assert stack.download(f"{job['name']}/job.json", "batch-jobs")


def test_a_deployment_is_deleted_and_what_is_in_use_is_not(stack: Stack, deploy: Deploy) -> None:
    endpoint = deploy("in-use")
    model = {"assetId": "azureml:doubler@latest"}
    stack.put(f"/batchEndpoints/{endpoint}/deployments/spare", {"properties": {"model": model}})
    path = f"{WORKSPACE}/batchEndpoints/{endpoint}/deployments"

    default = stack.send("DELETE", f"{path}/main")
    used = stack.send("DELETE", f"{WORKSPACE}/models/doubler/versions/1")

    assert (409, 409) == (default.status, used.status)
    assert "default of endpoint 'in-use'" in default.body["error"]["message"]
    assert "in-use/spare" in used.body["error"]["message"]
    assert 200 == stack.send("DELETE", f"{path}/spare").status
    listed = stack.send("GET", path.lower()).body["value"]
    assert ["main"] == [one["name"] for one in listed]


def test_a_deletion_survives_kill_9(state: Any) -> None:
    """The host dies while it deletes; the next one ends it, and the client's poll says so."""
    with served(state) as stack:
        deploy_on(stack, "doomed")
        os.kill(int(stack.facts["pids"]["azurite"]), signal.SIGSTOP)
        try:
            with ThreadPoolExecutor(1) as threads:
                asked = threads.submit(delete_or_fail, stack, "doomed")
                pid = int(stack.facts["pids"]["host"])
                os.kill(pid, signal.SIGKILL)
                asked.result()
        finally:
            os.kill(int(stack.facts["pids"]["azurite"]), signal.SIGCONT)
        stack.back_after("host", pid)

        wait_until(lambda: delete_or_fail(stack, "doomed") in {200, 404})

        assert 404 == stack.send("GET", f"{WORKSPACE}/batchEndpoints/doomed").status
        stack.put("/batchEndpoints/doomed", {})
        assert (
            404 == stack.send("GET", f"{WORKSPACE}/batchEndpoints/doomed/deployments/main").status
        )


def delete_or_fail(stack: Stack, endpoint: str) -> int:
    """The status, 0 if the service died meanwhile."""
    try:
        return stack.send("DELETE", f"{WORKSPACE}/batchEndpoints/{endpoint}").status
    except OSError:
        return 0


def test_a_long_making_is_followed_by_its_operation(stack: Stack, deploy: Deploy) -> None:
    """As the official client follows it: the operation's address, then the resource."""
    endpoint = deploy("followed")
    path = f"{WORKSPACE}/batchEndpoints/{endpoint}/deployments/slow"
    body = {"properties": {"model": {"assetId": "azureml:doubler:1", "referenceType": "Id"}}}

    first = stack.send("PUT", path, body, headers={"Prefer": "respond-async"})

    assert (201, "Creating") == (first.status, first.body["properties"]["provisioningState"])
    assert "1" == first.headers["retry-after"]
    place = urlsplit(first.headers["azure-asyncoperation"])

    def ended() -> Any:
        operation = stack.send("GET", place.path)
        assert 200 == operation.status
        assert operation.headers.get("retry-after", "0") == (
            "1" if operation.body["status"] == "InProgress" else "0"
        )
        return operation.body if operation.body["status"] != "InProgress" else None

    operation = wait_until(ended)
    assert "Succeeded" == operation["status"]
    assert operation["startTime"] <= operation["endTime"]
    assert "Succeeded" == stack.send("GET", path).body["properties"]["provisioningState"]


def test_the_official_clients_bodies_are_taken_and_shown_again(stack: Stack) -> None:
    """As azure-ai-ml 1.35 sends them, measured; what it gets it may send back."""
    uri = (
        "azureml://subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/local/"
        "workspaces/local/datastores/workspaceblobstore/paths/LocalUpload/abc/model"
    )
    model = {
        "modelType": "custom_model",
        "modelUri": uri,
        "isAnonymous": False,
        "isArchived": False,
        "tags": {},
        "properties": {},
    }
    endpoint = {
        "location": "local",
        "tags": {"purpose": "check"},
        "properties": {"description": "..", "authMode": "aadToken", "properties": {}},
    }

    made = stack.put("/models/sdk-model/versions/1", {"properties": model})
    again = stack.put("/models/sdk-model/versions/1", made)
    ours = stack.put("/batchEndpoints/sdk-endpoint", endpoint)
    ours["properties"]["description"] = "changed"

    assert {} == made["properties"]["flavors"]
    assert made["properties"] == again["properties"]
    container = stack.send("GET", f"{WORKSPACE}/models/SDK-model").body["properties"]
    assert ("1", "2") == (container["latestVersion"], container["nextVersion"])
    assert "changed" == stack.put("/batchEndpoints/sdk-endpoint", ours)["properties"]["description"]
    assert 404 == stack.send("GET", f"{WORKSPACE}/environments/none").status
