"""The proxy that fails calls, and both storage clients over it: no half of anything is believed."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from benchmarks.unsteady.proxy import Fault, UnsteadyStore
from local.azurite import Azurite
from shared.adapters.azure_blobs import AzureBlobs
from shared.domain.errors import Conflict
from shared.domain.minibatch import Span
from shared.domain.side_contents import ScorerChange
from shared.stores.side_files import SideFileChange, SideFiles
from tests.support.specs import a_spec

BOX = "azureml-blobstore"
CONTENT = bytes(range(256)) * 4096
BOTH_CLIENTS = pytest.mark.parametrize("name", ["plain", "of//microsoft"])


@pytest.fixture(scope="module")
def azurite() -> Iterator[Azurite]:
    with Azurite() as running:
        yield running


@pytest.fixture
def store(azurite: Azurite) -> Iterator[UnsteadyStore]:
    with UnsteadyStore(azurite.connection_string) as running:
        yield running


@pytest.fixture
def blobs(store: UnsteadyStore) -> Iterator[AzureBlobs]:
    blobs = AzureBlobs.from_connection_string(store.connection_string)
    for container in (BOX, "batch-jobs"):
        blobs.delete_container(container)
        blobs.ensure_container(container)
    yield blobs
    blobs.close()


@BOTH_CLIENTS
@pytest.mark.parametrize("fault", Fault)
def test_a_failing_call_is_repeated_until_the_bytes_are_whole(
    store: UnsteadyStore, blobs: AzureBlobs, tmp_path: Path, name: str, fault: Fault
) -> None:
    store.aim("PUT /", fault)
    blobs.write(BOX, name, CONTENT)
    store.aim("GET /", *[fault] * (1 if fault is Fault.DELAY else 2))
    size = blobs.download(BOX, name, tmp_path / "file")

    assert store.is_spent
    assert (len(CONTENT), CONTENT) == (size, (tmp_path / "file").read_bytes())


@BOTH_CLIENTS
@pytest.mark.parametrize("fault", Fault)
def test_a_repeatable_write_meets_its_own_success_or_succeeds(
    store: UnsteadyStore, blobs: AzureBlobs, name: str, fault: Fault
) -> None:
    store.aim("PUT /", fault)
    try:
        blobs.write(BOX, name, b"mine", if_absent=True, is_repeatable=True, metadata={"o": "me"})
    except Conflict:
        assert fault in {Fault.FAILED_AFTER, Fault.RESET_AFTER, Fault.CUT}

    assert store.is_spent
    assert "me" == blobs.head(BOX, name).metadata["o"]
    with pytest.raises(Conflict):
        blobs.write(BOX, name, b"theirs", if_absent=True, is_repeatable=True)
    assert b"mine" == blobs.read(BOX, name).data


@pytest.mark.parametrize("fault", Fault)
def test_a_repeatable_commit_meets_its_own_success_or_succeeds(
    store: UnsteadyStore, blobs: AzureBlobs, fault: Fault
) -> None:
    store.aim("comp=blocklist", fault)
    blobs.stage(BOX, "blocks", "b-1", b"mine")
    try:
        blobs.commit(BOX, "blocks", ["b-1"], if_absent=True, is_repeatable=True)
    except Conflict:
        assert fault in {Fault.FAILED_AFTER, Fault.RESET_AFTER, Fault.CUT}

    assert store.is_spent
    assert b"mine" == blobs.read(BOX, "blocks").data


def test_three_hundred_side_files_get_through_a_tenth_of_failing_calls(
    store: UnsteadyStore, blobs: AzureBlobs, tmp_path: Path
) -> None:
    """In one try: each file is repeated in its place."""
    changes = [
        SideFileChange(f"{i:03d}.txt", tmp_path / f"{i}", is_appended=False) for i in range(300)
    ]
    for index, change in enumerate(changes):
        assert change.path
        change.path.write_text(str(index))
    with ThreadPoolExecutor(8) as writers:
        files = SideFiles(blobs, writers)
        store.share = 0.1
        stored = files.store("job-1", Span(first=0, stop=1), changes)
        published = files.publish(a_spec(), [ScorerChange("p", change) for change in stored])
        store.share = 0.0

        assert len(changes) == len(published.files)
        assert sum(store.faults.values()) > 40
        assert [str(i).encode() for i in range(300)] == [
            blobs.read(BOX, f"out/{i:03d}.txt").data for i in range(300)
        ]


def test_a_seed_draws_the_same_faults_again(azurite: Azurite) -> None:
    def drawn(seed: int) -> Counter[Fault]:
        with UnsteadyStore(azurite.connection_string, share=0.9, seed=seed) as store:
            for _ in range(20):
                connection = HTTPConnection("127.0.0.1", store.port, timeout=10)
                with suppress(HTTPException, ConnectionError):
                    connection.request("GET", "/devstoreaccount1/box/name")
                    connection.getresponse().read()
                connection.close()
            return store.faults

    assert drawn(1) == drawn(1) != drawn(2)
