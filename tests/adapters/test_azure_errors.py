import base64
import hashlib
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from local.azurite import Azurite
from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.azure_copy import LARGEST
from shared.adapters.azure_errors import MEANING_OF_CODE, MEANING_OF_STATUS
from shared.domain.errors import (
    BatchError,
    BlocksMissing,
    Conflict,
    InvalidRequest,
    NotFound,
    PreconditionFailed,
    ServiceUnavailable,
    StoreRefuses,
)
from tests.adapters.stub_store import CREATED, DROPPED, KEY, Reply, StubStore, refusal

BY_OBSTORE = "doc.json"
BY_MICROSOFTS_CLIENT = "no//obstore/name.json"
BOTH_CLIENTS = pytest.mark.parametrize("name", [BY_OBSTORE, BY_MICROSOFTS_CLIENT])

EXPECTED_OF_CODE: dict[str, tuple[int, type[BatchError]]] = {
    "ContainerNotFound": (404, NotFound),
    "BlobNotFound": (404, NotFound),
    "ContainerAlreadyExists": (409, Conflict),
    "BlobAlreadyExists": (409, Conflict),
    "ConditionNotMet": (412, PreconditionFailed),
    "TargetConditionNotMet": (412, PreconditionFailed),
    "InvalidBlockList": (400, BlocksMissing),
    "ContainerBeingDeleted": (409, ServiceUnavailable),
    "ContainerDisabled": (403, ServiceUnavailable),
    "LeaseIdMissing": (412, Conflict),
    "PublicAccessNotPermitted": (409, StoreRefuses),
    "Md5Mismatch": (400, ServiceUnavailable),
    "OperationTimedOut": (500, ServiceUnavailable),
    "ServerBusy": (503, ServiceUnavailable),
}
EXPECTED_OF_STATUS: dict[int, type[BatchError]] = {
    400: InvalidRequest,
    401: StoreRefuses,
    403: StoreRefuses,
    404: NotFound,
    409: Conflict,
    412: PreconditionFailed,
    413: InvalidRequest,
}
RAISED_WITHOUT_AN_ANSWER = {
    "AzureSigningError",
    "ClientAuthenticationError",
    "CredentialUnavailableError",
}


@contextmanager
def account(*replies: Reply) -> Iterator[tuple[StubStore, AzureBlobs]]:
    with StubStore(*replies) as store:
        blobs = AzureBlobs.from_connection_string(store.connection_string)
        try:
            yield store, blobs
        finally:
            blobs.close()


def test_every_row_of_the_table_is_tested() -> None:
    assert set(MEANING_OF_CODE) == set(EXPECTED_OF_CODE) | RAISED_WITHOUT_AN_ANSWER
    assert set(MEANING_OF_STATUS) == set(EXPECTED_OF_STATUS)


@BOTH_CLIENTS
@pytest.mark.parametrize("code", EXPECTED_OF_CODE)
def test_a_code_of_the_store_has_one_meaning_in_both_clients(code: str, name: str) -> None:
    status, expected = EXPECTED_OF_CODE[code]
    with account(refusal(status, code)) as (_, blobs), pytest.raises(BatchError) as refused:
        blobs.write("container", name, b"", if_match="0x1")

    assert expected is type(refused.value)
    assert "'container'" in refused.value.problem
    assert refused.value.fix


@BOTH_CLIENTS
@pytest.mark.parametrize("status", EXPECTED_OF_STATUS)
def test_a_code_nobody_knows_is_understood_by_its_status(status: int, name: str) -> None:
    with account(refusal(status, "Novel")) as (_, blobs), pytest.raises(BatchError) as refused:
        blobs.write("container", name, b"", if_match="0x1")

    assert EXPECTED_OF_STATUS[status] is type(refused.value)
    assert name in refused.value.problem


@BOTH_CLIENTS
def test_a_failed_condition_of_a_creation_means_that_the_blob_exists(name: str) -> None:
    with account(refusal(412, "ConditionNotMet")) as (_, blobs):
        with pytest.raises(Conflict, match="already"):
            blobs.write("container", name, b"", if_absent=True)
        with pytest.raises(Conflict, match="already"):
            blobs.commit("container", name, [], if_absent=True)


@BOTH_CLIENTS
@pytest.mark.parametrize("lost", [DROPPED, refusal(500, "InternalError")])
def test_a_creation_whose_answer_is_lost_is_not_repeated_behind_the_callers_back(
    name: str, lost: Reply
) -> None:
    """A repeat would meet its own success, and call it a conflict."""
    with account(lost, refusal(409, "BlobAlreadyExists")) as (store, blobs):
        with pytest.raises(ServiceUnavailable):
            blobs.write("container", name, b"", if_absent=True)

        assert 1 == len(store.requests)


