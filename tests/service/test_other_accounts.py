"""A job over another account, and one over a web server: as a user starts them."""

from collections.abc import Iterator
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from local.azurite import Azurite
from tests.service.conftest import Deploy
from tests.support.doubler import csv_of
from tests.support.file_server import Page, serving_files
from tests.support.stack import Stack

FARES = csv_of((1, 0), (2, 0))


@pytest.fixture(scope="module")
def far() -> Iterator[ContainerClient]:
    """A container of another account."""
    with Azurite() as azurite:
        client = ContainerClient.from_connection_string(azurite.connection_string, "cellar")
        client.create_container()
        yield client


def put_datastore(stack: Stack, far: ContainerClient, key: str) -> Any:
    name = far.primary_endpoint.removeprefix("http://").removesuffix("/cellar")
    properties = {
        "datastoreType": "AzureBlob",
        "accountName": f"{name}#",
        "containerName": "cellar",
        "protocol": "http",
        "credentials": {"credentialsType": "AccountKey", "secrets": {"key": key}},
    }
    return stack.put("/datastores/far", {"properties": properties})


def test_a_job_reads_and_writes_another_account(
    stack: Stack, deploy: Deploy, far: ContainerClient
) -> None:
    key: str = far.credential.account_key
    answered = put_datastore(stack, far, key)
    for index in range(3):
        far.upload_blob(f"in/{index}.csv", FARES)
    endpoint = deploy("far-account")

    job = stack.invoke(
        endpoint,
        "azureml://datastores/far/paths/in",
        outputData={
            "score": {
                "jobOutputType": "UriFile",
                "uri": "azureml://datastores/far/paths/out/predictions.csv",
            }
        },
    )
    ended = stack.ended(job)

    assert "Completed" == ended["status"], ended
    rows = far.download_blob("out/predictions.csv").readall().splitlines()
    assert 6 == len(rows)
    assert key not in f"{answered}{ended}{stack.log.read_text()}"


def test_a_job_reads_a_file_of_a_web_server(stack: Stack, deploy: Deploy) -> None:
    endpoint = deploy("web-file")
    with serving_files({"/trips.csv?sig=hush-hush": Page(FARES)}) as server:
        job = stack.invoke(endpoint, f"{server.url}/trips.csv?sig=hush-hush", "UriFile")
        ended = stack.ended(job)

    assert "Completed" == ended["status"], ended
    assert "hush-hush" not in f"{job}{ended}{stack.log.read_text()}"
