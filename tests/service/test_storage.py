"""What clients store and name: uploads by SAS, their own datastores, computes that bound jobs."""

from typing import Any
from uuid import uuid4

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import ContainerClient

from tests.service.conftest import Deploy
from tests.service.models import csv_of, rows_of
from tests.support.stack import WORKSPACE, Answer, Stack

SCRIPT = """\
def init():
    pass


def run(mini_batch):
    return [open(path).read() + "!" for path in mini_batch]
"""


def ask(stack: Stack, method: str, path: str, body: Any = None, role: str = "contributor") -> Any:
    answer = stack.send(method, f"{WORKSPACE}{path}", body, token=stack.token(role))
    assert answer.status in {200, 201}, answer.body
    return answer.body


def refusal(answer: Answer, status: int) -> str:
    assert status == answer.status, answer.body
    return str(answer.body["error"]["message"])


def datastore_of(container: str) -> Any:
    key = {"credentialsType": "AccountKey", "secrets": {"secretsType": "AccountKey", "key": "k3y"}}
    properties = {
        "datastoreType": "AzureBlob",
        "accountName": "devstoreaccount1",
        "containerName": container,
        "credentials": key,
    }
    return {"properties": properties}


def sas_client(stack: Stack, datastore: str, role: str) -> ContainerClient:
    """The client that the official SDK would make of a datastore and its secrets."""
    properties = ask(stack, "GET", f"/datastores/{datastore}", role=role)["properties"]
    asked = {"expirableSecret": True, "expireAfterHours": 1}
    secrets = ask(stack, "POST", f"/datastores/{datastore}/listSecrets", asked, role)
    address = f"{properties['protocol']}://{properties['accountName']}".rstrip("#")
    url = f"{address}/{properties['containerName']}?{secrets['sasToken']}"
    return ContainerClient.from_container_url(url)


def test_code_is_uploaded_by_its_sas_found_by_its_hash_and_scores(
    stack: Stack, deploy: Deploy
) -> None:
    """The three calls of the official client, and a deployment of what it uploaded."""
    deploy("upload-model")
    digest = uuid4().hex
    lookup = f"/codes/{uuid4()}/versions?hash={digest}&hashVersion=202208"
    own = f"/codes/{uuid4()}/versions/1"
    assert [] == ask(stack, "GET", lookup)["value"]

    pending = ask(
        stack, "POST", f"{own}/startPendingUpload", {"pendingUploadType": "TemporaryBlobReference"}
    )["blobReferenceForConsumption"]
    with ContainerClient.from_container_url(pending["credential"]["sasUri"]) as client:
        client.upload_blob("code/score.py", SCRIPT)
    made = ask(
        stack,
        "PUT",
        own,
        {
            "properties": {
                "codeUri": f"{pending['blobUri']}/code",
                "isAnonymous": True,
                "properties": {"hash_sha256": digest, "hash_version": 202208},
            }
        },
    )

    assert [made["id"]] == [one["id"] for one in ask(stack, "GET", lookup)["value"]]
    stack.put("/batchEndpoints/uploaded", {"properties": {}})
    deployed = stack.put(
        "/batchEndpoints/uploaded/deployments/main",
        {
            "properties": {
                "model": {"assetId": f"{WORKSPACE}/models/doubler/versions/1"},
                "codeConfiguration": {"codeId": made["id"], "scoringScript": "score.py"},
            }
        },
    )
    assert "Succeeded" == deployed["properties"]["provisioningState"], deployed
    stack.put("/batchEndpoints/uploaded", {"properties": {"defaults": {"deploymentName": "main"}}})
    done = stack.ended(stack.invoke("uploaded", stack.upload("shout", {"a.txt": b"hey"})))
    assert b"hey!\n" == stack.output(done)


def test_a_job_reads_from_and_writes_to_a_user_made_datastore(stack: Stack, deploy: Deploy) -> None:
    container = f"own{uuid4().hex}"
    stack.blobs.create_container(container)
    stack.put("/datastores/own_store", datastore_of(container))
    with sas_client(stack, "own_store", "invoker") as client:
        client.upload_blob("in/a.csv", csv_of((1, 2)))

    out = {
        "score": {"jobOutputType": "UriFile", "uri": "azureml://datastores/own_store/paths/o/p.csv"}
    }
    started = stack.invoke(
        deploy("owner"), "azureml://datastores/own_store/paths/in/", outputData=out
    )
    done = stack.ended(started)

    assert "Completed" == done["status"], done
    assert rows_of("a.csv", (1, 2)) == stack.download("o/p.csv", container).decode().splitlines()


