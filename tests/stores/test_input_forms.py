"""Every way to write an input that docs/data.md has, read by the real adapters.

Two accounts, the service's own and one in Azure, and a web server: each form leads to its files.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.azurite import Azurite
from shared.adapters.azure_account import AzureAccount
from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.azure_sas import signer_of
from shared.api.routes import UNBOUND
from shared.domain.asset import AssetId, Data, DataType
from shared.domain.caller import Author
from shared.domain.errors import BatchError
from shared.elsewhere_settings import PrivateAddresses
from shared.services import Services, build
from shared.settings import Settings
from tests.support.azure_cloud import ACCOUNT, HOST, AzureCloud, azure_cloud
from tests.support.file_server import FileServer, Page, serving_files
from tests.support.requests import http_request
from triggers.datastores import put_datastore

PRIVATE, PUBLIC, SAMPLES = "private", "public", "data"
NAMES = ("in/a.csv", "in/b c.csv", "in/deep/d.csv", "in/_SUCCESS")
LISTED = ["in/a.csv", "in/b c.csv"]
SAMPLE = "heart-disease-uci/data/heart.csv"
CONTAINERS = ("batch-registry", "batch-jobs", "batch-index", "azureml", "azureml-blobstore")
LAKE = ACCOUNT + ".dfs.core.windows.net"
ADA = Author(name="ada")

SUBSCRIPTION = "/subscriptions/s/resourceGroups/g"
ARM = f"{SUBSCRIPTION}/providers/Microsoft.MachineLearningServices/workspaces/w"
STORES = ("workspaceblobstore", "keyed", "signed", "lake")
# What is before `in` or `in/a.csv`, and what is behind it.
PLACES = {
    **{f"datastore {name}": (f"azureml://datastores/{name}/paths/", "") for name in STORES},
    "datastore of a workspace": (
        "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/keyed/paths/",
        "",
    ),
    "datastore by ARM id": (f"azureml:/{ARM}/datastores/signed/paths/", ""),
    "own account": ("{own}/azureml-blobstore/", ""),
    "https, public": (f"https://{HOST}/{PUBLIC}/", ""),
    "https, public, as clients spell it": (f"HTTPS://{HOST.upper()}/{PUBLIC}/", ""),
    "https with a SAS": (f"https://{HOST}/{PRIVATE}/", "?{sas}"),
    "https of the lake": (f"https://{LAKE}/{PUBLIC}/", ""),
    "https of the lake with a SAS": (f"https://{LAKE}/{PRIVATE}/", "?{sas}"),
    "wasbs": (f"wasbs://{PUBLIC}@{HOST}/", ""),
    "wasbs with a SAS": (f"wasbs://{PRIVATE}@{HOST}/", "?{sas}"),
    "abfss": (f"abfss://{PUBLIC}@{LAKE}/", ""),
    "abfss with a SAS": (f"abfss://{PRIVATE}@{LAKE}/", "?{sas}"),
}
DATA = (
    "azureml:{name}:1",
    "azureml:{name}@latest",
    f"azureml:{ARM}/data/{{name}}/versions/1",
    f"{ARM}/data/{{name}}/versions/1",
    f"{ARM}/data/{{name}}/labels/latest",
    "azureml://locations/westeurope/workspaces/w/data/{name}/versions/1",
)
REGISTERED = {
    "of-keyed": "azureml://datastores/keyed/paths/",
    "of-public": f"https://{HOST}/{PUBLIC}/",
    "of-wasbs": f"wasbs://{PUBLIC}@{HOST}/",
}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureCloud]:
    with azure_cloud(tmp_path_factory.mktemp("cloud")) as running:
        running.fill(PRIVATE, *NAMES)
        running.fill(PUBLIC, *NAMES, public=True)
        running.fill(SAMPLES, SAMPLE, public=True)
        yield running


@pytest.fixture(scope="module")
def web() -> Iterator[FileServer]:
    with serving_files({"/in/a.csv": Page(b"in/a.csv")}) as server:
        yield server


@pytest.fixture(scope="module")
def services(cloud: AzureCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    settings = Settings(
        scratch_folder=tmp_path_factory.mktemp("scratch"),
        auth_issuer=("https://issuer.invalid",),
        credentials_keys=("k" * 32,),
        private_addresses=PrivateAddresses.ALLOWED,
    )
    with Azurite() as own:
        account = AzureAccount.from_connection_string(own.connection_string)
        blobs = AzureBlobs(account)
        for container in CONTAINERS:
            blobs.ensure_container(container)
        for name in NAMES:
            blobs.write("azureml-blobstore", name, name.encode())
        built = build(settings, blobs, account.url, signer_of(account))
        _register(built, cloud)
        yield built
        built.scorers.close()


def _register(services: Services, cloud: AzureCloud) -> None:
    key = {"credentialsType": "AccountKey", "secrets": {"key": cloud.azurite.key}}
    sas = {"credentialsType": "Sas", "secrets": {"sasToken": f"?{cloud.sas(PRIVATE)}"}}
    blob = {"datastoreType": "AzureBlob", "accountName": ACCOUNT, "containerName": PRIVATE}
    lake = {"datastoreType": "AzureDataLakeGen2", "accountName": ACCOUNT, "filesystem": PRIVATE}
    put(services, "keyed", {**blob, "credentials": key})
    put(services, "signed", {**blob, "credentials": sas})
    put(services, "lake", {**lake, "credentials": key})
    for name, place in REGISTERED.items():
        for kind, path in ((DataType.URI_FOLDER, "in/"), (DataType.URI_FILE, "in/a.csv")):
            id_ = AssetId(name=f"{name}-{kind}", version="1")
            services.registry.data.save(
                Data(id=id_, uri=f"{place}{path}", type=kind), id_.name, "1", by=ADA
            )


def put(services: Services, name: str, properties: Any) -> None:
    put_datastore(http_request({"properties": properties}, datastore=name), services, UNBOUND)


def read_all(services: Services, uri: str, declared: DataType, folder: Path) -> list[str]:
    """What is in the files that a job with this input would plan."""
    location, told = services.inputs.resolve(uri, target="x")
    assert "sig=" not in f"{location} {location!r}"
    kind = services.inputs.check(location, told or declared, target="x")
    found = list[str]()
    for index, file in enumerate(services.inputs.files(location, kind)):
        path = folder / str(index)
        services.blobs.download(location.container, file.name, path, if_match=file.etag)
        found.append(path.read_text())
    return found


@pytest.mark.parametrize("path", ["in", "in/"])
@pytest.mark.parametrize("place", PLACES)
def test_a_folder_is_its_files_wherever_it_lies(
    place: str, path: str, services: Services, cloud: AzureCloud, tmp_path: Path
) -> None:
    """Nested files and marks of Spark are none; a last slash says nothing else."""
    uri = fill(place, path, services, cloud.sas(PRIVATE))

    assert LISTED == read_all(services, uri, DataType.URI_FOLDER, tmp_path)


@pytest.mark.parametrize("path", ["in/a.csv", "in/b%20c.csv"])
@pytest.mark.parametrize("place", [name for name in PLACES if not name.startswith("datastore")])
def test_a_file_by_a_url_is_that_one_wherever_it_lies(
    place: str, path: str, services: Services, cloud: AzureCloud, tmp_path: Path
) -> None:
    """A SAS for this blob alone does, though it lists nothing."""
    name = path.replace("%20", " ")
    uri = fill(place, path, services, cloud.sas(PRIVATE, name))

    assert [name] == read_all(services, uri, DataType.URI_FILE, tmp_path)


@pytest.mark.parametrize("kind", DataType)
@pytest.mark.parametrize("place", [name for name in PLACES if name.startswith("datastore")])
def test_a_file_of_a_datastore_is_that_one_whatever_it_is_said_to_be(
    place: str, kind: DataType, services: Services, cloud: AzureCloud, tmp_path: Path
) -> None:
    assert ["in/b c.csv"] == read_all(
        services, fill(place, "in/b c.csv", services, ""), kind, tmp_path
    )


def fill(place: str, path: str, services: Services, sas: str) -> str:
    before, behind = PLACES[place]
    return f"{before.format(own=services.datastores.account_url)}{path}{behind.format(sas=sas)}"


@pytest.mark.parametrize("form", DATA)
@pytest.mark.parametrize("name", REGISTERED)
def test_registered_data_is_what_it_was_registered_as(
    name: str, form: str, services: Services, tmp_path: Path
) -> None:
    folder = form.format(name=f"{name}-{DataType.URI_FOLDER}")
    file = form.format(name=f"{name}-{DataType.URI_FILE}")

    assert LISTED == read_all(services, folder, DataType.URI_FILE, tmp_path)
    assert LISTED[:1] == read_all(services, file, DataType.URI_FOLDER, tmp_path)


def test_a_file_of_a_web_server_is_one_whatever_it_is_said_to_be(
    services: Services, web: FileServer, tmp_path: Path
) -> None:
    for kind in DataType:
        assert ["in/a.csv"] == read_all(services, f"{web.url}/in/a.csv", kind, tmp_path)


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_public_samples_are_read_by_their_address_alone(
    scheme: str, services: Services, cloud: AzureCloud, tmp_path: Path
) -> None:
    """As articles give them: an account of somebody else's, a container, a folder."""
    uri = f"{scheme}://{HOST}/{SAMPLES}/heart-disease-uci/data"

    assert [SAMPLE] == read_all(services, uri, DataType.URI_FOLDER, tmp_path)
    assert {HOST} == set(cloud.asked)


@pytest.mark.parametrize("container", [PRIVATE, "gone"])
def test_a_container_that_strangers_see_nothing_of_is_said_to_need_a_sas(
    container: str, services: Services, tmp_path: Path
) -> None:
    """Whether it is there or not: the store does not say."""
    with pytest.raises(BatchError, match=f"{HOST}/{container}'.*add a SAS that reads and lists"):
        read_all(services, f"https://{HOST}/{container}/in", DataType.URI_FOLDER, tmp_path)
