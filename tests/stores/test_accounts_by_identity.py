"""Accounts that the service's own identity opens: by real tokens, from an endpoint as Azure has it.

No key is known here: what is read was opened by the token alone, which the store reads.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import BlobClient

from shared.adapters.memory_blobs import MemoryBlobs
from shared.adapters.service_identity import service_identity
from shared.api.routes import UNBOUND
from shared.domain.asset import DataType
from shared.domain.errors import InvalidRequest
from shared.services import Services, build
from shared.settings import Settings
from tests.support.azure_cloud import ACCOUNT, HOST, AzureCloud, azure_cloud
from tests.support.identity_endpoint import IdentityEndpoint, serving_identity, token_for
from tests.support.requests import http_request
from tests.support.services_in_memory import ACCOUNT_URL, SIGNER
from triggers.datastores import list_secrets, put_datastore

BOX = "trips"
STORAGE = "https://storage.azure.com"
URL = f"https://{HOST}/{BOX}/in"
PATH = "azureml://datastores/lake/paths/in"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureCloud]:
    with azure_cloud(tmp_path_factory.mktemp("cloud")) as running:
        running.fill(BOX, "in/a.csv", "in/b.csv")
        yield running


@pytest.fixture
def endpoint(cloud: AzureCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityEndpoint]:
    """Its tokens are for whatever resource is asked for."""
    service_identity.cache_clear()
    with serving_identity(lambda query: token_for(query["resource"][0])) as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        yield server
    service_identity.cache_clear()


def services_on(blobs: MemoryBlobs, scratch: Path, **settings: Any) -> Services:
    """With a datastore `lake` that has no credentials."""
    built = build(
        Settings(scratch_folder=scratch, auth_issuer=("https://issuer.invalid",), **settings),
        blobs,
        ACCOUNT_URL,
        SIGNER,
    )
    built.scorers.close()
    properties = {"datastoreType": "AzureBlob", "accountName": ACCOUNT, "containerName": BOX}
    body = {"properties": {**properties, "credentials": {"credentialsType": "None"}}}
    put_datastore(http_request(body, datastore="lake"), built, UNBOUND)
    return built


def names_of(services: Services, uri: str) -> list[str]:
    location, _ = services.inputs.resolve(uri, target="properties.input")
    services.inputs.check(location, DataType.URI_FOLDER, target="properties.input")
    return [file.name for file in services.inputs.files(location, DataType.URI_FOLDER)]


def test_a_datastore_without_credentials_is_opened_by_the_services_token(
    endpoint: IdentityEndpoint, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    """Both clients have one, asked for storage; every request after that has it."""
    services = services_on(blobs, tmp_path)

    assert ["in/a.csv", "in/b.csv"] == names_of(services, PATH)
    for name in ("in/a.csv", "in/b.csv"):
        assert name.encode() == services.blobs.read(f"lake:{BOX}", name).data
    services.blobs.write(f"lake:{BOX}", "out/p.csv", b"1\n")
    assert services.blobs.exists(f"lake:{BOX}", "out/p.csv")
    assert {STORAGE} == {query["resource"][0] for query in endpoint.asked}
    assert len(endpoint.asked) <= 2


def test_a_url_is_opened_by_the_identity_where_the_settings_say_so_and_nowhere_else(
    endpoint: IdentityEndpoint, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    with pytest.raises(InvalidRequest, match=r"add a SAS that reads and lists"):
        names_of(services_on(blobs, tmp_path / "closed"), URL)
    assert [] == endpoint.asked

    listed = services_on(blobs, tmp_path / "listed", identity_hosts=(HOST,))
    assert ["in/a.csv", "in/b.csv"] == names_of(listed, URL)
    assert endpoint.asked


def test_a_sas_is_made_by_the_identity_and_opens_the_account(
    endpoint: IdentityEndpoint, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    services = services_on(blobs, tmp_path)

    made = list_secrets(http_request(datastore="lake"), services, UNBOUND).body

    assert "skoid=" in made["sasToken"]
    blob = BlobClient.from_blob_url(f"https://{HOST}/{BOX}/in/a.csv?{made['sasToken']}")
    assert b"in/a.csv" == blob.download_blob().readall()


def test_a_token_that_opens_nothing_is_said_with_the_datastores_name(
    endpoint: IdentityEndpoint, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    endpoint.token = lambda _query: token_for("https://vault.azure.net")

    with pytest.raises(InvalidRequest, match=r"Datastore 'lake'.*identity a role"):
        names_of(services_on(blobs, tmp_path), PATH)