def test_an_output_in_a_container_that_is_not_there_is_refused_at_invoke(
    stack: Stack, deploy: Deploy
) -> None:
    """The official client registers datastores with skipValidation=true."""
    stack.put("/datastores/hollow?skipValidation=true", datastore_of("not-there"))
    uri = stack.upload("hollow", {"a.csv": csv_of((1, 2))})
    out = {"jobOutputType": "UriFile", "uri": "azureml://datastores/hollow/paths/p.csv"}
    asked = {"x": {"jobInputType": "UriFolder", "uri": uri}}
    body = {"properties": {"inputData": asked, "outputData": {"score": out}}}

    answer = stack.send("POST", f"/endpoints/{deploy('hollow-out')}/jobs", body)

    assert "'not-there' does not exist" in refusal(answer, 404)


def test_a_readers_secret_reads_and_an_invokers_uploads(stack: Stack) -> None:
    stack.upload("secrets", {"a.txt": b"1"})
    with sas_client(stack, "workspaceblobstore", "reader") as reader:
        assert b"1" == reader.download_blob("secrets/a.txt").readall()
        assert ["secrets/a.txt"] == [blob.name for blob in reader.list_blobs("secrets/")]
        with pytest.raises(HttpResponseError):
            reader.upload_blob("secrets/b.txt", b"2")
    with sas_client(stack, "workspaceblobstore", "invoker") as invoker:
        invoker.upload_blob("secrets/b.txt", b"2")
        with pytest.raises(HttpResponseError):
            invoker.delete_blob("secrets/b.txt")


@pytest.mark.parametrize("container", ["batch-jobs", "batch-registry"])
def test_a_job_does_not_reach_into_the_services_own_containers(
    stack: Stack, deploy: Deploy, container: str
) -> None:
    endpoint = deploy("nosy")
    answer = stack.send(
        "PUT",
        f"{WORKSPACE}/datastores/nosy?skipValidation=true",
        datastore_of(container),
    )
    assert "service's own" in refusal(answer, 400)
    url = f"{stack.blobs.url.rstrip('/')}/{container}/x"
    asked = {"x": {"jobInputType": "UriFolder", "uri": url}}
    body = {"properties": {"inputData": asked}}
    answer = stack.send("POST", f"/endpoints/{endpoint}/jobs", body)
    assert "service's own" in refusal(answer, 400)


def test_a_compute_bounds_what_deployments_and_jobs_ask_of_it(stack: Stack, deploy: Deploy) -> None:
    small = {"scaleSettings": {"maxNodeCount": 2}}
    body = {"properties": {"computeType": "AmlCompute", "properties": small}}
    stack.put("/computes/small", body)
    compute = f"{WORKSPACE}/computes/small"
    endpoint = deploy("bounded", compute=compute, resources={"instanceCount": 2})
    deployment = f"{WORKSPACE}/batchEndpoints/{endpoint}/deployments/main"
    model = {"assetId": f"{WORKSPACE}/models/doubler/versions/1"}

    def put(**properties: Any) -> Answer:
        return stack.send("PUT", deployment, {"properties": {"model": model, **properties}})

    three = {"instanceCount": 3}
    assert "at most 2" in refusal(put(compute=compute, resources=three), 400)
    assert "no compute 'gone'" in refusal(put(compute="azureml:gone"), 400)
    assert "'local'" in refusal(put(compute="local"), 400)

    uri = stack.upload("bounded", {"a.csv": csv_of((1, 2))})
    asked = {"inputData": {"x": {"jobInputType": "UriFolder", "uri": uri}}}

    def invoke(**override: Any) -> Answer:
        properties = {**asked, "compute": override}
        return stack.send("POST", f"/endpoints/{endpoint}/jobs", {"properties": properties})

    assert "at most 2" in refusal(invoke(isLocal=True, instanceCount=3), 400)
    assert "no compute 'gone'" in refusal(invoke(isLocal=False, target="gone"), 400)
    delete = stack.send("DELETE", compute)
    assert "bounded/main" in refusal(delete, 409)

    stack.put(
        "/computes/small",
        {
            "properties": {
                **body["properties"],
                "properties": {"scaleSettings": {"maxNodeCount": 1}},
            }
        },
    )
    assert "at most 1" in refusal(
        stack.send("POST", f"/endpoints/{endpoint}/jobs", {"properties": asked}), 400
    )
    answer = invoke(isLocal=True, instanceCount=1)
    assert 201 == answer.status
    assert "Completed" == stack.ended(answer.body)["status"]
