"""What hints and sweeps ask of the store, and whom they wake."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.caller import Author
from shared.domain.resolved_deployment import Location
from shared.domain.upload_batch import UploadBatch
from shared.domain.watch import INBOX, INBOX_STORE, UploadSource, WatchState, inbox_of
from shared.ports import BlobContent, BlobItem
from tests.support.watched import FOLDER, Watched


class Asked(MemoryBlobs):
    """Remembers what was listed and read."""

    def __init__(self) -> None:
        super().__init__()
        self.listed, self.was_read = list[tuple[str, str]](), list[str]()

    def list_blobs(self, container: str, prefix: str = "") -> Iterator[BlobItem]:
        self.listed.append((container, prefix))
        return super().list_blobs(container, prefix)

    def read(self, container: str, name: str) -> BlobContent:
        self.was_read.append(name)
        return super().read(container, name)


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def watched(tmp_path: Path, asked: Asked) -> Watched:
    """With many more endpoints, whose inboxes nothing ever came to."""
    watched = Watched(tmp_path, asked, quiet_s=1, most_wait_s=1)
    endpoint = watched.services.registry.endpoints.get("wine").resource
    for number in range(20):
        other = endpoint.model_copy(update={"name": f"other-{number}"})
        watched.services.registry.endpoints.save(other, other.name, by=Author(name="ada"))
    asked.listed.clear()
    asked.was_read.clear()
    return watched


def inbox_instance(watched: Watched) -> str:
    endpoint = watched.services.registry.endpoints.get("wine").resource
    return inbox_of(endpoint.name, endpoint.incarnation).task.instance


def test_a_sweep_lists_only_the_inboxes_that_hold_anything(watched: Watched, asked: Asked) -> None:
    asked.write("batch-inbox", "other-7/a.csv", b"x")
    asked.write("batch-inbox", "nobody/a.csv", b"x")

    assert 1 == watched.services.hint_uploads.sweep(watched.hub)

    assert [("azureml-blobstore", f"{FOLDER}/"), ("batch-inbox", "other-7/")] == sorted(
        asked.listed
    )


def test_a_batch_without_its_job_is_started_though_its_inbox_was_emptied(
    watched: Watched, asked: Asked
) -> None:
    endpoint = watched.services.registry.endpoints.get("wine").resource
    inbox = inbox_of(endpoint.name, endpoint.incarnation)
    etag = asked.write("batch-inbox", "wine/a.csv", b"x")
    look = watched.gather.look(inbox)
    batch = UploadBatch(number=0, accepted_at=watched.now(), files=[look.pending[0].file])
    assert watched.services.upload_records.accept(inbox.task, look.accepted, batch)
    asked.delete("batch-inbox", "wine/a.csv", if_match=etag)

    assert 1 == watched.services.hint_uploads.sweep(watched.hub)
    assert [inbox.task.instance] == watched.hub.starts


def test_a_post_of_a_thousand_events_reads_each_watch_once(watched: Watched, asked: Asked) -> None:
    blobs = [
        Location(container="azureml-blobstore", path=f"{FOLDER}/{number}.csv")
        for number in range(1000)
    ]

    assert 1 == watched.services.hint_uploads.of_blobs(blobs, watched.hub)

    assert sorted(set(asked.was_read)) == sorted(asked.was_read)
    assert not [name for name in asked.was_read if "other-" in name]
    assert [] == asked.listed


def test_an_event_wakes_both_watches_of_one_folder_and_an_inbox(watched: Watched) -> None:
    """Two watches of one folder are two rules: each has a record of its own."""
    second = watched.put_watch(name="second")
    here = [
        Location(container="azureml-blobstore", path=f"{FOLDER}/a.csv"),
        Location(container="batch-inbox", path="wine/a.csv"),
    ]

    assert 3 == watched.services.hint_uploads.of_blobs(here, watched.hub)

    instances = {one.task.instance for one in (watched.watch, second)}
    assert instances | {inbox_instance(watched)} == set(watched.hub.starts)


@pytest.mark.parametrize("folder", ["nobody", "Wine", "..", "wi ne", "x" * 300, "wine.json", "é"])
def test_what_is_nobodys_inbox_wakes_nobody(watched: Watched, folder: str) -> None:
    hints = watched.services.hint_uploads
    hints.of_inbox(folder, watched.hub)

    assert 0 == hints.of_blobs(
        [Location(container="batch-inbox", path=f"{folder}/a.csv")], watched.hub
    )
    assert [] == watched.hub.starts


def test_a_paused_inbox_is_not_woken(watched: Watched) -> None:
    source = UploadSource(datastore=INBOX_STORE, folder="wine")
    watched.put_watch(name=INBOX, source=source, state=WatchState.PAUSED)
    here = Location(container="batch-inbox", path="wine/a.csv")

    assert 0 == watched.services.hint_uploads.of_blobs([here], watched.hub)
    assert [] == watched.hub.starts
