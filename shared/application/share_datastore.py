"""Share a datastore: a SAS for its container, for as much as the caller's role allows."""

from datetime import timedelta

from shared.domain.datastore import Datastore
from shared.domain.role import Role
from shared.ports import Signer
from shared.stores.datastores import Datastores

# Azure's letters, in its order: read, create, write, list. Nobody may delete.
READS, WRITES = "rl", "rcwl"


def share_datastore(
    datastores: Datastores, signer: Signer, datastore: Datastore, role: Role, lifetime: timedelta
) -> str:
    """The SAS: a secret, to be handed out and never kept.

    Raises InvalidRequest for a datastore that is itself reached by a SAS.
    """
    permissions = WRITES if _may_write(datastore, role, datastores) else READS
    return signer.container_sas(datastore.place, permissions, lifetime)


def _may_write(datastore: Datastore, role: Role, datastores: Datastores) -> bool:
    if role is Role.INVOKER:
        return datastores.may_invokers_write(datastore.place)
    return role is Role.CONTRIBUTOR
