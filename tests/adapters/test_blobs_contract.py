"""What every `Blobs` keeps to, in memory and over Azurite alike: reading, writing, conditions."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import uuid4

import pytest

from shared.domain.errors import (
    BatchError,
    Conflict,
    NotFound,
    PreconditionFailed,
)
from shared.ports import Blobs
from tests.adapters.any_store import Store


def test_both_stores_are_blobs(blobs: Store) -> None:
    """The type checker holds every signature against the port."""
    held: Blobs = blobs

    assert held is blobs


def test_a_container_is_there_once_it_is_ensured_and_ensuring_twice_is_fine(blobs: Store) -> None:
    name = f"c{uuid4().hex}"

    before = blobs.container_exists(name)
    blobs.ensure_container(name)
    blobs.write(name, "kept", b"1")
    blobs.ensure_container(name)

    assert not before
    assert blobs.container_exists(name)
    assert blobs.exists(name, "kept")


@pytest.mark.parametrize("name", ["nothing.csv", "no//thing.csv"])
def test_what_is_missing_is_not_found_by_name(
    blobs: Store, container: str, name: str, tmp_path: Path
) -> None:
    for where in (container, "no-such-container"):
        for act in readers(blobs, where, name, tmp_path / "x"):
            with pytest.raises(NotFound) as refusal:
                act()
            assert where in str(refusal.value)
        assert not blobs.exists(where, name)
    assert not (tmp_path / "x").exists()


def readers(blobs: Store, container: str, name: str, path: Path) -> list[Callable[[], object]]:
    return [
        lambda: blobs.read(container, name),
        lambda: blobs.head(container, name),
        lambda: blobs.download(container, name, path),
        lambda: list(blobs.chunks(container, name)),
    ]


def test_a_missing_container_is_not_found_when_it_is_written_or_listed(blobs: Store) -> None:
    acts: list[Callable[[], object]] = [
        lambda: list(blobs.list_blobs("no-such-container")),
        lambda: list(blobs.list_names("no-such-container")),
        lambda: list(blobs.list_folders("no-such-container")),
        lambda: blobs.write("no-such-container", "x", b""),
        lambda: blobs.stage("no-such-container", "x", "block", b"x"),
        lambda: blobs.commit("no-such-container", "x", []),
    ]
    for act in acts:
        with pytest.raises(NotFound, match="no-such-container"):
            act()


@pytest.mark.parametrize("name", ["gone", "go//ne"])
def test_deleting_what_is_not_there_does_not_raise(blobs: Store, container: str, name: str) -> None:
    blobs.delete(container, name)
    blobs.delete("no-such-container", name)


@pytest.mark.parametrize("name", ["doc.json", "do//c.json"])
def test_a_guarded_delete_spares_what_was_changed_since(
    blobs: Store, container: str, name: str
) -> None:
    read = blobs.write(container, name, b"0")
    now = blobs.write(container, name, b"1", if_match=read)

    with pytest.raises(PreconditionFailed, match="not the one that was read"):
        blobs.delete(container, name, if_match=read)
    assert b"1" == blobs.read(container, name).data

    blobs.delete(container, name, if_match=now)
    assert not blobs.exists(container, name)
    blobs.delete(container, name, if_match=now)  # gone is gone


@pytest.mark.parametrize("name", ["doc.json", "do//c.json"])
def test_of_two_writers_that_read_the_same_etag_the_later_one_is_refused(
    blobs: Store, container: str, name: str
) -> None:
    read = blobs.write(container, name, b"0")
    blobs.write(container, name, b"first", if_match=read)

    with pytest.raises(PreconditionFailed, match="not the one that was read"):
        blobs.write(container, name, b"second", if_match=read)

    assert b"first" == blobs.read(container, name).data


@pytest.mark.parametrize("name", ["doc.json", "do//c.json"])
def test_a_guarded_write_to_a_blob_that_is_gone_is_refused(
    blobs: Store, container: str, name: str
) -> None:
    read = blobs.write(container, name, b"0")
    blobs.delete(container, name)

    with pytest.raises(PreconditionFailed):
        blobs.write(container, name, b"1", if_match=read)


@pytest.mark.parametrize("name", ["doc.json", "do//c.json"])
def test_creating_what_exists_is_a_conflict_and_leaves_it_alone(
    blobs: Store, container: str, name: str
) -> None:
    etag = blobs.write(container, name, b"mine", if_absent=True)

    with pytest.raises(Conflict, match="already a blob"):
        blobs.write(container, name, b"theirs", if_absent=True)

    assert (b"mine", etag) == (
        blobs.read(container, name).data,
        blobs.read(container, name).etag,
    )


def test_of_many_creators_at_once_exactly_one_wins(blobs: Store, container: str) -> None:
    def create(index: int) -> bool:
        try:
            blobs.write(container, "lock", str(index).encode(), if_absent=True)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        won = list(threads.map(create, range(16)))

    assert 1 == sum(won)
    assert str(won.index(True)).encode() == blobs.read(container, "lock").data


def test_counters_incremented_under_etags_by_many_threads_lose_nothing(
    blobs: Store, container: str
) -> None:
    blobs.write(container, "counter", b"0")

    def increment(_: int) -> None:
        while True:
            read = blobs.read(container, "counter")
            try:
                blobs.write(
                    container, "counter", str(int(read.data) + 1).encode(), if_match=read.etag
                )
            except PreconditionFailed:
                continue
            return

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(increment, range(24)))

    assert b"24" == blobs.read(container, "counter").data


def test_a_write_replaces_bytes_and_metadata(blobs: Store, container: str) -> None:
    first = blobs.write(container, "doc", b"long text", metadata={"job": "1", "step": "a"})
    second = blobs.write(container, "doc", b"short", metadata={"job": "2"})
    head = blobs.head(container, "doc")

    assert first != second
    assert ({"job": "2"}, 5, second) == (head.metadata, head.size, head.etag)


@pytest.mark.parametrize("name", ["in.csv", "i//n.csv"])
def test_a_download_of_another_version_is_refused_and_leaves_no_file(
    blobs: Store, container: str, name: str, tmp_path: Path
) -> None:
    planned = blobs.write(container, name, b"planned")
    blobs.write(container, name, b"changed since")

    with pytest.raises(PreconditionFailed):
        blobs.download(container, name, tmp_path / "in.csv", if_match=planned)

    assert [] == list(tmp_path.iterdir())


def test_a_download_replaces_the_file_that_was_there(
    blobs: Store, container: str, tmp_path: Path
) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(b"something much longer")
    blobs.write(container, "in.csv", b"new")

    assert 3 == blobs.download(container, "in.csv", path)
    assert b"new" == path.read_bytes()


@pytest.mark.parametrize("name", ["empty", "em//pty"])
def test_an_empty_blob_is_a_blob(blobs: Store, container: str, name: str, tmp_path: Path) -> None:
    blobs.write(container, name, b"")

    assert b"" == blobs.read(container, name).data
    assert 0 == blobs.head(container, name).size
    assert [] == list(blobs.chunks(container, name))
    assert 0 == blobs.download(container, name, tmp_path / "empty")
    assert (tmp_path / "empty").exists()


@pytest.mark.parametrize("name", ["large", "lar//ge"])
def test_chunks_are_in_order_and_no_longer_than_asked(
    blobs: Store, container: str, name: str
) -> None:
    data = bytes(range(256)) * (40 << 10)  # 10 MiB: more than one piece of either client
    blobs.write(container, name, data)

    chunks = list(blobs.chunks(container, name, size=1 << 20))

    assert 1 << 20 >= max(map(len, chunks))
    assert data == b"".join(chunks)
    assert data == blobs.read(container, name).data


def test_every_refusal_names_container_and_blob(blobs: Store, container: str) -> None:
    blobs.write(container, "doc", b"")
    acts: list[Callable[[], object]] = [
        lambda: blobs.read(container, "missing-doc"),
        lambda: blobs.write(container, "doc", b"", if_absent=True),
        lambda: blobs.write(container, "doc", b"", if_match="0x1234"),
        lambda: blobs.commit(container, "doc", ["none"]),
    ]
    for act in acts:
        with pytest.raises(BatchError) as refusal:
            act()
        assert container in refusal.value.problem
        assert "doc'" in refusal.value.problem


def test_a_listing_tells_when_each_blob_was_written_last(blobs: Store, container: str) -> None:
    """To the second, by the store's clock; here that is this machine's."""
    blobs.write(container, "one", b"1")
    before = datetime.now(UTC).replace(microsecond=0)
    blobs.write(container, "one", b"2")

    (item,) = blobs.list_blobs(container)

    assert before <= parsedate_to_datetime(item.last_modified) <= datetime.now(UTC)


def test_folders_are_listed_once_each_without_what_is_in_them(blobs: Store, container: str) -> None:
    for name in ("top.csv", "b/1", "b/2", "b/deep/3", "B/1", "a b<&>/1", "b.c"):
        blobs.write(container, name, b"")

    assert {"b", "B", "a b<&>"} == set(blobs.list_folders(container))
    assert ["deep"] == list(blobs.list_folders(container, "b/"))
    assert [] == list(blobs.list_folders(container, "none/"))
    assert 3 == len(list(blobs.list_folders(container)))


def test_a_listing_tells_the_metadata_of_each_version(blobs: Store, container: str) -> None:
    """As `head` does, without asking for each."""
    blobs.write(container, "folder", b"", metadata={"Hdi_IsFolder": "true", "owner": "<&> 1"})
    blobs.write(container, "none", b"")
    blobs.stage(container, "staged", "AAAA", b"1")
    blobs.commit(container, "staged", ["AAAA"], metadata={"owner": "job-1"})

    listed = {item.name: dict(item.metadata) for item in blobs.list_blobs(container)}

    assert {"hdi_isfolder": "true", "owner": "<&> 1"} == listed["folder"]
    assert ({}, {"owner": "job-1"}) == (listed["none"], listed["staged"])
    assert listed == {name: dict(blobs.head(container, name).metadata) for name in listed}
