"""Find asset containers: what all versions of one asset are called and tagged, and the versions.

A container is there with its first version, or once it is put.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.application.asset_kinds import AssetKind
from shared.domain.asset import Asset, AssetContainer
from shared.domain.errors import NotFound
from shared.stores.registry import Registry, Stored, newest_first


@dataclass(frozen=True)
class FoundContainer[A: Asset]:
    """A container, and its versions, newest first; `name` is its key, in lower case."""

    name: str
    entry: Stored[AssetContainer]
    versions: list[Stored[A]]


def find_container[A: Asset](
    registry: Registry, kind: AssetKind[A], name: str
) -> FoundContainer[A] | None:
    versions = newest_first(kind.repository(registry).every(name))
    entry = registry.containers.find(kind.path, name)
    if entry is None and not versions:
        return None
    return FoundContainer(name.lower(), entry or _imply(versions), versions)


def get_container[A: Asset](registry: Registry, kind: AssetKind[A], name: str) -> FoundContainer[A]:
    """Raises NotFound."""
    found = find_container(registry, kind, name)
    if found is None:
        raise NotFound(
            f"There is no {kind.noun} '{name}'.",
            fix=f"Register its first version at {kind.path}/{name}/versions/1.",
            target=name,
        )
    return found


def list_containers[A: Asset](
    registry: Registry, kind: AssetKind[A], *, after: str
) -> Iterator[FoundContainer[A]]:
    """In name order, after the key `after`."""
    names = kind.repository(registry).folders() | set(registry.containers.names(kind.path))
    for name in sorted(names):
        if name > after and (found := find_container(registry, kind, name)):
            yield found


def _imply[A: Asset](versions: list[Stored[A]]) -> Stored[AssetContainer]:
    """The container of versions that nobody put one for: as old as the first of them."""
    first = versions[-1]
    return Stored(resource=AssetContainer(name=first.resource.id.name), written=first.written)
