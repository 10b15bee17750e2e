"""Every form of a reference, with the real adapter: two Azurites as two accounts, and a web server.

The first account is the service's own. The second has another key, and is reached by that, by a
SAS, or, where its container is public, by nothing.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import BlobClient, BlobServiceClient, generate_container_sas

from local.azurite import Azurite
from shared.adapters.azure_account import AzureAccount
from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.azure_sas import signer_of
from shared.api.routes import UNBOUND
from shared.domain.asset import DataType
from shared.domain.errors import AccountRefuses, InvalidRequest, NotFound, ServiceUnavailable
from shared.domain.resolved_deployment import Location
from shared.elsewhere_settings import PrivateAddresses
from shared.services import Services, build
from shared.settings import Settings
from shared.stores.manifests import Manifests
from tests.support.file_server import FileServer, Page, serving_files
from tests.support.requests import http_request
from triggers.datastores import get_datastore, list_secrets, put_datastore

PRIVATE, PUBLIC = "private", "public"
KEY = "k" * 32
HUSH = "hush-hush"
BOX = "azureml-blobstore"


class Far:
    """The second account."""

    def __init__(self, azurite: Azurite) -> None:
        self.client = BlobServiceClient.from_connection_string(azurite.connection_string)
        self.url = self.client.url.rstrip("/")
        self.host = re.sub("^http://", "", self.url).partition("/")[0]
        self.name = f"{re.sub('^http://', '', self.url)}#"
        fields = dict(part.split("=", 1) for part in azurite.connection_string.split(";") if part)
        self.account, self.key = fields["AccountName"], fields["AccountKey"]
        for container, access in ((PRIVATE, None), (PUBLIC, "container")):
            made: Any = access
            self.client.create_container(container, public_access=made)
            for name in ("in/a.csv", "in/b.csv", "in/_SUCCESS"):
                self.client.get_blob_client(container, name).upload_blob(name.encode())

    def sas(self, permission: str = "rlwc", hours: int = 1) -> str:
        return generate_container_sas(
            self.account,
            PRIVATE,
            account_key=self.key,
            permission=permission,
            expiry=datetime.now(UTC) + timedelta(hours=hours),
        )


@pytest.fixture(scope="module")
def own() -> Iterator[Azurite]:
    with Azurite() as running:
        yield running


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with Azurite() as running:
        yield Far(running)


@pytest.fixture(scope="module")
def web() -> Iterator[FileServer]:
    pages = {"/in/a.csv": Page(b"in/a.csv"), f"/in/b.csv?key={HUSH}": Page(b"in/b.csv")}
    with serving_files(pages) as server:
        yield server


@pytest.fixture(scope="module")
def services(
    own: Azurite, far: Far, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Services]:
    settings = Settings(
        scratch_folder=tmp_path_factory.mktemp("scratch"),
        auth_issuer=("https://issuer.invalid",),
        credentials_keys=(KEY,),
        storage_hosts=(far.host,),
        private_addresses=PrivateAddresses.ALLOWED,
    )
    account = AzureAccount.from_connection_string(own.connection_string)
    blobs = AzureBlobs(account)
    for container in (
        "batch-registry",
        "batch-jobs",
        "batch-index",
        "azureml",
        "azureml-blobstore",
    ):
        blobs.ensure_container(container)
    blobs.write("azureml-blobstore", "in/a.csv", b"in/a.csv")
    blobs.write("azureml-blobstore", "in/b.csv", b"in/b.csv")
    built = build(settings, blobs, account.url, signer_of(account))
    yield built
    built.scorers.close()


def put(services: Services, name: str, far: Far, credentials: Any, **properties: Any) -> Any:
    given = {
        "datastoreType": "AzureBlob",
        "accountName": far.name,
        "containerName": PRIVATE,
        "protocol": "http",
        "credentials": credentials,
        **properties,
    }
    body = {"properties": {field: value for field, value in given.items() if value}}
    return put_datastore(http_request(body, datastore=name), services, UNBOUND).body


def by_key(far: Far) -> Any:
    return {"credentialsType": "AccountKey", "secrets": {"key": far.key}}


def by_sas(sas: str) -> Any:
    return {"credentialsType": "Sas", "secrets": {"sasToken": sas}}


@pytest.fixture(scope="module", autouse=True)
def _datastores(services: Services, far: Far) -> None:
    put(services, "keyed", far, by_key(far))
    put(services, "signed", far, by_sas(f"?{far.sas()}"))
    lake = {"datastoreType": "AzureDataLakeGen2", "filesystem": PRIVATE, "containerName": None}
    put(services, "lake", far, by_key(far), **lake)


WORKSPACE = "azureml://subscriptions/s/resourcegroups/g/workspaces/w"
FOLDERS = [
    "azureml://datastores/workspaceblobstore/paths/in",
    "azureml://datastores/keyed/paths/in/",
    "azureml://datastores/KEYED/paths/in",
    f"{WORKSPACE}/datastores/keyed/paths/in",
    "azureml://datastores/signed/paths/in",
    "azureml://datastores/lake/paths/in",
    "{own}/azureml-blobstore/in",
    "{far}/public/in/",
    "{far}/private/in?{sas}",
]
FILES = ["{far}/public/in/a.csv", "{far}/private/in/a.csv?{sas}", "{web}/in/a.csv"]


def fill(text: str, own: Services, far: Far, web: FileServer) -> str:
    account = own.datastores.account_url
    return text.format(own=account, far=far.url, sas=far.sas(), web=web.url)


def read_all(services: Services, location: Location, kind: DataType, folder: Path) -> list[str]:
    """The content of each input file, downloaded as it was planned."""
    found = list[str]()
    for index, file in enumerate(services.inputs.files(location, kind)):
        path = folder / str(index)
        services.blobs.download(location.container, file.name, path, if_match=file.etag)
        found.append(path.read_text())
    return found


@pytest.mark.parametrize("form", FOLDERS)
def test_a_folder_is_listed_and_read_wherever_it_lies(
    form: str, services: Services, far: Far, web: FileServer, tmp_path: Path
) -> None:
    location, _ = services.inputs.resolve(fill(form, services, far, web), target="x")

    kind = services.inputs.check(location, DataType.URI_FOLDER, target="x")

    assert DataType.URI_FOLDER is kind
    assert ["in/a.csv", "in/b.csv"] == read_all(services, location, kind, tmp_path)
    assert "sig=" not in f"{location} {location!r}"


@pytest.mark.parametrize("form", FILES)
def test_a_file_is_read_wherever_it_lies(
    form: str, services: Services, far: Far, web: FileServer, tmp_path: Path
) -> None:
    """By itself, and as a line of a manifest in the service's own account."""
    address, place = fill(form, services, far, web), Location(container=BOX, path="m/list.txt")
    location, _ = services.inputs.resolve(address, target="x")
    services.blobs.write(BOX, place.path, address.encode())

    kind = services.inputs.check(location, DataType.URI_FILE, target="x")
    (listed,) = Manifests(services.blobs, services.inputs).files(place)

    assert (location.container, location.path) == (listed.container, listed.name)
    assert ["in/a.csv"] == read_all(services, location, kind, tmp_path)


