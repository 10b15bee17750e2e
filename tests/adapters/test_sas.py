"""A SAS does what its letters say, in its container and nowhere else; nobody else signs one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobServiceClient, ContainerClient

from local.azurite import Azurite
from shared.adapters.azure_account import AzureAccount
from shared.adapters.azure_sas import KEY_LIFETIME, DelegationSigner, KeySigner, signer_of
from shared.domain.errors import InvalidRequest, ServiceUnavailable
from shared.ports import Signer
from tests.adapters.stub_store import KEY, Reply, StubStore, refusal
from tests.adapters.test_azure_account import Identity
from tests.support.certificates import make_certificates

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def account(azurite: Azurite) -> Iterator[AzureAccount]:
    account = AzureAccount.from_connection_string(azurite.connection_string)
    yield account
    account.close()


@pytest.fixture
def own(account: AzureAccount) -> str:
    """A container with one blob."""
    name = f"sas{uuid4().hex}"
    account.service.create_container(name).upload_blob("there", b"1")
    return name


def refused(act: Any) -> bool:
    """Whether the store says that the SAS does not allow it."""
    try:
        act()
    except HttpResponseError as error:
        return error.status_code in {401, 403}
    return False


def client_of(account: AzureAccount, container: str, sas: str) -> ContainerClient:
    return ContainerClient.from_container_url(f"{account.url}/{container}?{sas}")


def test_a_readers_sas_reads_and_lists_and_nothing_else(account: AzureAccount, own: str) -> None:
    client = client_of(account, own, signer_of(account).container_sas(own, "rl", HOUR))

    assert ["there"] == [blob.name for blob in client.list_blobs()]
    assert b"1" == client.download_blob("there").readall()
    assert refused(lambda: client.upload_blob("new", b""))
    assert refused(lambda: client.upload_blob("there", b"2", overwrite=True))
    assert refused(lambda: client.get_blob_client("there").set_blob_metadata({"a": "b"}))
    assert refused(lambda: client.delete_blob("there"))


def test_a_writers_sas_uploads_and_cannot_delete(account: AzureAccount, own: str) -> None:
    client = client_of(account, own, signer_of(account).container_sas(own, "rcwl", HOUR))

    client.upload_blob("new", b"2")
    client.upload_blob("there", b"3", overwrite=True)
    client.get_blob_client("new").set_blob_metadata({"name": "m", "version": "1"})

    assert b"3" == client.download_blob("there").readall()
    assert refused(lambda: client.delete_blob("there"))
    assert refused(client.delete_container)


def test_a_sas_does_not_reach_another_container(account: AzureAccount, own: str) -> None:
    other = f"sas{uuid4().hex}"
    account.service.create_container(other).upload_blob("secret", b"1")
    sas = signer_of(account).container_sas(own, "rcwl", HOUR)
    client = client_of(account, other, sas)

    assert refused(lambda: client.download_blob("secret").readall())
    assert refused(lambda: list(client.list_blobs()))
    assert refused(lambda: client.upload_blob("mine", b""))
    assert refused(lambda: list(BlobServiceClient(f"{account.url}?{sas}").list_containers()))


def test_a_sas_ends_with_its_time(account: AzureAccount, own: str) -> None:
    sas = signer_of(account).container_sas(own, "rl", timedelta(minutes=-1))

    client = client_of(account, own, sas)

    assert refused(lambda: list(client.list_blobs()))


def test_a_blobs_sas_reads_that_blob_and_nothing_else(account: AzureAccount, own: str) -> None:
    """Its name is one that a URL must encode; a browser saves it, whatever is in it."""
    name = "a b/100% \u00fc.html"
    account.service.get_blob_client(own, name).upload_blob(b"<script>")
    client = client_of(account, own, signer_of(account).blob_sas(own, name, HOUR))

    read = client.download_blob(name)

    assert b"<script>" == read.readall()
    assert "attachment" == read.properties.content_settings.content_disposition
    assert refused(lambda: client.download_blob("there").readall())
    assert refused(lambda: list(client.list_blobs()))
    assert refused(lambda: client.upload_blob(name, b"", overwrite=True))
    assert refused(lambda: client.delete_blob(name))


def test_a_sas_begins_earlier_for_clocks_that_are_behind() -> None:
    before = datetime.now(UTC)
    fields = parse_qs(KeySigner("a", KEY, https_only=False).container_sas("box", "rl", HOUR))

    assert datetime.fromisoformat(fields["st"][0]) <= before - timedelta(minutes=4)
    assert timedelta(0) < datetime.fromisoformat(fields["se"][0]) - before <= HOUR
    assert ["c"] == fields["sr"]
    assert ["rl"] == fields["sp"]


@pytest.mark.parametrize(("scheme", "expected"), [("https", ["https"]), ("http", None)])
def test_where_the_account_encrypts_the_sas_does_too(
    scheme: str, expected: list[str] | None
) -> None:
    text = f"AccountName=acc;AccountKey={KEY};BlobEndpoint={scheme}://127.0.0.1:1/acc"
    account = AzureAccount.from_connection_string(text)

    sas = signer_of(account).container_sas("box", "rl", HOUR)

    assert expected == parse_qs(sas).get("spr")
    account.close()


@pytest.mark.parametrize("container", ["", "Box", "a/b", "..", "a--b"])
def test_only_a_containers_name_is_signed(container: str) -> None:
    with pytest.raises(InvalidRequest, match="not a container's name"):
        KeySigner("a", KEY, https_only=False).container_sas(container, "rl", HOUR)


def delegation_key() -> Reply:
    fields = {
        "SignedOid": "oid-of-the-identity",
        "SignedTid": "tenant",
        "SignedStart": "2026-11-23T11:55:00Z",
        "SignedExpiry": "2026-11-25T12:00:00Z",
        "SignedService": "b",
        "SignedVersion": "2024-08-04",
        "Value": KEY,
    }
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    body = f'<?xml version="1.0"?><UserDelegationKey>{inner}</UserDelegationKey>'
    return Reply(200, body.encode(), {"Content-Type": "application/xml"})


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An authority of our own: an identity's token is sent over TLS only."""
    certificates = make_certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.authority))
    return certificates


