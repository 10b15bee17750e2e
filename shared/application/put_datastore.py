"""Put a datastore: give a container of the storage account a name."""

from shared.application.write import Write
from shared.domain.datastore import Datastore, check_open
from shared.domain.errors import InvalidRequest
from shared.ports import Blobs
from shared.stores.datastores import Datastores
from shared.stores.registry import Stored
from shared.stores.uploads import Uploads

TARGET = "properties.containerName"


def put_datastore(
    datastores: Datastores,
    uploads: Uploads,
    blobs: Blobs,
    asked: Datastore,
    write: Write,
    *,
    may_be_missing: bool,
) -> tuple[Stored[Datastore], bool]:
    """The datastore, and whether it is new; raises Conflict for a built-in one.

    `may_be_missing`: the container may be made later. An upload's is the datastore's now.
    """
    _check_container(asked.container, blobs, may_be_missing=may_be_missing)
    uploads.claim(asked.container)
    return datastores.save(asked, by=write.by, if_match=write.if_match, if_absent=write.if_absent)


def _check_container(container: str, blobs: Blobs, *, may_be_missing: bool) -> None:
    """Raise InvalidRequest for a container that is not there, and for the service's own."""
    check_open(container, target=TARGET)
    if not blobs.container_exists(container) and not may_be_missing:
        raise InvalidRequest(
            f"The storage account has no container '{container}'.",
            fix="Create it first, or send skipValidation=true to register it before it exists.",
            target=TARGET,
        )
