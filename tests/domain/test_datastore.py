"""The account's name as clients need it, and the containers that are nobody's business."""

import pytest

from shared.domain.datastore import StorageAccount, check_open, is_internal
from shared.domain.errors import InvalidRequest

AZURITE = StorageAccount(url="https://127.0.0.1:10000/devstoreaccount1")
AZURE = StorageAccount(url="https://acc.blob.core.windows.net")
CHINA = StorageAccount(url="https://acc.blob.core.chinacloudapi.cn")
OWN_DOMAIN = StorageAccount(url="https://data.example.com")


@pytest.mark.parametrize(
    ("account", "name", "endpoint"),
    [
        (AZURITE, "127.0.0.1:10000/devstoreaccount1#", "core.windows.net"),
        (AZURE, "acc", "core.windows.net"),
        (CHINA, "acc", "core.chinacloudapi.cn"),
        (OWN_DOMAIN, "data.example.com#", "core.windows.net"),
    ],
)
def test_the_official_clients_url_of_the_account_leads_to_it(
    account: StorageAccount, name: str, endpoint: str
) -> None:
    assert name == account.name
    assert endpoint == account.endpoint

    client = f"https://{account.name}.blob.{account.endpoint}".partition("#")[0]

    assert account.url == client


@pytest.mark.parametrize(
    ("account", "name", "endpoint"),
    [
        (AZURITE, "devstoreaccount1", "core.windows.net"),
        (AZURITE, "127.0.0.1:10000/devstoreaccount1#", "core.windows.net"),
        (AZURITE, "127.0.0.1:10000/devstoreaccount1", ""),
        (AZURITE, "127.0.0.1:10000/DevStoreAccount1?", ""),
        (AZURE, "acc", ""),
        (AZURE, "ACC", "core.windows.net"),
        (AZURE, "acc.blob.core.windows.net", ""),
        (OWN_DOMAIN, "data.example.com#", "core.windows.net"),
    ],
)
def test_the_account_is_known_in_each_of_its_spellings(
    account: StorageAccount, name: str, endpoint: str
) -> None:
    assert account.is_called(name, endpoint)


@pytest.mark.parametrize(
    ("account", "name", "endpoint"),
    [
        (AZURITE, "127.0.0.1:10001/devstoreaccount1#", ""),
        (AZURITE, "devstoreaccount2", ""),
        (AZURITE, "", ""),
        (AZURITE, "#", ""),
        (AZURE, "other", ""),
        (AZURE, "acc", "core.chinacloudapi.cn"),
        (OWN_DOMAIN, "", ""),
    ],
)
def test_another_account_is_not_taken_for_it(
    account: StorageAccount, name: str, endpoint: str
) -> None:
    assert not account.is_called(name, endpoint)


@pytest.mark.parametrize(
    "container",
    [
        "batch-registry",
        "batch-jobs",
        "batch-inbox",
        "azure-webjobs-secrets",
        "hub-leases",
        "hub-largemessages",
        "$web",
        "BATCH-JOBS",
    ],
)
def test_the_services_own_containers_are_internal(container: str) -> None:
    assert is_internal(container)
    with pytest.raises(InvalidRequest, match="service's own"):
        check_open(container, target="x")


@pytest.mark.parametrize("container", ["azureml-blobstore", "azureml", "data", "my-batch-jobs"])
def test_other_containers_are_open(container: str) -> None:
    assert container == check_open(container, target="x")