def test_an_identity_signs_by_a_delegation_key_that_is_kept(trusted: Any) -> None:
    clock = Clock()
    with StubStore(delegation_key(), certificates=trusted) as store:
        account = AzureAccount.from_account(store.url, Identity())
        signer = DelegationSigner(account.service, "account", clock)
        sas = [signer.container_sas(box, "rl", HOUR) for box in ("one", "two", "three")]
        sas.append(signer.blob_sas("one", "a/b.csv", HOUR))
        account.close()

        assert 1 == len(store.requests)
    fields = parse_qs(sas[0])
    assert ["oid-of-the-identity"] == fields["skoid"]
    assert ["https"] == fields["spr"]
    assert ["oid-of-the-identity"] == parse_qs(sas[-1])["skoid"]
    assert 4 == len(set(sas))


def test_a_delegation_key_is_renewed_before_a_sas_would_outlive_it(trusted: Any) -> None:
    clock = Clock()
    with StubStore(delegation_key(), certificates=trusted) as store:
        account = AzureAccount.from_account(store.url, Identity())
        signer = DelegationSigner(account.service, "account", clock)
        signer.container_sas("box", "rl", HOUR)
        clock.time += KEY_LIFETIME - HOUR
        signer.container_sas("box", "rl", HOUR)
        asked_by_then = len(store.requests)
        clock.time += timedelta(seconds=1)
        signer.container_sas("box", "rl", HOUR)
        account.close()

        assert (1, 2) == (asked_by_then, len(store.requests))
    assert KEY_LIFETIME <= timedelta(days=7)


def test_an_identity_without_the_role_is_told_which_one(trusted: Any) -> None:
    refused_key = refusal(403, "AuthorizationPermissionMismatch")
    with StubStore(refused_key, certificates=trusted) as store:
        account = AzureAccount.from_account(store.url, Identity())
        signer: Signer = signer_of(account)
        with pytest.raises(ServiceUnavailable, match="Storage Blob Delegator"):
            signer.container_sas("box", "rl", HOUR)
        account.close()


def test_an_account_reached_by_a_sas_does_not_hand_it_out() -> None:
    text = "BlobEndpoint=https://127.0.0.1:1/acc;SharedAccessSignature=sv=2024-01-01&sig=secret"
    account = AzureAccount.from_connection_string(text)

    assert "https://127.0.0.1:1/acc" == account.url
    account.close()
