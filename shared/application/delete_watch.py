"""Delete a watch: what it was about to accept is not scored; jobs that it started go on."""

from shared.application.find_watch import find_watch
from shared.application.write import Write
from shared.domain.endpoint import Endpoint
from shared.domain.errors import Conflict
from shared.stores.registry import Registry, Stored


def delete_watch(registry: Registry, endpoint: Stored[Endpoint], name: str, write: Write) -> None:
    """Raises NotFound and PreconditionFailed, and Conflict for an inbox that nobody put."""
    entry = find_watch(registry, endpoint, name)
    if not entry.etag:
        raise Conflict(
            f"The watch '{name}' is built in.",
            fix='To stop it, put it with "state": "Paused", as bep watch disable does.',
            target="watch",
        )
    registry.watches.delete(endpoint.resource.name, name, if_match=write.if_match)