def test_a_secret_query_of_a_web_file_is_kept_sealed_and_shown_nowhere(
    services: Services, web: FileServer, tmp_path: Path
) -> None:
    location, _ = services.inputs.resolve(f"{web.url}/in/b.csv?key={HUSH}", target="x")

    assert ["in/b.csv"] == read_all(services, location, DataType.URI_FILE, tmp_path)
    assert HUSH not in f"{location} {location!r}"
    kept = [
        services.blobs.read("batch-registry", item.name).data
        for item in services.blobs.list_blobs("batch-registry")
    ]
    assert all(HUSH.encode() not in one and b"sig=" not in one for one in kept)


def test_no_key_is_kept_as_it_is_or_answered(services: Services, far: Far) -> None:
    answer = get_datastore(http_request(datastore="keyed"), services, UNBOUND).body
    kept = services.blobs.read("batch-registry", "datastores/keyed.json").data

    assert far.key not in f"{answer} {kept!r}"
    assert {"credentialsType": "AccountKey"} == answer["properties"]["credentials"]


def test_what_is_written_elsewhere_is_there_once(services: Services, far: Far) -> None:
    services.blobs.stage("keyed:private", "out/p.csv", "block-1", b"1\n")
    services.blobs.commit("keyed:private", "out/p.csv", ["block-1"], if_absent=True)

    assert b"1\n" == far.client.get_blob_client(PRIVATE, "out/p.csv").download_blob().readall()
    assert services.blobs.exists("signed:private", "out/p.csv")
    source, target = ("azureml-blobstore", "in/a.csv"), ("keyed:private", "out/copy.csv")
    etag = services.blobs.head(*source).etag
    assert services.blobs.copy(source, target, if_match=etag, metadata={}) is False


