"""Datastores: containers under the names that references use, in whatever storage account.

Those of the service's own account need no credentials. One elsewhere is reached by an account key,
a SAS, a service principal, or, without any, by the service's own identity. Buckets of other clouds
have keys of their own; without any they are public, and they are read only.
"""

import re
from enum import StrEnum
from urllib.parse import urlsplit

from pydantic import Field

from shared.domain import place
from shared.domain.errors import InvalidRequest
from shared.domain.message import NO_TAGS, Message, Tags

DEFAULT_STORE, ARTIFACT_STORE = "workspaceblobstore", "workspaceartifactstore"
"""The names that the official client takes for given: uploads go to the first."""
ARTIFACT_CONTAINER = "azureml"
ENDPOINT_SUFFIX = "core.windows.net"

# What the service, the Functions host and its Durable extension keep in the same account.
_INTERNAL = re.compile(
    r"batch-.*|azure-webjobs-.*|app-package-.*|scm-releases|\$.*|.*-(leases|largemessages|applease)"
)


class StoreKind(StrEnum):
    """What holds the files: an account's blobs, in Azure's words, or a bucket of another cloud."""

    BLOB = "AzureBlob"
    DATA_LAKE = "AzureDataLakeGen2"
    AMAZON_S3 = "AmazonS3"
    GOOGLE_STORAGE = "GoogleCloudStorage"

    @property
    def is_bucket(self) -> bool:
        """Whether it is another cloud's, from which inputs are read."""
        return self in SCHEMES


SCHEMES = {StoreKind.AMAZON_S3: "s3", StoreKind.GOOGLE_STORAGE: "gs"}
"""What references to buckets begin with."""


class CredentialsType(StrEnum):
    """By what an account is reached, in Azure's words; the last two open buckets."""

    NONE = "None"
    ACCOUNT_KEY = "AccountKey"
    SAS = "Sas"
    SERVICE_PRINCIPAL = "ServicePrincipal"
    ACCESS_KEY = "AccessKey"
    SERVICE_ACCOUNT_KEY = "ServiceAccountKey"


class OtherAccount(Message):
    """A storage account that is not the service's own, and how it is reached.

    `url` is what its blob URLs begin with. `sealed` is the secret, sealed: it is opened for a
    client of that account only. `tenant` and `client` are a service principal's, and no secrets.
    Of a bucket, `client` is the access key's id, and `url` what the URLs of its cloud begin with.
    """

    url: str
    account_name: str
    endpoint: str = ""
    protocol: str = "https"
    credentials: CredentialsType = CredentialsType.NONE
    sealed: str = Field(default="", repr=False)
    tenant: str = ""
    client: str = ""
    region: str = Field(default="", exclude_if=lambda region: not region)

    def replacing(self, old: "OtherAccount | None") -> "OtherAccount":
        is_same = old is not None and (old.url, old.way) == (self.url, self.way)
        if old is None or not is_same or self.sealed:
            return self
        return self.model_copy(update={"sealed": old.sealed})

    @property
    def way(self) -> tuple[str, str, str]:
        """How it is reached, without the secret."""
        return self.credentials, self.tenant, self.client

    @property
    def needs_secret(self) -> bool:
        return self.credentials is not CredentialsType.NONE and not self.sealed


class Datastore(Message):
    """A container with a name; `other` is its account, unless that is the service's own."""

    name: str
    container: str
    kind: StoreKind = StoreKind.BLOB
    other: OtherAccount | None = None
    description: str = ""
    tags: Tags = NO_TAGS
    properties: Tags = NO_TAGS

    @property
    def place(self) -> str:
        """The container, as locations have it."""
        return place.of_datastore(self.name, self.container) if self.other else self.container

    def replacing(self, old: "Datastore") -> "Datastore":
        """Stand in for an old one, under its name as it was spelled first.

        A secret that was not sent again is the old one's, for the very account it was given for.
        """
        return self.model_copy(
            update={"name": old.name, "other": self.other and self.other.replacing(old.other)}
        )


class StorageAccount(Message):
    """The one storage account: `url` is what its blob URLs begin with.

    In Azure the account's name is in the host; an emulator has it as the path's first segment.
    """

    url: str

    @property
    def protocol(self) -> str:
        return urlsplit(self.url).scheme

    @property
    def name(self) -> str:
        """The `accountName` of a datastore.

        The official client makes `https://{accountName}.blob.core.windows.net` of it, always. Where
        the account is elsewhere, a `#` at the name's end makes the rest of that a mere fragment.
        """
        host, suffix = self._host
        return host if suffix else f"{self._address}#"

    @property
    def endpoint(self) -> str:
        return self._host[1] or ENDPOINT_SUFFIX

    def is_called(self, name: str, endpoint: str) -> bool:
        """Whether a client that says so means this account, in any of its spellings."""
        host, suffix = self._host
        address = name.rstrip("#?/").lower()
        if not suffix:
            path = urlsplit(self.url).path.strip("/").lower()
            return address in {self._address, *filter(None, [path])}
        if address == self._address:
            return True
        return address == host and endpoint.lower() in {"", suffix}

    @property
    def _address(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.netloc}{parts.path.rstrip('/')}".lower()

    @property
    def _host(self) -> tuple[str, str]:
        """The account's name and its endpoint suffix; no suffix when the URL is not Azure's."""
        host, _, suffix = self._address.partition(".blob.")
        return (host, suffix) if "/" not in suffix else (self._address, "")


def is_internal(container: str) -> bool:
    """Whether it is the service's own: no reference and no SAS may lead there."""
    return _INTERNAL.fullmatch(container.lower()) is not None


def check_open(container: str, *, target: str) -> str:
    """The container, unless it is internal: then raises InvalidRequest."""
    if is_internal(container):
        raise InvalidRequest(
            f"The container '{container}' is the service's own.",
            fix="Use another container, such as the default datastore's.",
            target=target,
        )
    return container
