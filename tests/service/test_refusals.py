"""What is refused: precisely, in ARM's shape, with a fix, and nothing is started or lost."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.service.conftest import Deploy
from tests.service.models import csv_of
from tests.support.stack import CONTAINER, WORKSPACE, Answer, Stack
from tests.support.waiting import wait_until

URI = "azureml://datastores/workspaceblobstore/paths"


def assert_refused(answer: Answer, status: int, *words: str) -> None:
    assert status == answer.status, answer.body
    error = answer.body["error"]
    assert error["code"]
    assert ". " in error["message"], "a problem and a fix"
    for word in words:
        assert word in error["message"]
    assert "Traceback" not in json.dumps(answer.body)


def a_body(uri: str, **more: Any) -> Any:
    return {"properties": {"inputData": {"x": {"jobInputType": "UriFolder", "uri": uri}}, **more}}


@pytest.fixture
def jobs_before(stack: Stack) -> int:
    return count_jobs(stack)


def count_jobs(stack: Stack) -> int:
    names = stack.blobs.get_container_client("batch-jobs").list_blob_names()
    return sum(name.endswith("/job.json") for name in names)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, ["no body", "Content-Length"]),
        (b"{not json", 400, ["not JSON"]),
        (b"\xff\xfe", 400, ["not JSON"]),
        (b'{"properties": {"name": "\\ud800"}}', 400, ["not JSON"]),
        (a_body(URI, properties={"experimentName": "x" * 4_000_000}), 400, ["experimentName"]),
        (a_body(URI, properties={"experimentName": "x" * 5_000_000}), 400, ["5000", "bytes"]),
        (a_body(URI, retrySettings={"timeout": "PT99999999999999999999S"}), 400, ["timeout"]),
        ([1], 400, ["an array"]),
        ({"properties": "x"}, 400, ["'properties'"]),
        (a_body(URI, miniBatchSize="lots"), 400, ["properties.miniBatchSize", "lots"]),
        (a_body(URI, miniBatchSize=True), 400, ["properties.miniBatchSize"]),
        (a_body(URI, errorThreshold=-2), 400, ["-2", "-1 to ignore"]),
        (a_body(URI, retrySettings={"timeout": "soon"}), 400, ["soon", "PT30S"]),
        (a_body(URI, outputFileName="../x"), 400, ["../x"]),
        (a_body(URI, minibatchSiz=1), 400, ["minibatchSiz", "Did you mean"]),
        (a_body(f"{URI}/nothing-here"), 404, ["nothing-here", "no input files"]),
        (a_body("azureml://datastores/elsewhere/paths/x"), 404, ["elsewhere"]),
        (a_body("azureml:unknown:1"), 404, ["unknown"]),
        (a_body("https://169.254.1.1/box/x"), 400, ["169.254.1.1", "not a public address"]),
        (a_body("ftp://x"), 400, ["ftp://x"]),
        (a_body(f"{URI}/../secrets"), 400, ["..", "not the path of a blob"]),
        ({"properties": {"inputData": {}}}, 400, ["exactly one"]),
    ],
)
def test_a_wrong_invocation_starts_nothing(
    stack: Stack, deploy: Deploy, jobs_before: int, body: Any, status: int, words: list[str]
) -> None:
    path = f"/endpoints/{deploy('refusals')}/jobs"

    assert_refused(stack.send("POST", path, body), status, *words)

    assert jobs_before == count_jobs(stack)


def test_an_input_without_files_says_what_was_left_out(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("only-nested", {"deeper/a.csv": csv_of((1, 1)), ".b.csv": b"x"})

    answer = stack.send("POST", f"/endpoints/{deploy('refusals')}/jobs", a_body(uri))

    assert_refused(answer, 404, "1 in nested folders", "1 hidden")


def test_an_existing_output_is_refused_at_invoke(
    stack: Stack, deploy: Deploy, jobs_before: int
) -> None:
    uri = stack.upload("output-exists", {"a.csv": csv_of((1, 1))})
    stack.upload("taken", {"p.csv": b"mine"})
    output = {"score": {"jobOutputType": "UriFile", "uri": f"{URI}/taken/p.csv"}}

    answer = stack.send(
        "POST", f"/endpoints/{deploy('refusals')}/jobs", a_body(uri, outputData=output)
    )

    assert_refused(answer, 409, "taken/p.csv", "never overwritten")
    assert b"mine" == stack.download("taken/p.csv")
    assert jobs_before == count_jobs(stack)


def test_unknown_endpoints_deployments_and_jobs_are_named(stack: Stack, deploy: Deploy) -> None:
    endpoint = deploy("refusals")
    body, header = a_body(URI), {"azureml-model-deployment": "nobody"}

    assert_refused(stack.send("POST", "/endpoints/nowhere/jobs", body), 404, "nowhere")
    answer = stack.send("POST", f"/endpoints/{endpoint}/jobs", body, headers=header)
    assert_refused(answer, 404, "nobody", "main")
    assert_refused(stack.send("GET", f"/endpoints/{endpoint}/jobs/nope"), 404, "nope")


def test_an_endpoint_without_a_default_says_so_in_azure_mls_words(stack: Stack) -> None:
    stack.put("/batchEndpoints/empty-one", {"properties": {}})

    answer = stack.send("POST", "/endpoints/empty-one/jobs", a_body(URI))

    assert_refused(answer, 400, "No valid deployments to route to")


def test_a_taken_job_name_is_refused(stack: Stack, deploy: Deploy) -> None:
    uri = stack.upload("named", {"a.csv": csv_of((1, 1))})
    name = f"named-{uuid4()}"
    first = stack.invoke(deploy("refusals"), uri, name=name)

    answer = stack.send("POST", "/endpoints/refusals/jobs", a_body(uri, name=name))

    assert_refused(answer, 409, name)
    assert "Completed" == stack.ended(first)["status"]


@pytest.mark.parametrize(
    ("path", "properties", "words"),
    [
        ("/batchEndpoints/my_ep", {}, ["my_ep"]),
        ("/batchEndpoints/ab", {}, ["ab"]),
        ("/batchEndpoints/fine-name", {"authMode": "key"}, ["authMode", "aadToken"]),
        ("/batchEndpoints/fine-name", {"colour": "red"}, ["colour"]),
        (
            "/batchEndpoints/fine-name",
            {"defaults": {"deploymentName": "none"}},
            ["none", "cannot be the default"],
        ),
        ("/models/m/versions/1", {}, ["modelUri"]),
        ("/models/m/versions/1", {"modelUri": "https://x/y"}, ["datastore"]),
        ("/data/d/versions/1", {"dataUri": "nope"}, ["nope"]),
        ("/batchEndpoints/refusals/deployments/main", {}, ["assetId"]),
        (
            "/batchEndpoints/refusals/deployments/main",
            {"model": {"assetId": f"{WORKSPACE}/models/none/versions/1"}},
            ["none"],
        ),
        (
            "/batchEndpoints/refusals/deployments/main",
            {
                "model": {"assetId": f"{WORKSPACE}/models/doubler/versions/1"},
                "outputAction": "SummaryOnly",
            },
            ["SummaryOnly"],
        ),
        (
            "/batchEndpoints/refusals/deployments/main",
            {
                "model": {"assetId": f"{WORKSPACE}/models/doubler/versions/1"},
                "environmentVariables": {"A=B": "x"},
            },
            ["A=B", "environment variable"],
        ),
    ],
)
def test_a_wrong_resource_is_refused(
    stack: Stack, deploy: Deploy, path: str, properties: Any, words: list[str]
) -> None:
    deploy("refusals")

    answer = stack.send("PUT", f"{WORKSPACE}{path}", {"properties": properties})

    assert_refused(answer, 400, *words)


def test_a_registered_version_never_changes(stack: Stack, deploy: Deploy) -> None:
    deploy("refusals")
    body = {"properties": {"modelUri": f"{URI}/somewhere/else"}}

    answer = stack.send("PUT", f"{WORKSPACE}/models/doubler/versions/1", body)

    assert_refused(answer, 409, "doubler:1", "new version")


def test_another_workspace_is_not_found(stack: Stack) -> None:
    path = WORKSPACE.replace("/local/", "/other/", 1) + "/models/doubler/versions/1"

    assert_refused(stack.send("GET", path), 404, "other")


@pytest.mark.parametrize(
    "uri",
    [
        "azureml://subscriptions/s/resourcegroups/local/workspaces/local/datastores/d/paths/x",
        f"{WORKSPACE.replace('/local/', '/other/', 1)}/data/d/versions/1",
        f"azureml:{WORKSPACE[:-5]}other/data/d/versions/1",
    ],
)
def test_a_reference_into_another_workspace_is_refused(
    stack: Stack, deploy: Deploy, uri: str
) -> None:
    path = f"/endpoints/{deploy('refusals')}/jobs"

    assert_refused(stack.send("POST", path, a_body(uri)), 404, "another workspace")


def test_an_internal_error_has_an_id_that_the_log_has(stack: Stack, deploy: Deploy) -> None:
    """A document that somebody overwrote with something else."""
    deploy("refusals")
    blob = stack.blobs.get_blob_client("batch-registry", "endpoints/ruined.json")
    blob.upload_blob(b"not a document", overwrite=True)

    answer = stack.send("GET", f"{WORKSPACE}/batchEndpoints/ruined")

    assert_refused(answer, 500)
    assert "InternalServerError" == answer.body["error"]["code"]
    error_id = answer.body["error"]["message"].split(", ")[1].split(".")[0]
    wait_until(lambda: f"id={error_id}" in stack.log.read_text(), limit_s=10)
    assert "JSONDecodeError" not in json.dumps(answer.body)
    blob.delete_blob()


def test_the_default_container_is_there_before_the_first_request(stack: Stack) -> None:
    assert stack.blobs.get_container_client(CONTAINER).exists()
