"""Put an asset container: archive, restore, tag or describe all versions of an asset at once."""

from shared.application.asset_kinds import AssetKind
from shared.application.find_container import FoundContainer, find_container, get_container
from shared.application.write import Write
from shared.domain.asset import Asset, AssetContainer
from shared.stores.registry import Registry


def put_container[A: Asset](
    registry: Registry, kind: AssetKind[A], requested: AssetContainer, write: Write
) -> tuple[FoundContainer[A], bool]:
    """The container, and whether it is new: one that versions imply is there already."""
    before = find_container(registry, kind, requested.name)
    name = before.entry.resource.name if before else requested.name
    registry.containers.save(
        requested.model_copy(update={"name": name}),
        kind.path,
        name,
        by=write.by,
        if_match=write.if_match,
        if_absent=write.if_absent,
    )
    return get_container(registry, kind, name), before is None
