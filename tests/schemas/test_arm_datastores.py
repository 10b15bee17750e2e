"""Datastores in ARM JSON: what is kept, what is refused, and that no secret stays."""

import json
from typing import Any

import pytest

from shared.domain.datastore import StorageAccount
from shared.domain.errors import InvalidRequest
from shared.schemas.arm_datastores import (
    read_datastore,
    read_pending_upload,
    read_sas_hours,
    write_datastore,
)

ACCOUNT = StorageAccount(url="https://127.0.0.1:10000/devstoreaccount1")


def a_body(**properties: Any) -> Any:
    given = {
        "datastoreType": "AzureBlob",
        "accountName": "devstoreaccount1",
        "containerName": "mine",
        "endpoint": "core.windows.net",
        "protocol": "https",
        "credentials": {
            "credentialsType": "AccountKey",
            "secrets": {"secretsType": "AccountKey", "key": "the-secret-key"},
        },
    }
    return {"properties": given | properties}


def test_no_secret_of_a_body_is_kept() -> None:
    datastore = read_datastore("store", a_body(), ACCOUNT)

    kept = json.dumps(datastore.to_wire()) + json.dumps(
        write_datastore(datastore, ACCOUNT, is_default=False)
    )

    assert "the-secret-key" not in kept
    assert ("store", "mine") == (datastore.name, datastore.container)


def test_what_is_written_can_be_put_again() -> None:
    body = a_body(description="d", tags={"a": "b"}, properties={"p": "q"})
    datastore = read_datastore("store", body, ACCOUNT)

    written = write_datastore(datastore, ACCOUNT, is_default=False)

    assert datastore == read_datastore("store", {"properties": written}, ACCOUNT)
    assert {"credentialsType": "Sas"} == written["credentials"]


@pytest.mark.parametrize(
    ("name", "properties", "words"),
    [
        ("store", {"accountName": "elsewhere"}, ["elsewhere.blob.core.windows.net", "one storage"]),
        ("store", {"accountName": None}, ["accountName", "missing"]),
        ("store", {"containerName": ""}, ["containerName", "missing"]),
        ("store", {"datastoreType": "AzureFile"}, ["AzureFile", "AzureBlob"]),
        ("store", {"datastoreType": "azuredatalakegen2"}, ["AzureDataLakeGen2"]),
        ("store", {"datastoreType": None}, ["datastoreType", "missing"]),
        ("store", {"credentials": {"credentialsType": "Magic"}}, ["credentialsType"]),
        ("store", {"credentials": "x"}, ["properties.credentials"]),
        ("store", {"contanerName": "x"}, ["contanerName", "Did you mean"]),
        ("a b", {}, ["'a b'", "letters, digits"]),
    ],
)
def test_a_wrong_datastore_is_refused_in_words(
    name: str, properties: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_datastore(name, a_body(**properties), ACCOUNT)

    for word in words:
        assert word in str(refusal.value)
    assert "the-secret-key" not in str(refusal.value)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, 1),
        ({"expirableSecret": True, "expireAfterHours": 24}, 24),
        ({"expireAfterHours": "2"}, 2),
        ({"expireAfterHours": None}, 1),
    ],
)
def test_the_hours_of_a_sas(body: Any, expected: int) -> None:
    assert expected == read_sas_hours(body)


@pytest.mark.parametrize("hours", [0, -1, 25, 10**9, "soon", 1.5, True])
def test_a_sas_is_neither_endless_nor_over(hours: Any) -> None:
    with pytest.raises(InvalidRequest, match="expireAfterHours"):
        read_sas_hours({"expireAfterHours": hours})


def test_an_upload_is_through_a_temporary_sas_only() -> None:
    read_pending_upload({"pendingUploadType": "TemporaryBlobReference"})
    with pytest.raises(InvalidRequest, match="pendingUploadType"):
        read_pending_upload({"pendingUploadType": "Courier"})
