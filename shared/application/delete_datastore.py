"""Delete a datastore: the name is forgotten, the container and its blobs stay."""

from shared.application.deleting import delete_unless_used
from shared.application.write import Write
from shared.stores.datastores import Datastores
from shared.stores.registry import Registry


def delete_datastore(registry: Registry, datastores: Datastores, name: str, write: Write) -> None:
    """Raises NotFound, PreconditionFailed, and Conflict for a built-in one and one in use."""
    datastores.check_not_built_in(name)
    delete_unless_used(
        registry.datastores,
        datastores.get(name),
        name,
        check_unused=lambda: datastores.check_unused(name),
        if_match=write.if_match,
    )
