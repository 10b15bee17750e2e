"""The registry: immutable versions, kept dates, hints, and no lost update."""

import pytest

from shared.adapters.memory import MemoryBlobs
from shared.domain.asset import AssetId, Model
from shared.domain.caller import Author, CallerType
from shared.domain.endpoint import Endpoint
from shared.domain.errors import Conflict, NotFound, PreconditionFailed
from shared.stores.registry import Registry, unchanged

ADA, BOB = Author(name="ada"), Author(name="bob", type=CallerType.APPLICATION)


def a_model(version: str = "1", uri: str = "azureml://datastores/d/paths/m") -> Model:
    return Model(id=AssetId(name="m", version=version), uri=uri)


def test_what_is_saved_is_read_back_with_who_and_when(blobs: MemoryBlobs) -> None:
    registry = Registry(blobs)

    saved, is_new = registry.models.save(a_model(), "m", "1", by=ADA)

    assert is_new
    assert saved == registry.models.get("m", "1")
    assert ("ada", "ada") == (saved.written.created_by, saved.written.last_modified_by)


def test_an_update_keeps_the_creation(blobs: MemoryBlobs) -> None:
    registry = Registry(blobs)
    first, _ = registry.endpoints.save(Endpoint(name="e"), "e", by=ADA)

    second, is_new = registry.endpoints.save(Endpoint(name="e", description="d"), "e", by=BOB)

    assert not is_new
    assert first.written.created_at == second.written.created_at
    assert ("ada", "bob") == (second.written.created_by, second.written.last_modified_by)
    types = (second.written.created_by_type, second.written.last_modified_by_type)
    assert ("User", "Application") == types


def test_a_version_may_be_put_again_unchanged_and_never_changed(blobs: MemoryBlobs) -> None:
    registry = Registry(blobs)
    registry.models.save(a_model(), "m", "1", by=ADA, merge=unchanged)

    tagged = a_model().model_copy(update={"tags": {"stage": "test"}})
    registry.models.save(tagged, "m", "1", by=ADA, merge=unchanged)

    with pytest.raises(Conflict, match="m:1"):
        registry.models.save(a_model(uri="elsewhere"), "m", "1", by=ADA, merge=unchanged)
    assert {"stage": "test"} == registry.models.get("m", "1").resource.tags


def test_what_is_not_there_is_answered_with_what_is(blobs: MemoryBlobs) -> None:
    registry = Registry(blobs)
    registry.endpoints.save(Endpoint(name="here"), "here", by=ADA)

    with pytest.raises(NotFound, match="Use one of: here"):
        registry.endpoints.get("there")
    with pytest.raises(NotFound, match="none yet"):
        registry.models.get("m", "1")


def test_an_endpoints_name_is_the_same_in_any_case(blobs: MemoryBlobs) -> None:
    registry = Registry(blobs)
    registry.endpoints.save(Endpoint(name="Wine-Scorer"), "Wine-Scorer", by=ADA)

    assert "Wine-Scorer" == registry.endpoints.get("wine-SCORER").resource.name


def test_latest_is_the_last_created(blobs: MemoryBlobs) -> None:
    registry = Registry(blobs)
    for version in ("2", "10", "1"):
        registry.models.save(a_model(version), "m", version, by=ADA)

    assert "1" == registry.model(AssetId(name="m", version="@latest")).id.version


class Racing(MemoryBlobs):
    """Between a read and a write, somebody else writes."""

    def __init__(self) -> None:
        super().__init__()
        self.races = 0

    def write(self, container: str, name: str, data: bytes, **conditions: object) -> str:
        if self.races:
            self.races -= 1
            super().write(container, name, b'{"resource": {"name": "theirs"}}')
        return super().write(container, name, data, **conditions)  # type: ignore[arg-type]


@pytest.mark.parametrize("exists", [True, False])
def test_a_write_that_came_in_between_is_not_overwritten(*, exists: bool) -> None:
    blobs = Racing()
    blobs.ensure_container("batch-registry")
    registry = Registry(blobs)
    if exists:
        registry.endpoints.save(Endpoint(name="e"), "e", by=ADA)
    blobs.races = 1

    with pytest.raises(PreconditionFailed):
        registry.endpoints.save(Endpoint(name="e", description="mine"), "e", by=ADA)

    assert b"theirs" in blobs.read("batch-registry", "endpoints/e.json").data
