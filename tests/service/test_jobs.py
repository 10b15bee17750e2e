"""Jobs as ARM and run history show them: lists, children, labels, logs."""

import json
from http.client import HTTPConnection
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from tests.service.conftest import Deploy
from tests.service.models import csv_of
from tests.support.stack import CONTAINER, WORKSPACE, Stack
from tests.support.waiting import wait_until

JOBS = f"{WORKSPACE}/jobs"
HISTORY = f"/history/v1.0{WORKSPACE}"
FRONT_END = f"/mferp/managementfrontend{WORKSPACE}"
FILES = {f"f{i}.csv": csv_of((i, 1)) for i in range(6)}


def finished(stack: Stack, endpoint: str, uri: str, count: int = 1) -> list[str]:
    """The names of that many jobs, oldest first."""
    started = [stack.invoke(endpoint, uri) for _ in range(count)]
    for one in started:
        assert "Completed" == stack.ended(one)["status"]
    return [one["name"] for one in started]


def pages(stack: Stack, path: str) -> list[list[str]]:
    """The names on each page, followed by nextLink."""
    found = []
    while path:
        answer = stack.send("GET", path)
        assert 200 == answer.status, answer.body
        found.append([item["name"] for item in answer.body["value"]])
        link = urlsplit(answer.body["nextLink"] or "")
        path = f"{link.path}?{link.query}" if link.path else ""
    return found


def fetch(url: str) -> tuple[int, str]:
    """What somebody without a token is answered."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def details(stack: Stack, run: str) -> Any:
    return stack.send("GET", f"{HISTORY}/runs/{run}/details").body


def streamed(stack: Stack, run: str) -> str:
    status, text = fetch(details(stack, run)["logFiles"]["user_logs/std_log.txt"])
    assert 200 == status
    return text


def test_lists_show_an_endpoints_jobs_newest_first_in_pages(stack: Stack, deploy: Deploy) -> None:
    endpoint = deploy("Listed")
    names = finished(stack, endpoint, stack.upload("listed", FILES), count=5)

    expected = [[names[4], names[3]], [names[2], names[1]], [names[0]]]
    by_id = f"{WORKSPACE}/batchEndpoints/listed"
    assert expected == pages(stack, f"/endpoints/{endpoint}/jobs?$top=2")
    assert expected == pages(stack, f"{by_id}/jobs?$top=2")
    assert expected == pages(stack, f"{by_id}/deployments/MAIN/jobs?$top=2")
    assert expected == pages(stack, f"{FRONT_END}/batchEndpoints/{endpoint}/jobs?$top=2")
    path = f"{FRONT_END}/batchEndpoints/{endpoint}/deployments/main/jobs?$top=2"
    assert expected == pages(stack, path)
    everything = [name for page in pages(stack, f"{JOBS}?$top=3") for name in page]
    assert names[::-1] == [name for name in everything if name in names]


def test_a_list_of_nothing_names_what_does_not_exist(stack: Stack, deploy: Deploy) -> None:
    endpoint = deploy("jobless")
    by_id = f"{WORKSPACE}/batchEndpoints"

    assert [[]] == pages(stack, f"{by_id}/{endpoint}/jobs")
    assert 404 == stack.send("GET", f"{by_id}/nowhere/jobs").status
    assert 404 == stack.send("GET", f"{by_id}/{endpoint}/deployments/nowhere/jobs").status
    assert 400 == stack.send("GET", f"{JOBS}?listViewType=Some").status
    assert 400 == stack.send("GET", f"{JOBS}?$skiptoken=YWJj").status


def test_a_job_is_a_pipeline_job_with_one_scoring_child(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("parent", FILES)
    (name,) = finished(stack, deploy("parent"), uri)

    job = stack.send("GET", f"{JOBS}/{name}").body
    properties = job["properties"]
    assert f"{JOBS}/{name}" == job["id"]
    assert ("Pipeline", "Completed") == (properties["jobType"], properties["status"])
    assert {"azureml.batchrun": "true"} == properties["tags"]
    studio = properties["services"]["Studio"]["endpoint"]
    for link in (studio, f"{studio}&tid=the-tenant"):  # the official client adds that
        with urlopen(link, timeout=60) as page:  # noqa: S310
            media_type = page.headers["Content-Type"]
        assert f"/studio/jobs/{name}?" in link
        assert "text/html; charset=utf-8" == media_type
    assert {str} == {type(value) for value in properties["properties"].values()}
    (child,) = stack.send("GET", f"{HISTORY}/runs/{name}/children").body["value"]
    assert ("batchscoring", "Completed") == (child["displayName"], child["status"])
    run = child["runId"]
    assert properties["properties"]["childRunId"] == run
    step = stack.send("GET", f"{JOBS}/{run}")
    assert (200, None) == (step.status, step.body["properties"])
    assert run == stack.send("GET", f"{HISTORY}/runs/{run}").body["runId"]
    assert [] == stack.send("GET", f"{HISTORY}/runs/{run}/children").body["value"]
    assert 404 == stack.send("GET", f"{HISTORY}/runs/nothing").status


def test_the_childs_output_is_found_by_its_asset_id(stack: Stack, deploy: Deploy) -> None:
    """The default output by its folder; a chosen one by its file, for others' may lie beside it."""
    uri = stack.upload("outputs", FILES)
    endpoint = deploy("outputs")
    chosen = {"jobOutputType": "UriFile", "uri": f"{uri}-of-mine/p.csv"}
    default = stack.invoke(endpoint, uri)
    mine = stack.invoke(endpoint, uri, outputData={"score": chosen})

    def place(started: Any) -> str:
        stack.ended(started)
        (child,) = stack.send("GET", f"{HISTORY}/runs/{started['name']}/children").body["value"]
        data = stack.send("POST", f"{HISTORY}/rundata", {"runId": child["runId"]}).body
        asset = data["runMetadata"]["outputs"]["score"]["assetId"]
        path = f"/data/v1.0{WORKSPACE}/dataversion/batchGetResolvedUris"
        answer = stack.send("POST", path, {"values": [asset, "azureml://nobodys/1"]})
        (resolved,) = answer.body["values"].values()
        return str(resolved["uri"]).partition("/datastores/workspaceblobstore/paths/")[2]

    folder = place(default)
    assert folder.startswith("azureml/")
    assert folder.endswith("/score/")
    assert stack.blobs.get_blob_client(CONTAINER, f"{folder}predictions.csv").exists()
    assert "outputs-of-mine/p.csv" == place(mine)


