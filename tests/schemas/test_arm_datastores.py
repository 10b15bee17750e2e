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


def test_no_secret_of_a_body_for_the_own_account_is_kept() -> None:
    requested = read_datastore("store", a_body(), ACCOUNT)
    datastore = requested.datastore

    kept = json.dumps(datastore.to_wire()) + json.dumps(
        write_datastore(datastore, ACCOUNT, is_default=False)
    )

    assert "the-secret-key" not in f"{kept} {requested!r}"
    assert not requested.secret
    assert ("store", "mine") == (datastore.name, datastore.container)


def test_what_is_written_can_be_put_again() -> None:
    body = a_body(description="d", tags={"a": "b"}, properties={"p": "q"})
    requested = read_datastore("store", body, ACCOUNT)

    written = write_datastore(requested.datastore, ACCOUNT, is_default=False)

    assert requested == read_datastore("store", {"properties": written}, ACCOUNT)
    assert {"credentialsType": "Sas"} == written["credentials"]


SECRETS: list[tuple[str, str, dict[str, str]]] = [
    ("AccountKey", "key", {}),
    ("Sas", "sasToken", {}),
    ("ServicePrincipal", "clientSecret", {"tenantId": "t", "clientId": "c"}),
]


@pytest.mark.parametrize(("kind", "field", "more"), SECRETS)
def test_the_secret_of_another_account_is_read_and_never_written(
    kind: str, field: str, more: dict[str, str]
) -> None:
    secrets = {"secretsType": kind, field: "hush"}
    credentials = {"credentialsType": kind, **more, "secrets": secrets}
    requested = read_datastore("s", a_body(accountName="far", credentials=credentials), ACCOUNT)

    written = write_datastore(requested.datastore, ACCOUNT, is_default=False)

    assert "hush" == requested.secret
    assert "hush" not in f"{written} {requested!r} {requested.datastore.to_wire()}"
    assert {"credentialsType": kind, **more} == written["credentials"]
    again = read_datastore("s", {"properties": written}, ACCOUNT)
    assert ("", requested.datastore) == (again.secret, again.datastore)


@pytest.mark.parametrize(
    ("properties", "url"),
    [
        ({"accountName": "far"}, "https://far.blob.core.windows.net"),
        (
            {"accountName": "far", "endpoint": "core.usgovcloudapi.net"},
            "https://far.blob.core.usgovcloudapi.net",
        ),
        ({"accountName": "far", "protocol": "wasbs"}, "https://far.blob.core.windows.net"),
        ({"accountName": "127.0.0.1:10010/far#", "protocol": "http"}, "http://127.0.0.1:10010/far"),
        ({"accountName": "far.blob.storage.azure.net"}, "https://far.blob.storage.azure.net"),
    ],
)
def test_the_address_of_another_account(properties: dict[str, str], url: str) -> None:
    given = {"credentials": {"credentialsType": "None"}, **properties}

    other = read_datastore("s", a_body(**given), ACCOUNT).datastore.other

    assert other is not None
    assert url == other.url


@pytest.mark.parametrize(
    ("name", "properties", "words"),
    [
        ("store", {"accountName": "me:pw@far"}, ["'far'", "no account's name"]),
        ("store", {"accountName": "far?sig=the-secret-key"}, ["'far'", "no account's name"]),
        (
            "store",
            {"accountName": "far", "credentials": {"credentialsType": "Certificate"}},
            ["Certificate", "AccountKey"],
        ),
        (
            "store",
            {
                "accountName": "far",
                "credentials": {
                    "credentialsType": "AccountKey",
                    "secrets": {"key": "AccountName=far;AccountKey=the-secret-key"},
                },
            },
            ["semicolon"],
        ),
        ("store", {"accountName": None}, ["accountName", "missing"]),
        ("store", {"containerName": ""}, ["containerName", "missing"]),
        ("store", {"datastoreType": "AzureFile"}, ["AzureFile", "AzureBlob"]),
        ("store", {"datastoreType": "azuredatalakegen2"}, ["filesystem", "missing"]),
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
