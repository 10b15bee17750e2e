"""Register one version of an asset, once and for ever: only the words about it may change."""

from dataclasses import dataclass

from shared.application.asset_kinds import DATA, AssetKind
from shared.application.write import Write
from shared.domain import place
from shared.domain.asset import Asset, AssetId, Code, Data, Model
from shared.domain.errors import InvalidRequest
from shared.stores.code_hashes import CodeHashes
from shared.stores.input_listing import Inputs
from shared.stores.registry import Registry, Repository, Stored, unchanged
from shared.stores.uploads import Uploads

WITH_FILES = (Model, Data, Code)


@dataclass(frozen=True)
class RegisterAsset:
    """Thread-safe."""

    registry: Registry
    inputs: Inputs
    uploads: Uploads
    code_hashes: CodeHashes

    def __call__[A: Asset](
        self, kind: AssetKind[A], requested: A, write: Write
    ) -> tuple[Stored[A], bool]:
        """The version, and whether it is new; raises Conflict when it is there and another."""
        repository = kind.repository(self.registry)
        claimed = (
            {"uri": self._claim(kind, requested.uri)} if isinstance(requested, WITH_FILES) else {}
        )
        asset = _spell(requested.model_copy(update=claimed), repository)
        entry, is_new = repository.save(
            asset,
            asset.id.name,
            asset.id.version,
            by=write.by,
            merge=unchanged,
            if_match=write.if_match,
            if_absent=write.if_absent,
        )
        if isinstance(entry.resource, Code):
            self.code_hashes.note(entry.resource)
        return entry, is_new

    def _claim[A: Asset](self, kind: AssetKind[A], uri: str) -> str:
        """The files' own address, if a data asset was named; an upload's are the asset's now.

        Raises unless their container is one to read from.
        """
        address = self.inputs.address(uri, target=kind.uri_field)
        location, _ = self.inputs.resolve(address, target=kind.uri_field)
        if kind.path != DATA.path and place.is_web_server(location.container):
            raise InvalidRequest(
                f"'{location}' is on a web server, which lists no files.",
                fix="Name a path in a datastore, or the URL of a blob or folder.",
                target=kind.uri_field,
            )
        self.uploads.claim(location.container)
        return address


def _spell[A: Asset](asset: A, repository: Repository[A]) -> A:
    """The asset under its name as it was spelled first."""
    first, _ = repository.page(asset.id.name, size=1)
    if not first:
        return asset
    own_id = AssetId(name=first[0].resource.id.name, version=asset.id.version)
    return asset.model_copy(update={"id": own_id})
