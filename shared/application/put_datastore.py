"""Put a datastore: give a container a name, in the service's account or in another."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.application.write import Write
from shared.domain.datastore import Datastore, OtherAccount, check_open
from shared.domain.errors import InvalidRequest
from shared.domain.place import host_of
from shared.domain.storage_hosts import StorageHosts
from shared.ports import Blobs
from shared.schemas.arm_datastores import RequestedDatastore
from shared.stores.datastores import Datastores
from shared.stores.other_urls import Check
from shared.stores.registry import Stored
from shared.stores.uploads import Uploads

TARGET, ACCOUNT = "properties.containerName", "properties.accountName"


@dataclass(frozen=True)
class PutDatastore:
    """`seal` closes a secret; `is_own_machine` lets accounts be anywhere, as emulators are.

    `check` judges the address of a bucket's endpoint: the server that is called is judged, too.
    """

    datastores: Datastores
    uploads: Uploads
    blobs: Blobs
    hosts: StorageHosts
    check: Check
    seal: Callable[[str], str]
    is_own_machine: bool

    def __call__(
        self, requested: RequestedDatastore, write: Write, *, may_be_missing: bool
    ) -> tuple[Stored[Datastore], bool]:
        """The datastore, and whether it is new; raises Conflict for a built-in one.

        `may_be_missing`: the container may be made later. An upload's is the datastore's now. What
        lies elsewhere is looked at when it is used: its secret counts from then on.
        """
        datastore = requested.datastore
        if datastore.other is None:
            self._check_container(datastore.container, may_be_missing=may_be_missing)
            self.uploads.claim(datastore.container)
        else:
            datastore = self._prepare(datastore, datastore.other, requested.secret)
        return self.datastores.save(
            datastore, by=write.by, if_match=write.if_match, if_absent=write.if_absent
        )

    def _prepare(self, datastore: Datastore, other: OtherAccount, secret: str) -> Datastore:
        """With its secret sealed, or the one that it has already."""
        self.datastores.check_not_built_in(datastore.name)
        if datastore.kind.is_bucket:
            self.check(f"{other.url}/", target="properties.endpoint")
        else:
            self._check_address(other)
        if secret:
            other = other.model_copy(update={"sealed": self.seal(secret)})
        else:
            other = other.replacing(self.datastores.other_account(datastore.name))
        if other.needs_secret:
            raise InvalidRequest(
                f"The credentials of '{datastore.name}' are {other.credentials}, without a secret.",
                fix="Send it in properties.credentials.secrets, or use None for the service's own "
                "identity, or a public bucket.",
                target="properties.credentials",
            )
        return datastore.model_copy(update={"other": other})

    def _check_address(self, other: OtherAccount) -> None:
        host = host_of(other.url)
        if not host or not (self.is_own_machine or self.hosts.is_storage(host)):
            raise InvalidRequest(
                f"'{host or other.account_name[:200]}' is no storage account that the service may "
                "call.",
                fix="Write the name of an account in Azure, or add the host to STORAGE_HOSTS.",
                target=ACCOUNT,
            )

    def _check_container(self, container: str, *, may_be_missing: bool) -> None:
        """Raise InvalidRequest for a container that is not there, and for the service's own."""
        check_open(container, target=TARGET)
        if not self.blobs.container_exists(container) and not may_be_missing:
            raise InvalidRequest(
                f"The storage account has no container '{container}'.",
                fix="Create it first, or send skipValidation=true to register it before it exists.",
                target=TARGET,
            )