def test_an_account_that_does_not_let_the_service_in_is_the_requests_fault(
    services: Services, far: Far
) -> None:
    put(services, "wrong", far, {"credentialsType": "AccountKey", "secrets": {"key": "d3Jvbmc="}})
    place = Location(container="wrong:private", path="in")

    with pytest.raises(InvalidRequest, match=r"Datastore 'wrong'.*key or SAS") as refused:
        services.inputs.check(place, DataType.URI_FOLDER, target="properties.input")
    assert "properties.input" == refused.value.target
    with pytest.raises(AccountRefuses):
        services.blobs.read("wrong:private", "in/a.csv")


def test_a_key_that_was_changed_counts_at_once_and_one_that_was_not_sent_stays(
    services: Services, far: Far
) -> None:
    put(services, "late", far, by_key(far))
    put(services, "late", far, {"credentialsType": "AccountKey"}, description="d")
    assert services.blobs.exists("late:private", "in/a.csv")

    elsewhere = "127.0.0.1:1/devstoreaccount1#"
    with pytest.raises(InvalidRequest, match="without a secret"):
        put(services, "late", far, {"credentialsType": "AccountKey"}, accountName=elsewhere)


def test_a_sas_is_handed_out_by_key_and_never_the_one_that_was_given(
    services: Services, far: Far
) -> None:
    answer = list_secrets(http_request(datastore="keyed"), services, UNBOUND).body

    blob = BlobClient.from_blob_url(f"{far.url}/{PRIVATE}/in/a.csv?{answer['sasToken']}")
    assert b"in/a.csv" == blob.download_blob().readall()
    with pytest.raises(InvalidRequest, match="reached by a SAS"):
        list_secrets(http_request(datastore="signed"), services, UNBOUND)


@pytest.mark.parametrize(
    ("form", "error", "words"),
    [
        ("{far}", InvalidRequest, "no container"),
        ("{web}/in/", InvalidRequest, "a web server lists none"),
        ("{web}/gone.csv", NotFound, "no file"),
        ("http://169.254.169.254/latest/meta-data", InvalidRequest, "not a public address"),
        ("https://far.blob.core.windows.net", InvalidRequest, "no container"),
        ("azureml://datastores/nowhere/paths/in", NotFound, "nowhere"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    form: str, error: type[Exception], words: str, services: Services, far: Far, web: FileServer
) -> None:
    def look() -> None:
        location, _ = services.inputs.resolve(fill(form, services, far, web), target="x")
        services.inputs.check(location, DataType.URI_FILE, target="x")

    with pytest.raises(error, match=words):
        look()


def test_a_lost_key_is_said_and_is_no_fault_of_the_request(
    own: Azurite, services: Services, tmp_path: Path
) -> None:
    account = AzureAccount.from_connection_string(own.connection_string)
    settings = services.settings.model_copy(
        update={"credentials_keys": ("z" * 32,), "scratch_folder": tmp_path}
    )
    other = build(settings, AzureBlobs(account), account.url, signer_of(account))
    with pytest.raises(ServiceUnavailable, match="CREDENTIALS_KEYS"):
        other.blobs.exists("keyed:private", "in/a.csv")
    other.scorers.close()
