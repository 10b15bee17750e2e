"""Clients of storage accounts that are not the service's own: of datastores, and of plain URLs."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from urllib.parse import urlsplit

from azure.core.credentials import TokenCredential

from shared.adapters.azure_account import AzureAccount
from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.azure_sas import signer_of
from shared.adapters.buckets.amazon_s3 import AccessKey, AmazonS3
from shared.adapters.buckets.bucket_api import BucketApi
from shared.adapters.buckets.bucket_files import PASSED, BucketFiles
from shared.adapters.buckets.google_storage import GoogleStorage, SelfSigned
from shared.adapters.web_gets import WebGets
from shared.domain import place
from shared.domain.datastore import CredentialsType, Datastore, StoreKind
from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.storage_hosts import StorageHosts
from shared.ports import Blobs, Signer

FRESH_S = 30.0
"""How long a datastore is taken for what it was: each file of a job would look it up else."""


@dataclass(frozen=True)
class Access:
    """How an account is reached; what is sealed stays so until its client is made."""

    url: str
    by: CredentialsType
    sealed: str = ""
    tenant: str = ""
    client: str = ""
    is_public: bool = False
    kind: StoreKind = StoreKind.BLOB
    region: str = ""


@dataclass(frozen=True)
class Client:
    """`account` is None for a bucket."""

    account: AzureAccount | None
    blobs: Blobs


@dataclass
class OtherAccounts:
    """Thread-safe.

    `find` is a datastore by its name, `signature` a kept signature, sealed, by its key. `unseal`
    opens a secret. `identity` is the service's own. `web` are the files of a web server, with the
    query that opens them; `gets` reads buckets. A URL of a storage account is read by the identity
    where `hosts` say so: else it is public, or came with a signature.
    """

    find: Callable[[str], Datastore]
    signature: Callable[[str], str]
    unseal: Callable[[str], str]
    identity: Callable[[], TokenCredential]
    hosts: StorageHosts
    web: Callable[[str], Blobs]
    gets: WebGets
    clock: Callable[[], float] = time.monotonic
    _clients: dict[Access, Client] = field(default_factory=dict[Access, Client])
    _known: dict[str, tuple[float, Access]] = field(default_factory=dict[str, tuple[float, Access]])
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, container: str) -> tuple[Blobs, str]:
        """The blobs of a place, and its container's name there.

        Raises NotFound for a datastore that is gone, and ServiceUnavailable for one whose
        credentials cannot be opened.
        """
        name, inside = place.datastore_of(container)
        if name:
            return self._client(self._access(name)).blobs, inside
        url, key = place.signature_of(container)
        if not self.hosts.is_storage(place.host_of(url)):
            return self.web(self.unseal(self.signature(key)) if key else ""), url
        access, inside = self._access_by_url(url, key)
        return self._client(access).blobs, inside

    def signer(self, container: str) -> tuple[Signer, str]:
        """Who signs for the container of a datastore, and its name there."""
        name, inside = place.datastore_of(container)
        access = self._access(name)
        account = self._client(access).account
        if account is None:
            raise InvalidRequest(
                f"The datastore '{name}' is a bucket of another cloud, which no SAS opens.",
                fix="Download by that cloud's own means.",
                target="datastore",
            )
        if access.by is CredentialsType.SAS:
            raise InvalidRequest(
                f"The datastore '{name}' is reached by a SAS, which can sign nothing.",
                fix="Download by other means, or give the datastore an account key or a role.",
                target="datastore",
            )
        return signer_of(account), inside

    def url(self, container: str) -> str:
        """What the URLs of a place's blobs begin with, without anything that opens them."""
        name, inside = place.datastore_of(container)
        return f"{self._access(name).url}/{inside}" if name else place.words(container)

    def _access(self, datastore: str) -> Access:
        now = self.clock()
        known = self._known.get(datastore)
        if known is None or now - known[0] > FRESH_S:
            known = self._known[datastore] = (now, _access_of(self.find(datastore)))
        return known[1]

    def _access_by_url(self, url: str, key: str) -> tuple[Access, str]:
        base, _, inside = url.rpartition("/")
        if key:
            return Access(base, CredentialsType.SAS, self.signature(key)), inside
        is_public = place.host_of(url) not in self.hosts.by_identity
        return Access(base, CredentialsType.NONE, is_public=is_public), inside

    def _client(self, access: Access) -> Client:
        """One for each way in: whoever changes a datastore's key gets another."""
        with self._lock:
            if access not in self._clients:
                self._clients[access] = self._made(access)
            return self._clients[access]

    def _made(self, access: Access) -> Client:
        if access.kind.is_bucket:
            secret = self.unseal(access.sealed) if access.sealed else ""
            return Client(
                None, BucketFiles(replace(self.gets, passed=PASSED), api=_api(access, secret))
            )
        account = self._connect(access)
        return Client(account, AzureBlobs(account))

    def _connect(self, access: Access) -> AzureAccount:
        match access.by:
            case CredentialsType.ACCOUNT_KEY:
                secret = f"AccountName={_name(access.url)};AccountKey={self.unseal(access.sealed)}"
            case CredentialsType.SAS:
                secret = f"SharedAccessSignature={self.unseal(access.sealed).lstrip('?')}"
            case CredentialsType.SERVICE_PRINCIPAL:
                return AzureAccount.from_account(access.url, self._principal(access))
            case CredentialsType.NONE if access.is_public:
                return AzureAccount.from_public(access.url)
            case CredentialsType.NONE:
                return AzureAccount.from_account(access.url, self.identity())
            case _:
                raise ValueError(access.by)
        return AzureAccount.from_connection_string(f"BlobEndpoint={access.url};{secret}")

    def _principal(self, access: Access) -> TokenCredential:
        from azure.identity import ClientSecretCredential  # noqa: PLC0415  # half a second to import

        return ClientSecretCredential(access.tenant, access.client, self.unseal(access.sealed))


def _access_of(datastore: Datastore) -> Access:
    other = datastore.other
    if other is None:
        raise NotFound(
            f"The datastore '{datastore.name}' is not in another account any more.",
            fix="Give it back its account, or invoke again.",
            target="datastore",
        )
    return Access(
        other.url,
        other.credentials,
        other.sealed,
        other.tenant,
        other.client,
        kind=datastore.kind,
        region=other.region,
    )


def _api(access: Access, secret: str) -> BucketApi:
    if access.kind is StoreKind.AMAZON_S3:
        key = AccessKey(access.client, **json.loads(secret)) if secret else None
        return AmazonS3(access.url, access.region, key)
    return GoogleStorage(access.url, SelfSigned(secret) if secret else None)


def _name(url: str) -> str:
    """In Azure the account's name is in the host; an emulator has it in the path."""
    parts = urlsplit(url)
    return parts.path.strip("/") or parts.netloc.partition(".")[0]
