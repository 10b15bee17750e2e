"""Datastores in ARM JSON, to and from the domain; a SAS request and its answer.

Secrets in a body are neither kept nor looked at: a client gets a SAS from `listSecrets` instead.
"""

from shared.domain.datastore import Datastore, StorageAccount
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.domain.names import datastore_name
from shared.schemas.arm_envelope import closed, opened, read_description, read_tags
from shared.schemas.fields import Fields

TYPE = "AzureBlob"
OTHER_TYPES = ("AzureFile", "AzureDataLakeGen1", "AzureDataLakeGen2", "Hdfs", "OneLake")
CREDENTIALS = ("AccountKey", "Sas", "None", "ServicePrincipal", "Certificate")
LONGEST_SAS_H = 24


def read_datastore(name: str, body: JSON, account: StorageAccount) -> Datastore:
    """Raises InvalidRequest, for another account's container too."""
    envelope, properties = opened(body)
    _check_type(properties)
    _check_account(properties, account)
    _check_credentials(properties)
    datastore = Datastore(
        name=datastore_name(name),
        container=properties.required("containerName", "my-container"),
        description=read_description(properties),
        tags=read_tags(properties) | read_tags(envelope),
        properties=read_tags(properties, "properties"),
    )
    properties.ignore("isDefault", "protocol", "serviceDataAccessAuthIdentity")
    properties.ignore("subscriptionId", "resourceGroup")
    closed(envelope, properties)
    return datastore


def _check_type(properties: Fields) -> None:
    kind = properties.required("datastoreType", TYPE)
    if kind.lower() != TYPE.lower():
        known = {name.lower(): name for name in OTHER_TYPES}
        raise InvalidRequest(
            f"The datastore type '{known.get(kind.lower(), kind[:100])}' is not supported.",
            fix=f"Use {TYPE}: inputs and outputs lie in blob containers.",
            target=properties.path("datastoreType"),
        )


def _check_account(properties: Fields, account: StorageAccount) -> None:
    name, endpoint = properties.required("accountName", account.name), properties.text("endpoint")
    if not account.is_called(name, endpoint):
        shown = name.rpartition("@")[2].partition("?")[0][:200]
        elsewhere = f"{shown}.blob.{endpoint[:200]}" if endpoint else shown
        raise InvalidRequest(
            f"The storage account '{elsewhere}' is not the service's own.",
            fix=f"This version reads one storage account, '{account.name}': name a container of "
            "it, and copy the data there.",
            target=properties.path("accountName"),
        )


def _check_credentials(properties: Fields) -> None:
    credentials = properties.object("credentials")
    credentials.choice("credentialsType", {name: name for name in CREDENTIALS})
    list(credentials.entries())  # whatever else is there is not ours to see


def write_datastore(datastore: Datastore, account: StorageAccount, *, is_default: bool) -> JSON:
    """The `properties` of a GET."""
    return {
        "datastoreType": TYPE,
        "accountName": account.name,
        "containerName": datastore.container,
        "endpoint": account.endpoint,
        "protocol": account.protocol,
        # Whatever was given: a client asks for secrets when it reads this, and gets a SAS.
        "credentials": {"credentialsType": "Sas"},
        "isDefault": is_default,
        "serviceDataAccessAuthIdentity": "None",
        "description": datastore.description,
        "tags": datastore.tags,
        "properties": datastore.properties,
    }


def read_sas_hours(body: JSON) -> int:
    """How many hours a SAS shall live; raises InvalidRequest."""
    given = Fields.of(body)
    given.ignore("expirableSecret")
    hours = given.whole("expireAfterHours")
    given.refuse_others()
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
    given = Fields.of(body)
    given.choice("pendingUploadType", {"TemporaryBlobReference": "x", "None": "x"})
    given.ignore("pendingUploadId", "connectionName")
    given.refuse_others()


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