def test_archived_jobs_leave_the_list_and_labels_stay(stack: Stack, deploy: Deploy) -> None:
    endpoint = deploy("archived")
    first, second = finished(stack, endpoint, stack.upload("archived", FILES), count=2)
    path = f"{HISTORY}/experiments/{endpoint}/runs/{first}"
    change = {"hidden": True, "displayName": "mine", "tags": {"a": "1", "b": "2"}}

    assert 200 == stack.send("PATCH", path, change).status
    assert 200 == stack.send("PATCH", path, {"tags": {"a": None, "c": "3"}}).status

    jobs = f"{WORKSPACE}/batchEndpoints/{endpoint}/jobs"
    assert [[second]] == pages(stack, jobs)
    assert [[first]] == pages(stack, f"{jobs}?listViewType=ArchivedOnly")
    assert [[second, first]] == pages(stack, f"{jobs}?listViewType=All")
    properties = stack.send("GET", f"{JOBS}/{first}").body["properties"]
    assert ("mine", True) == (properties["displayName"], properties["isArchived"])
    assert {"b": "2", "c": "3", "azureml.batchrun": "true"} == properties["tags"]
    assert 200 == stack.send("PATCH", path, {"hidden": False}).status
    assert [[second, first]] == pages(stack, jobs)


def test_the_streamed_log_grows_at_its_end_only(stack: Stack, deploy: Deploy) -> None:
    endpoint = deploy("streamed", miniBatchSize=1, environmentVariables={"SLEEP_S": "0.3"})
    started = stack.invoke(endpoint, stack.upload("streamed", FILES))
    texts = [""]

    def ended() -> bool:
        is_over = bool(details(stack, started["name"])["status"] == "Completed")
        texts.append(streamed(stack, started["name"]))
        return is_over

    wait_until(ended, every_s=0.2)

    for earlier, later in pairwise(texts):
        assert later.startswith(earlier)
    assert len({*texts}) > 2
    last = texts[-1]
    assert "Processed 6 of 6 mini-batches: 6 files scored" in last
    assert f"The job {started['name']} is Completed. Receipt: proven." in last
    assert last == streamed(stack, started["name"])


def test_a_failed_job_tells_why_in_its_details(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("failing", {"a.csv": csv_of((1, 666))})
    started = stack.invoke(deploy("failing"), uri)
    stack.ended(started)

    told = details(stack, started["name"])

    assert "Failed" == told["status"]
    assert "UserError" == told["error"]["error"]["code"]
    assert "None of the 1 input files succeeded" in told["error"]["error"]["message"]
    logs = told["logFiles"]
    assert {"logs/job_result.txt", "logs/readme.txt", "logs/user/error.txt"} < set(logs)
    assert (200, True) == (fetch(logs["logs/user/error.txt"])[0], "beast" in streamed_error(logs))
    for name in ("receipt.json", "errors.jsonl"):
        assert (200, stack.report(started, name).decode()) == fetch(logs[name])
    artifact = f"ExperimentRun/dcid.{children_of(stack, started)}/logs/job_result.txt"
    assert b"is Failed" in stack.download(artifact, "azureml")


def streamed_error(logs: Any) -> str:
    return fetch(logs["logs/user/error.txt"])[1]


def children_of(stack: Stack, started: Any) -> str:
    (child,) = stack.send("GET", f"{HISTORY}/runs/{started['name']}/children").body["value"]
    return str(child["runId"])


def test_a_link_to_a_log_is_good_for_that_log_alone(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("links", FILES)
    first, second = finished(stack, deploy("links"), uri, count=2)
    link = details(stack, first)["logFiles"]["logs/job_result.txt"]

    assert 200 == fetch(link)[0]
    wrong = {
        "another job": link.replace(first, second),
        "another log": link.replace("job_result", "readme"),
        "a later end": link.replace("expires=1", "expires=2"),
        "no signature": link.partition("&sig=")[0],
        "another signature": link[:-1] + ("0" if link[-1] != "0" else "1"),
        "odd letters": link + "%C3%A9",
    }
    for what, url in wrong.items():
        assert url != link, what
        status, text = fetch(url)
        assert 403 == status, what
        assert "Forbidden" == json.loads(text)["error"]["code"]


def test_a_job_is_invoked_and_polled_by_its_endpoints_id(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("by id", FILES)
    path = f"{WORKSPACE}/batchEndpoints/{deploy('by-id')}/jobs"
    given = {"input": {"jobInputType": "UriFolder", "uri": uri}}

    started = stack.send("POST", path, {"properties": {"inputData": given}})

    assert 201 == started.status
    stack.ended(started.body)
    polled = stack.send("GET", f"{path}/{started.body['name']}").body
    assert "Completed" == polled["properties"]["status"]
    assert started.body["id"] == polled["id"]
