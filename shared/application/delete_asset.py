"""Delete one version of an asset from the registry; its files stay."""

from shared.application.asset_kinds import AssetKind
from shared.application.deleting import delete_unless_used
from shared.application.write import Write
from shared.domain.asset import Asset, AssetId
from shared.domain.errors import Conflict
from shared.stores.registry import Registry


def delete_asset[A: Asset](
    registry: Registry, kind: AssetKind[A], name: str, version: str, write: Write
) -> None:
    """Raises NotFound, PreconditionFailed, and Conflict while a deployment uses it."""
    repository = kind.repository(registry)
    entry = repository.get(name, version)
    delete_unless_used(
        repository,
        entry,
        name,
        version,
        check_unused=lambda: _check_unused(registry, kind, entry.resource.id),
        if_match=write.if_match,
    )


def _check_unused[A: Asset](registry: Registry, kind: AssetKind[A], asset: AssetId) -> None:
    users = registry.users(lambda deployment: deployment.uses(kind.path, asset))
    if users:
        raise Conflict(
            f"The {kind.noun} '{asset}' is used by the deployments {', '.join(users)}.",
            fix="Delete them, or deploy another version there, first.",
            target="version",
        )
