"""The registry: immutable versions, kept dates, hints, and no lost update."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.asset import AssetId, Model
from shared.domain.caller import Author, CallerType
from shared.domain.deployment import Deployment
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
    with pytest.raises(NotFound, match=r"'here:blue'\. There is none yet"):
        registry.deployments.get("here", "blue")


def test_a_wrong_version_is_answered_with_versions_and_a_wrong_name_with_names(
    blobs: MemoryBlobs,
) -> None:
    models = Registry(blobs).models
    for name, version in (("wine", "1"), ("wine", "2"), ("Taxi", "7")):
        model = Model(id=AssetId(name=name, version=version), uri="azureml://datastores/d/paths/m")
        models.save(model, name, version, by=ADA)

    with pytest.raises(NotFound, match=r"'wine:3'\. Use one of: 1, 2\."):
        models.get("wine", "3")
    with pytest.raises(
        NotFound, match=r"'vine:1'\. The names that are registered are: taxi, wine\."
    ):
        models.get("vine", "1")


@pytest.mark.parametrize("version", ["3", "@latest"])
def test_a_curated_environment_is_answered_with_what_to_do(
    blobs: MemoryBlobs, version: str
) -> None:
    curated = AssetId(name="AzureML-sklearn-0.24-ubuntu18.04-py37-cpu", version=version)

    with pytest.raises(NotFound, match=r"no curated environments.*with a conda file"):
        Registry(blobs).environment(curated)


def test_an_assets_name_is_the_same_in_any_case_and_keeps_its_first_spelling(
    blobs: MemoryBlobs,
) -> None:
    registry = Registry(blobs)
    registry.models.save(a_model("V1"), "m", "V1", by=ADA, merge=unchanged)

    saved, is_new = registry.models.save(a_model("v1"), "M", "v1", by=ADA, merge=unchanged)

    assert not is_new
    assert AssetId(name="m", version="V1") == saved.resource.id
    assert saved == registry.models.get("M", "v1")


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
    """Between a read and a write, somebody else writes; with `deletes`, deletes."""

    def __init__(self) -> None:
        super().__init__()
        self.ensure_container("batch-registry")
        self.theirs: bytes | None = None
        self.deletes = False

    def write(self, container: str, name: str, data: bytes, **conditions: object) -> str:
        if self.theirs is not None:
            theirs, self.theirs = self.theirs, None
            super().write(container, name, theirs)
            if self.deletes:
                self.delete(container, name)
        return super().write(container, name, data, **conditions)  # type: ignore[arg-type]


def racing(*, exists: bool, **theirs: object) -> tuple[Racing, Registry, str]:
    """A registry whose next write is raced by another's, and the etag that was read before."""
    blobs = Racing()
    registry = Registry(blobs)
    registry.endpoints.save(Endpoint.from_wire({"name": "e", **theirs}), "e", by=BOB)
    document = blobs.read("batch-registry", "endpoints/e.json").data
    etag = ""
    if exists:
        etag = registry.endpoints.save(Endpoint(name="e"), "e", by=ADA)[0].etag
    else:
        registry.endpoints.delete("e")
    blobs.theirs = document
    return blobs, registry, etag


@pytest.mark.parametrize("exists", [True, False])
def test_of_two_writers_at_once_the_last_wins_over_what_the_other_left(*, exists: bool) -> None:
    """The merge sees the other's write, and only one of them is told that it created."""
    _, registry, _ = racing(exists=exists, default_deployment="theirs")

    saved, is_new = registry.endpoints.save(
        Endpoint(name="e", description="mine"),
        "e",
        by=ADA,
        merge=lambda old, new: new.model_copy(
            update={"default_deployment": old.default_deployment}
        ),
    )

    assert not is_new
    assert ("mine", "theirs") == (saved.resource.description, saved.resource.default_deployment)
    assert saved == registry.endpoints.get("e")


def test_a_write_that_a_deletion_overtakes_creates_anew() -> None:
    blobs, registry, _ = racing(exists=True)
    blobs.deletes = True

    saved, is_new = registry.endpoints.save(Endpoint(name="e"), "e", by=ADA)

    assert is_new
    assert saved == registry.endpoints.get("e")


def test_a_guarded_write_never_overwrites_what_came_in_between() -> None:
    _, registry, etag = racing(exists=True, description="theirs")

    with pytest.raises(PreconditionFailed, match="etag"):
        registry.endpoints.save(Endpoint(name="e"), "e", by=ADA, if_match=etag)

    assert "theirs" == registry.endpoints.get("e").resource.description


def test_conditions_hold_or_the_write_is_refused(blobs: MemoryBlobs) -> None:
    registry = Registry(blobs)
    endpoint = Endpoint(name="e")
    with pytest.raises(PreconditionFailed, match="does not exist"):
        registry.endpoints.save(endpoint, "e", by=ADA, if_match="*")

    first, is_new = registry.endpoints.save(endpoint, "e", by=ADA, if_absent=True)
    with pytest.raises(PreconditionFailed, match="exists"):
        registry.endpoints.save(endpoint, "E", by=ADA, if_absent=True)
    second, _ = registry.endpoints.save(endpoint, "e", by=ADA, if_match=first.etag)
    with pytest.raises(PreconditionFailed, match=second.etag):
        registry.endpoints.save(endpoint, "e", by=ADA, if_match=first.etag)
    registry.endpoints.save(endpoint, "e", by=ADA, if_match="*")

    assert is_new
    with pytest.raises(PreconditionFailed):
        registry.endpoints.delete("e", if_match=second.etag)
    registry.endpoints.delete("E", if_match=registry.endpoints.get("e").etag)
    assert registry.endpoints.find("e") is None


def test_of_fifty_creators_at_once_one_is_told_so(blobs: MemoryBlobs) -> None:
    registry = Registry(blobs)

    def save(number: int) -> bool:
        one = Endpoint(name="e", description=str(number))
        return registry.endpoints.save(one, "e", by=ADA)[1]

    with ThreadPoolExecutor(50) as threads:
        created = list(threads.map(save, range(50)))

    assert 1 == sum(created)


def test_pages_follow_each_other_in_name_order_and_skip_other_folders(blobs: MemoryBlobs) -> None:
    registry = Registry(blobs)
    names = [f"e{number:02d}" for number in range(7)]
    for name in reversed(names):
        registry.endpoints.save(Endpoint(name=name.upper()), name.upper(), by=ADA)
        registry.deployments.save(
            Deployment(name="main", endpoint=name, model=AssetId(name="m", version="1")),
            name,
            "main",
            by=ADA,
        )

    seen, after = list[str](), ""
    while True:
        entries, after = registry.endpoints.page(after=after, size=3)
        seen += [entry.resource.name for entry in entries]
        if not after:
            break

    assert [name.upper() for name in names] == seen
    assert ([], "") == registry.endpoints.page(after="e06", size=3)
    deployments, _ = registry.deployments.page("E03", size=9)
    assert ["e03"] == [entry.resource.endpoint for entry in deployments]
    assert all(entry == registry.deployments.get("e03", "MAIN") for entry in deployments)
