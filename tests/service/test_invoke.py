"""The main job over HTTP: from the scoring URI to predictions, receipt and errors."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests.service.conftest import Deploy
from tests.service.models import csv_of, rows_of
from tests.support.archives import PACK
from tests.support.stack import CONTAINER, WORKSPACE, Stack
from tests.support.waiting import wait_until

FILES = {f"f{i:02d}.csv": csv_of((i, 1), (i + 0.5, -2)) for i in range(23)}
ROWS = [row for i in range(23) for row in rows_of(f"f{i:02d}.csv", (i, 1), (i + 0.5, -2))]


def test_predictions_are_the_models_own_in_input_order(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("happy", FILES)

    started = stack.invoke(deploy("happy", miniBatchSize=3, maxConcurrencyPerInstance=2), uri)
    properties = stack.ended(started)

    assert "Completed" == properties["status"]
    assert ROWS == stack.output(properties).decode().splitlines()
    progress = properties["progress"]
    assert {"total": 23, "done": 23, "failed": 0, "remaining": 0} == progress["files"]
    assert {"total": 8, "done": 8, "failed": 0, "remaining": 0} == progress["mini_batches"]
    assert 46 == progress["rows"]
    receipt = stack.receipt(started)
    assert "proven" == receipt["verdict"]
    digest = hashlib.sha256(stack.output(properties)).hexdigest()
    assert digest == receipt["output"]["sha256"] == properties["outputs"]["sha256"]


def test_a_broken_file_is_one_failed_file_and_one_line_of_errors(
    stack: Stack, deploy: Deploy
) -> None:
    files = {"a.csv": csv_of((1, 1)), "b.csv": csv_of((1, "value")), "c.csv": csv_of((3, 3))}
    uri = stack.upload("broken", files)

    started = stack.invoke(deploy("broken"), uri)
    properties = stack.ended(started)

    assert "Completed" == properties["status"]
    expected = rows_of("a.csv", (1, 1)) + rows_of("c.csv", (3, 3))
    assert expected == stack.output(properties).decode().splitlines()
    (error,) = map(json.loads, stack.report(started, "errors.jsonl").splitlines())
    assert "b.csv" == error["file"]
    assert "invalid literal for int() with base 10: 'value'" in error["message"]


def test_compressed_files_are_scored_under_their_own_names(stack: Stack, deploy: Deploy) -> None:
    """Whatever compressed them; the one that is cut off fails, and gives no row."""
    files = {f"a.csv{kind}": pack(csv_of((1, 1))) for kind, pack in sorted(PACK.items())}
    cut = {"b.csv.gz": PACK[".gz"](csv_of((1, 1)))[:-4]}
    uri = stack.upload("compressed", files | cut)

    started = stack.invoke(deploy("compressed"), uri)
    properties = stack.ended(started)

    expected = [row for name in files for row in rows_of(name, (1, 1))]
    assert expected == stack.output(properties).decode().splitlines()
    (error,) = map(json.loads, stack.report(started, "errors.jsonl").splitlines())
    assert ("b.csv.gz", "read", "Unreadable") == (
        error["file"],
        error["stage"],
        error["error_type"],
    )
    assert "is cut off" in error["message"]


def test_a_process_that_dies_fails_its_minibatch_and_no_other(stack: Stack, deploy: Deploy) -> None:
    files = {"a.csv": csv_of((1, 1)), "b.csv": csv_of((1, 667)), "c.csv": csv_of((3, 3))}
    uri = stack.upload("deadly", files)
    retry = {"maxRetries": 2, "timeout": "PT30S"}

    started = stack.invoke(deploy("deadly", miniBatchSize=1, retrySettings=retry), uri)
    properties = stack.ended(started)

    assert "Completed" == properties["status"]
    assert 2 == len(stack.output(properties).splitlines())
    (error,) = map(json.loads, stack.report(started, "errors.jsonl").splitlines())
    assert ("b.csv", 2) == (error["file"], error["attempts"])
    assert "3" in error["message"]


def test_a_run_over_its_time_is_ended_and_reported(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("slow", {"a.csv": csv_of((1, 1))})
    retry = {"maxRetries": 1, "timeout": "PT1S"}

    started = stack.invoke(
        deploy("slow", retrySettings=retry, environmentVariables={"SLEEP_S": "30"}), uri
    )
    properties = stack.ended(started)

    assert "Failed" == properties["status"]
    (error,) = map(json.loads, stack.report(started, "errors.jsonl").splitlines())
    assert "1 s" in error["message"]


def test_the_durable_status_urls_follow_the_job(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("durable", FILES)

    started = stack.invoke(deploy("durable"), uri)
    stack.ended(started)
    parts = urlsplit(started["statusQueryGetUri"])
    status = stack.send("GET", f"{parts.path}?{parts.query}", token="none")

    assert 200 == status.status
    assert ("score_job", "Completed") == (status.body["name"], status.body["runtimeStatus"])
    assert "Completed" == status.body["output"]["status"]


def test_a_job_terminated_by_the_durable_api_is_canceled(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("terminated", FILES)
    endpoint = deploy("terminated", miniBatchSize=1, environmentVariables={"SLEEP_S": "0.5"})

    started = stack.invoke(endpoint, uri)
    wait_until(lambda: stack.job(started)["status"] == "Running")
    parts = urlsplit(started["terminatePostUri"].replace("{text}", "enough"))
    assert 202 == stack.send("POST", f"{parts.path}?{parts.query}").status

    properties = stack.ended(started)
    assert "Canceled" == properties["status"]
    assert 23 == properties["progress"]["files"]["total"]
    assert properties["outputs"]["receipt"] is None


def test_a_suspended_job_can_be_read_and_goes_on(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("suspended", FILES)
    endpoint = deploy("suspended", miniBatchSize=1, environmentVariables={"SLEEP_S": "0.1"})
    started = stack.invoke(endpoint, uri)
    wait_until(lambda: stack.job(started)["status"] == "Running")
    suspend = urlsplit(started["suspendPostUri"].replace("{text}", "a-word"))
    resume = urlsplit(started["resumePostUri"].replace("{text}", "a-word"))
    status = urlsplit(started["statusQueryGetUri"])

    def is_suspended() -> bool:
        found = stack.send("GET", f"{status.path}?{status.query}").body
        return bool(found["runtimeStatus"] == "Suspended")

    assert 202 == stack.send("POST", f"{suspend.path}?{suspend.query}").status
    wait_until(is_suspended)
    assert "Paused" == stack.job(started)["status"]
    assert 202 == stack.send("POST", f"{resume.path}?{resume.query}").status

    assert "Completed" == stack.ended(started)["status"]


def test_a_job_whose_orchestration_is_gone_is_canceled(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("purged", FILES)
    endpoint = deploy("purged", miniBatchSize=1, environmentVariables={"SLEEP_S": "0.5"})
    started = stack.invoke(endpoint, uri)
    wait_until(lambda: stack.job(started)["status"] == "Running")
    terminate = urlsplit(started["terminatePostUri"].replace("{text}", "enough"))
    purge = urlsplit(started["purgeHistoryDeleteUri"])
    assert 202 == stack.send("POST", f"{terminate.path}?{terminate.query}").status

    def purged() -> bool:
        return stack.send("DELETE", f"{purge.path}?{purge.query}").status in {200, 404}

    wait_until(purged)
    assert "Canceled" == stack.ended(started)["status"]


def without_links(properties: Any) -> Any:
    """A job without what is signed anew for each reader."""
    outputs = {key: value for key, value in properties["outputs"].items() if key != "links"}
    return properties | {"outputs": outputs}


def test_a_finished_job_restarted_by_the_durable_api_stays_as_it_was(
    stack: Stack, deploy: Deploy
) -> None:
    uri = stack.upload("restarted", FILES)
    started = stack.invoke(deploy("restarted"), uri)
    before, receipt = stack.ended(started), stack.receipt(started)
    parts = urlsplit(started["restartPostUri"])
    query = f"{parts.query}&restartWithNewInstanceId=true"
    answer = stack.send("POST", f"{parts.path}?{query}")
    status = urlsplit(answer.body["statusQueryGetUri"])

    def ended() -> bool:
        found = stack.send("GET", f"{status.path}?{status.query}")
        return bool(found.body["runtimeStatus"] == "Completed")

    wait_until(ended)
    assert without_links(before) == without_links(stack.job(started))
    assert receipt == stack.receipt(started)


def test_the_articles_body_and_a_registered_data_asset(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("registered", {"a.csv": csv_of((1, 1))})
    stack.put("/data/wines/versions/7", {"properties": {"dataUri": uri, "dataType": "uri_folder"}})
    dataset = {"DataInputType": "DatasetVersion", "DatasetName": "wines", "DatasetVersion": "7"}
    output = {
        "datastoreId": f"{WORKSPACE}/datastores/workspaceblobstore",
        "path": f"mine-{uuid4()}",
    }
    body = {"dataset": dataset, "outputDataset": output, "outputFileName": "p.csv"}
    endpoint = deploy("article")

    answer = stack.send("POST", f"/endpoints/{endpoint}/jobs", {"Properties": body})

    assert 201 == answer.status, answer.body
    properties = stack.ended(answer.body)
    assert "Completed" == properties["status"]
    assert b"0,3.0,a.csv\n" == stack.download(f"{output['path']}/p.csv")


def test_the_articles_body_over_one_file(stack: Stack, deploy: Deploy) -> None:
    """It has no type: a path is a file or a folder as the store says."""
    uri = stack.upload("one-of-two", {"a.csv": csv_of((3, 4)), "b.csv": csv_of((5, 6))})
    dataset = {"dataInputType": "DataUrl", "Path": f"{uri}/a.csv"}

    answer = stack.send(
        "POST", f"/endpoints/{deploy('article')}/jobs", {"properties": {"dataset": dataset}}
    )

    assert 201 == answer.status, answer.body
    output = stack.output(stack.ended(answer.body))
    assert rows_of("a.csv", (3, 4)) == output.decode().splitlines()


def test_inputs_by_url_one_file_and_a_folder(stack: Stack, deploy: Deploy) -> None:
    stack.upload("by url", {"a b.csv": csv_of((1, 1)), "é#1%.csv": csv_of((2, 2))})
    base = f"{stack.blobs.url.rstrip('/')}/{CONTAINER}/by%20url"
    endpoint = deploy("by-url")

    folder = stack.ended(stack.invoke(endpoint, base))
    one = stack.ended(stack.invoke(endpoint, f"{base}/a%20b.csv", kind="UriFile"))

    assert rows_of("a b.csv", (1, 1)) == stack.output(one).decode().splitlines()
    both = rows_of("a b.csv", (1, 1)) + rows_of("é#1%.csv", (2, 2))
    assert both == stack.output(folder).decode().splitlines()


def test_nested_hidden_and_marker_blobs_are_no_input(stack: Stack, deploy: Deploy) -> None:
    files = {
        "a.csv": csv_of((1, 1)),
        ".hidden.csv": csv_of((2, 2)),
        "deeper/b.csv": csv_of((3, 3)),
        "zz-empty.csv": b"",
    }
    uri = stack.upload("mixed", files)
    marker = stack.blobs.get_blob_client(CONTAINER, "mixed/deeper")
    marker.upload_blob(b"", metadata={"hdi_isfolder": "true"}, overwrite=True)

    started = stack.invoke(deploy("mixed"), uri)
    properties = stack.ended(started)

    assert rows_of("a.csv", (1, 1)) == stack.output(properties).decode().splitlines()
    receipt = stack.receipt(started)["files"]
    assert {"planned": 2, "scored": 1, "failed": 1, "untried": 0, "skipped": 3} == receipt


def test_a_repeated_request_returns_the_first_job(stack: Stack, deploy: Deploy) -> None:
    """Eight at once and one after the end: one job, one output."""
    uri = stack.upload("repeated", FILES)
    path = f"/endpoints/{deploy('repeated')}/jobs"
    body = {"properties": {"inputData": {"x": {"jobInputType": "UriFolder", "uri": uri}}}}
    headers = {"repeatability_request-id": str(uuid4())}

    def post(_: int) -> Any:
        return stack.send("POST", path, body, headers=headers)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(post, range(8)))
    assert {201} == {answer.status for answer in answers}, [a.body for a in answers]
    stack.ended(answers[0].body)
    again = stack.send("POST", path, body, headers=headers)

    assert {again.body["name"]} == {answer.body["name"] for answer in answers}
    assert "Completed" == again.body["properties"]["status"]
    other = {"properties": {**body["properties"], "miniBatchSize": 1}}
    assert 409 == stack.send("POST", path, other, headers=headers).status


def test_the_header_picks_a_deployment(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("picked", {"a.csv": csv_of((1, 1))})
    endpoint = deploy("picked")
    model = {"referenceType": "Id", "assetId": f"{WORKSPACE}/models/doubler/versions/1"}
    stack.put(f"/batchEndpoints/{endpoint}/deployments/other", {"properties": {"model": model}})
    body = {"properties": {"inputData": {"x": {"jobInputType": "UriFolder", "uri": uri}}}}

    headers = {"azureml-model-deployment": "other"}
    answer = stack.send("POST", f"/endpoints/{endpoint}/jobs", body, headers=headers)

    assert "other" == answer.body["properties"]["deploymentName"]
