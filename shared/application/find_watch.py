"""Find a watch of an endpoint: as it was put, or the built-in inbox."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from shared.domain.endpoint import Endpoint
from shared.domain.errors import NotFound
from shared.domain.watch import INBOX, Watch, inbox_of
from shared.stores.registry import Registry, Stored


def find_watch(registry: Registry, endpoint: Stored[Endpoint], name: str) -> Stored[Watch]:
    """Raises NotFound, also for one of a deleted endpoint that bore the same name."""
    owner = endpoint.resource
    entry = registry.watches.find(owner.name, name)
    if entry and entry.resource.endpoint_incarnation == owner.incarnation:
        return entry
    if name.lower() == INBOX:
        return inbox_entry(endpoint)
    if entry is None:
        return registry.watches.get(owner.name, name)  # it says what there is instead
    raise NotFound(
        f"There is no watch '{owner.name}:{name}'.", fix="Create the watch first.", target=name
    )


def inbox_entry(endpoint: Stored[Endpoint]) -> Stored[Watch]:
    """The built-in watch; it is there since its endpoint is."""
    watch = inbox_of(endpoint.resource.name, endpoint.resource.incarnation)
    return Stored[Watch](resource=watch, written=endpoint.written)


def watches_of(registry: Registry, endpoint: Stored[Endpoint]) -> list[Stored[Watch]]:
    """All watches of an endpoint in name order, the inbox among them."""
    return _with_inbox(endpoint, registry.watches.every(endpoint.resource.name))


def every_watch(registry: Registry) -> Iterator[Watch]:
    """The watches of all endpoints that stay: two listings, and each document once."""
    put = defaultdict[str, list[Stored[Watch]]](list)
    for entry in registry.watches.iterate(levels=2):
        put[entry.resource.endpoint.lower()].append(entry)
    for endpoint in registry.endpoints.iterate(levels=1):
        if not endpoint.resource.deletion:
            entries = put[endpoint.resource.name.lower()]
            yield from (entry.resource for entry in _with_inbox(endpoint, entries))


def _with_inbox(
    endpoint: Stored[Endpoint], entries: Iterable[Stored[Watch]]
) -> list[Stored[Watch]]:
    own = endpoint.resource.incarnation
    found = {
        entry.resource.name.lower(): entry
        for entry in entries
        if entry.resource.endpoint_incarnation == own
    }
    found.setdefault(INBOX, inbox_entry(endpoint))
    return [entry for _, entry in sorted(found.items())]
