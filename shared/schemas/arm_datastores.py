"""Datastores in ARM JSON, to and from the domain; a SAS request and its answer.

Of the service's own account, secrets in a body are neither kept nor looked at: a client gets a SAS
from `listSecrets` instead.
"""

from dataclasses import dataclass

from shared.domain.datastore import Datastore, StorageAccount, StoreKind
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.domain.names import datastore_name
from shared.schemas.arm_buckets import read_bucket, read_bucket_name, write_bucket
from shared.schemas.arm_credentials import (
    OTHER_TYPES,
    TYPES,
    Requested,
    read_other_account,
    write_credentials,
)
from shared.schemas.arm_envelope import closed, opened, read_description, read_tags
from shared.schemas.fields import Fields

KINDS = {str(kind): kind for kind in StoreKind}
OTHER_KINDS = ("AzureFile", "AzureDataLakeGen1", "Hdfs", "OneLake")
CONTAINER_OF = {StoreKind.BLOB: "containerName", StoreKind.DATA_LAKE: "filesystem"}
LONGEST_SAS_H = 24


@dataclass(frozen=True)
class RequestedDatastore:
    """A datastore as it was asked for; `secret` opens its account, and is nowhere printed."""

    datastore: Datastore
    secret: str = ""

    def __repr__(self) -> str:
        return f"RequestedDatastore({self.datastore!r})"


def read_datastore(name: str, body: JSON, account: StorageAccount) -> RequestedDatastore:
    """Raises InvalidRequest."""
    envelope, properties = opened(body)
    kind = _read_kind(properties)
    container, requested = _read_place(kind, properties, account)
    datastore = Datastore(
        name=datastore_name(name),
        kind=kind,
        container=container,
        other=requested.account if requested else None,
        description=read_description(properties),
        tags=read_tags(properties) | read_tags(envelope),
        properties=read_tags(properties, "properties"),
    )
    properties.ignore("isDefault", "protocol", "serviceDataAccessAuthIdentity")
    properties.ignore("subscriptionId", "resourceGroup")
    closed(envelope, properties)
    return RequestedDatastore(datastore, requested.secret if requested else "")


def _read_kind(properties: Fields) -> StoreKind:
    named = properties.required("datastoreType", StoreKind.BLOB)
    found = {name.lower(): kind for name, kind in KINDS.items()}.get(named.lower())
    if found is None:
        known = {name.lower(): name for name in OTHER_KINDS}
        raise InvalidRequest(
            f"The datastore type '{known.get(named.lower(), named[:100])}' is not supported.",
            fix=f"Use one of: {', '.join(KINDS)}.",
            target=properties.path("datastoreType"),
        )
    return found


def _read_place(
    kind: StoreKind, properties: Fields, account: StorageAccount
) -> tuple[str, Requested | None]:
    """The container or the bucket, and where that is if it is elsewhere."""
    if kind.is_bucket:
        return read_bucket_name(properties), read_bucket(kind, properties)
    requested = _read_account(properties, account)
    return properties.required(CONTAINER_OF[kind], "my-container"), requested


def _read_account(properties: Fields, account: StorageAccount) -> Requested | None:
    """None for the service's own account."""
    name, endpoint = properties.required("accountName", account.name), properties.text("endpoint")
    if not account.is_called(name, endpoint):
        return read_other_account(properties)
    credentials = properties.object("credentials")
    credentials.choice("credentialsType", {**{name: name for name in TYPES}, **OTHER_TYPES})
    list(credentials.entries())  # whatever else is there is not ours to see
    return None


def write_datastore(datastore: Datastore, account: StorageAccount, *, is_default: bool) -> JSON:
    """The `properties` of a GET."""
    other = datastore.other
    is_bucket = other is not None and datastore.kind.is_bucket
    return {
        "datastoreType": str(datastore.kind),
        **(write_bucket(datastore, other) if other and is_bucket else _account(datastore, account)),
        "isDefault": is_default,
        "serviceDataAccessAuthIdentity": "None",
        "description": datastore.description,
        "tags": datastore.tags,
        "properties": datastore.properties,
    }


def _account(datastore: Datastore, account: StorageAccount) -> JSON:
    other = datastore.other
    return {
        "accountName": other.account_name if other else account.name,
        CONTAINER_OF[datastore.kind]: datastore.container,
        "endpoint": (other.endpoint if other else "") or account.endpoint,
        "protocol": other.protocol if other else account.protocol,
        # In the own account, whatever was given: a client asks for secrets when it reads this, and
        # gets a SAS.
        "credentials": write_credentials(other) if other else {"credentialsType": "Sas"},
    }


def read_sas_hours(body: JSON) -> int:
    """How many hours a SAS shall live; raises InvalidRequest."""
    inner = Fields.of(body)
    inner.ignore("expirableSecret")
    hours = inner.integer("expireAfterHours")
    inner.refuse_others()
    if hours is not None and not 1 <= hours <= LONGEST_SAS_H:
        raise InvalidRequest(
            f"'expireAfterHours' is {hours}.",
            fix=f"Use 1 to {LONGEST_SAS_H} hours, or leave it out for 1.",
            target="expireAfterHours",
        )
    return hours or 1


def write_sas(sas: str) -> JSON:
    return {"secretsType": "Sas", "sasToken": sas}


def read_pending_upload(body: JSON) -> None:
    """Raises InvalidRequest for an upload that is not through a temporary SAS."""
    inner = Fields.of(body)
    inner.choice("pendingUploadType", {"TemporaryBlobReference": "x", "None": "x"})
    inner.ignore("pendingUploadId", "connectionName")
    inner.refuse_others()


def write_pending_upload(upload: str, url: str, sas: str) -> JSON:
    """Where to upload, and the SAS that allows it; `upload` is the upload's id."""
    return {
        "pendingUploadId": upload,
        "pendingUploadType": "TemporaryBlobReference",
        "blobReferenceForConsumption": {
            "blobUri": url,
            "storageAccountArmId": None,
            "credential": {"credentialType": "SAS", "sasUri": f"{url}?{sas}"},
        },
    }