@pytest.mark.parametrize("lost", [DROPPED, refusal(500, "InternalError")])
def test_a_commit_whose_answer_is_lost_is_not_repeated_either(lost: Reply) -> None:
    with account(lost, refusal(409, "BlobAlreadyExists")) as (store, blobs):
        with pytest.raises(ServiceUnavailable):
            blobs.commit("container", "out", [], if_absent=True)

        assert 1 == len(store.requests)


def test_a_block_is_sent_with_its_digest() -> None:
    with account(CREATED) as (store, blobs):
        blobs.stage("container", "out", "b-1", b"rows")

        digest = hashlib.md5(b"rows", usedforsecurity=False).digest()
        assert [base64.b64encode(digest).decode()] == store.digests


def test_a_copy_that_is_refused_for_its_size_is_none_and_no_conflict() -> None:
    large = Reply(200, headers=CREATED.headers, missing=LARGEST + 1)
    with account(large, refusal(409, "CannotVerifyCopySource"), refusal(404, "BlobNotFound")) as (
        store,
        blobs,
    ):
        source, target = ("container", "part"), ("container", "out")

        assert not blobs.copy(source, target, if_match="0x1", metadata={})
        assert ["HEAD", "PUT", "HEAD"] == [request.split()[0] for request in store.requests]


@BOTH_CLIENTS
def test_a_hiccup_of_the_store_is_bridged(name: str) -> None:
    with account(refusal(503, "ServerBusy"), DROPPED, CREATED) as (store, blobs):
        assert "0x1" == blobs.write("container", name, b"data")
        assert 3 == len(store.requests)


def test_no_secret_is_in_an_error_nor_in_its_traceback() -> None:
    signature = "sig=TheSignatureOfTheTest"
    with StubStore(refusal(403, "AuthenticationFailed")) as store:
        text = f"BlobEndpoint={store.url};SharedAccessSignature=sv=2024-01-01&{signature};"
        for connection_string in (store.connection_string, text):
            for told in refusals_in_full(AzureBlobs.from_connection_string(connection_string)):
                assert KEY not in told
                assert "sig=" not in told
                assert "'container'" in told
        assert any(signature in request for request in store.requests)


def refusals_in_full(blobs: AzureBlobs) -> Iterator[str]:
    acts: list[Callable[[], object]] = [
        lambda: blobs.read("container", BY_OBSTORE),
        lambda: blobs.read("container", BY_MICROSOFTS_CLIENT),
        lambda: list(blobs.list_names("container")),
        lambda: blobs.ensure_container("container"),
    ]
    for act in acts:
        with pytest.raises(ServiceUnavailable, match="does not let this service") as refused:
            act()
        error = refused.value
        yield "".join([*traceback.format_exception(error), repr(error), error.fix])
    blobs.close()


class NoIdentity:
    """A managed identity that the platform does not give."""

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        raise ClientAuthenticationError("no identity here")


def test_a_store_without_a_token_is_unavailable_and_the_fix_names_the_role() -> None:
    blobs = AzureBlobs.from_account("https://127.0.0.1:1/account", NoIdentity())

    with pytest.raises(ServiceUnavailable, match="Storage Blob Data Contributor"):
        blobs.ensure_container("container")
    with pytest.raises(ServiceUnavailable):
        blobs.write("container", BY_OBSTORE, b"", if_absent=True)

    blobs.close()


@BOTH_CLIENTS
def test_a_key_that_is_no_key_is_a_setting_to_correct(name: str) -> None:
    text = "AccountName=account;AccountKey=a;BlobEndpoint=http://127.0.0.1:1/account"
    blobs = AzureBlobs.from_connection_string(text)

    with pytest.raises(ServiceUnavailable, match="Check the storage setting"):
        blobs.write("container", name, b"", if_absent=True)

    blobs.close()


def test_a_dead_store_is_unavailable_within_bounds_and_the_same_client_finds_it_again(
    tmp_path: Path,
) -> None:
    with Azurite(tmp_path / "store") as azurite:
        blobs = AzureBlobs.from_connection_string(azurite.connection_string)
        blobs.ensure_container("container")
        for name in (BY_OBSTORE, BY_MICROSOFTS_CLIENT):
            blobs.write("container", name, b"kept")

        azurite.kill()
        for name in (BY_OBSTORE, BY_MICROSOFTS_CLIENT):
            with pytest.raises(ServiceUnavailable, match="did not serve"):
                blobs.write("container", name, b"lost", if_absent=True)
        azurite.restart()

        assert b"kept" == blobs.read("container", BY_OBSTORE).data
        assert b"kept" == blobs.read("container", BY_MICROSOFTS_CLIENT).data
        blobs.close()
