import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken

from shared.adapters.azure_account import SCOPE, AzureAccount
from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.azure_bytes import Opened, cut
from shared.domain.errors import ServiceUnavailable
from shared.ports import BlobProperties
from tests.adapters.stub_store import CREATED, DROPPED, Reply, StubStore
from tests.support.certificates import make_certificates


class Identity:
    """A managed identity whose tokens live for an hour."""

    def __init__(self) -> None:
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes.extend(scopes)
        return AccessToken("token-of-the-identity", int(time.time()) + 3600)


def test_an_identity_is_asked_once_by_each_client_and_its_token_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over TLS with an authority of our own: no client sends a token in the clear."""
    certificates = make_certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.authority))
    identity = Identity()
    with StubStore(CREATED, certificates=certificates) as store:
        blobs = AzureBlobs.from_account(store.url, identity)
        for index in range(3):
            blobs.write("container", f"doc-{index}", b"")
            blobs.write("container", f"doc//{index}", b"")
        blobs.close()

        assert ["Bearer token-of-the-identity"] * 6 == store.authorizations
    assert [SCOPE] * 2 == identity.scopes


def test_an_identity_is_refused_a_store_that_does_not_encrypt() -> None:
    with pytest.raises(ValueError, match="HTTPS"):
        AzureBlobs.from_account("http://127.0.0.1:1/account", Identity())


def test_a_shared_access_signature_is_sent_with_every_request() -> None:
    with StubStore(CREATED) as store:
        text = f"BlobEndpoint={store.url};SharedAccessSignature=?sv=2024-01-01&sig=a%2Bb%3D"
        blobs = AzureBlobs.from_connection_string(text)
        blobs.write("container", "doc", b"")
        blobs.write("container", "d//oc", b"")
        blobs.close()

        assert all("sig=a%2Bb%3D" in request for request in store.requests)
        assert ["", ""] == store.authorizations


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AZURE_STORAGE_TOKEN", "a stranger's"),
        ("AZURE_STORAGE_SAS_KEY", "sig=a"),
        ("AZURE_SKIP_SIGNATURE", "true"),
        ("AZURE_STORAGE_USE_EMULATOR", "true"),
        ("AZURE_USE_FABRIC_ENDPOINT", "true"),
        ("AZURE_STORAGE_ACCOUNT_NAME", "stranger"),
    ],
)
def test_the_environment_does_not_change_the_account_or_its_key(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with StubStore(CREATED) as store:
        blobs = AzureBlobs.from_connection_string(store.connection_string)
        blobs.write("container", "doc", b"", if_absent=True)
        blobs.close()

        assert store.authorizations[0].startswith("SharedKey account:")
        assert ["PUT /account/container/doc"] == store.requests


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("UseDevelopmentStorage=true", "http://127.0.0.1:10000/devstoreaccount1"),
        (
            "AccountName=acc;AccountKey=a2V5;EndpointSuffix=core.chinacloudapi.cn",
            "https://acc.blob.core.chinacloudapi.cn",
        ),
        ("AccountName=a;AccountKey=a2V5;BlobEndpoint=https://own.host/x", "https://own.host/x"),
        ("AccountName=acc;AccountKey=a2V5", "https://acc.blob.core.windows.net"),
    ],
)
def test_both_clients_reach_the_account_that_the_connection_string_names(
    text: str, expected: str
) -> None:
    account = AzureAccount.from_connection_string(text)

    assert expected == account.service.url.rstrip("/")
    assert account.store("container")
    account.close()


@pytest.mark.parametrize("text", ["", "nonsense", "AccountKey=a2V5", "a=b;;c"])
def test_a_malformed_connection_string_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"[Cc]onnection string"):
        AzureBlobs.from_connection_string(text)


def test_a_client_is_made_once_for_all_threads() -> None:
    account = AzureAccount.from_connection_string("UseDevelopmentStorage=true")
    with ThreadPoolExecutor(8) as threads:
        stores = list(threads.map(account.store, ["container"] * 64))

    assert 1 == len({id(store) for store in stores})
    account.close()


def test_closing_an_account_warns_of_no_connection_left_open() -> None:
    with StubStore(CREATED) as store, warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        blobs = AzureBlobs.from_connection_string(store.connection_string)
        blobs.write("container", "d//oc", b"")
        blobs.close()


@pytest.mark.parametrize("name", ["large.csv", "large//.csv"])
def test_a_download_that_breaks_off_leaves_no_file(name: str, tmp_path: Path) -> None:
    headers = {
        "ETag": '"0x1"',
        "Last-Modified": "Sun, 22 Nov 2026 21:00:00 GMT",
        "Content-Range": "bytes 0-7/8",
    }
    half = Reply(206 if "//" in name else 200, b"half", headers, missing=4)
    with StubStore(half, DROPPED) as store:
        blobs = AzureBlobs.from_connection_string(store.connection_string)
        with pytest.raises(ServiceUnavailable, match="did not serve"):
            blobs.download("container", name, tmp_path / "large.csv")
        blobs.close()

    assert [] == list(tmp_path.iterdir())


def _nobody_asks() -> BlobProperties:
    raise AssertionError("Bytes are read without a look at the properties.")


@pytest.mark.parametrize("pieces", [[], [b"half"], [b"half", b"half", b"more"]])
def test_pieces_that_are_not_the_whole_blob_are_never_taken_for_it(pieces: list[bytes]) -> None:
    """Whatever a client believes that the end of an answer means."""
    opened = Opened(8, iter(pieces), _nobody_asks)

    with pytest.raises(ServiceUnavailable, match=r"-?\d bytes are missing"):
        list(cut("container", "name", opened, 4))


def test_pieces_that_are_the_whole_blob_are_cut_to_size() -> None:
    opened = Opened(8, iter([b"half", b"more"]), _nobody_asks)

    assert [b"hal", b"f", b"mor", b"e"] == list(cut("container", "name", opened, 3))
