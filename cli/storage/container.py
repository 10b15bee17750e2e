"""One container of the service's storage account, reached by a signature of the service's."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from cli.answers import JSON
from cli.connection.service import Service
from cli.connection.transport import authorities
from cli.errors import UsageError
from cli.storage.client_options import RETRIES, limits

if TYPE_CHECKING:  # obstore has these for type checkers only
    from obstore.store import AzureConfig, AzureCredential, AzureStore

DEFAULT_DATASTORE = "workspaceblobstore"
SIGNATURE_H = 8
"""A longer upload asks for another one."""

EARLY, UNKNOWN = timedelta(minutes=5), timedelta(minutes=30)

type Sign = Callable[[], str]
"""A new signature: a secret, handed to the storage client and nowhere else."""


@dataclass(frozen=True)
class Container:
    """`url` is without a signature; `store` is obstore's client of it."""

    name: str
    url: str
    store: "AzureStore"


def open_datastore(service: Service, name: str = DEFAULT_DATASTORE) -> Container:
    """Raises ResourceNotFound, and UsageError for a bucket."""
    datastore = service.get(f"datastores/{name}")
    if not is_in_azure(datastore):
        raise UsageError(
            f"Datastore '{name}' is a bucket of another cloud.",
            fix="Its files are reached by that cloud's own program; jobs read them from there.",
        )
    properties = datastore["properties"]
    url = f"{account_url(properties)}/{container_of(properties)}"
    return connect(url, partial(_sign, service, name), service.ca_bundle)


def open_new(service: Service, folder: str) -> Container:
    """A fresh container for the files of one asset; `folder` is its kind in ARM's paths."""
    path = f"{folder}/{uuid.uuid4()}/versions/1/startPendingUpload"
    answer = service.post(path, {"pendingUploadType": "TemporaryBlobReference"})
    reference = answer["blobReferenceForConsumption"]
    signature = reference["credential"]["sasUri"].partition("?")[2]
    return connect(reference["blobUri"], lambda: signature, service.ca_bundle)


def is_in_azure(datastore: JSON) -> bool:
    """Whether it is in a storage account; else it is a bucket of another cloud."""
    return "accountName" in datastore["properties"]


def account_url(properties: JSON) -> str:
    """Where a datastore's account is: in Azure its name is in the host, an emulator's is the host.

    The service ends the latter with `#`, which makes the official client's suffix a fragment.
    """
    protocol = "http" if properties["protocol"] == "http" else "https"
    account = properties["accountName"]
    if account.endswith(("#", "?")) or "/" in account:
        return f"{protocol}://{account.rstrip('#?')}"
    return f"{protocol}://{account}.blob.{properties['endpoint']}"


def container_of(properties: JSON) -> str:
    """The name of a datastore's container; that of a Data Lake is called a file system."""
    return str(properties.get("containerName") or properties["filesystem"])


def _sign(service: Service, datastore: str) -> str:
    body = {"expirableSecret": True, "expireAfterHours": SIGNATURE_H}
    return str(service.post(f"datastores/{datastore}/listSecrets", body)["sasToken"])


def connect(url: str, sign: Sign, ca_bundle: str) -> Container:
    """The container at this URL; a signature that runs out is followed by another one."""
    from obstore.store import AzureStore  # noqa: PLC0415  # only what moves bytes waits for it

    first = [sign()]  # here, where a refusal is an error in words
    account, _, name = url.rpartition("/")

    def provide() -> "AzureCredential":
        signature = first.pop() if first else sign()
        return {"sas_token": signature.lstrip("?"), "expires_at": _expiry(signature)}

    store = AzureStore(
        name,
        config=_config(account),
        client_options=limits(authorities(ca_bundle)),
        retry_config=RETRIES,
        credential_provider=provide,
    )
    return Container(name, url, store)


def _config(account: str) -> "AzureConfig":
    """Said in full: obstore fills what is left out from AZURE_... variables of the environment."""
    parts = urlsplit(account)
    return {
        "account_name": parts.path.strip("/") or parts.netloc.partition(".")[0],
        "endpoint": account,
        "use_emulator": False,
        "skip_signature": False,
        "use_fabric_endpoint": False,
    }


def _expiry(signature: str) -> datetime:
    """When another signature is due: before this one ends, as requests take their time."""
    ends = parse_qs(signature.lstrip("?")).get("se", [""])[0]
    try:
        return datetime.fromisoformat(ends).astimezone(UTC) - EARLY
    except ValueError:  # it does not say
        return datetime.now(UTC) + UNKNOWN
