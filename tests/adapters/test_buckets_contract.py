"""Reading a store: the same claims for memory, for Azurite, and for buckets of other clouds.

The buckets are read by the real adapters from servers of the real protocols; S3's checks every
signature.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from shared.adapters.address_guard import AddressGuard
from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.buckets.amazon_s3 import AccessKey, AmazonS3
from shared.adapters.buckets.bucket_api import BucketApi
from shared.adapters.buckets.bucket_files import PASSED, BucketFiles
from shared.adapters.buckets.google_storage import GoogleStorage
from shared.adapters.memory_blobs import MemoryBlobs
from shared.adapters.web_gets import WebGets
from shared.domain.errors import InvalidRequest, NotFound, PreconditionFailed
from shared.ports import Blobs
from tests.support.bucket_servers import (
    BUCKET,
    KEY_ID,
    SECRET,
    serving_google,
    serving_s3,
)

OWN = AddressGuard(allows_private=True, allows_http=True)
NAMES = ("in/%41.csv", "in/a b.csv", "in/a.csv", "in/b+c&d=e.csv", "in/deep/er.csv", "in/ü.csv")
FILES: Mapping[str, bytes] = {name: name.encode() for name in NAMES} | {"other.csv": b"1,2\n3,4\n"}


@dataclass(frozen=True)
class Filled:
    """A store, its container, and other means to fill it than the adapter's."""

    blobs: Blobs
    container: str
    put: Callable[[str, bytes], object]
    delete: Callable[[str], object]


def files_of(api: BucketApi) -> BucketFiles:
    return BucketFiles(WebGets(OWN, PASSED), api=api)


@pytest.fixture(scope="module")
def s3() -> Iterator[Filled]:
    with serving_s3() as server:
        api = AmazonS3(server.url, "us-east-1", AccessKey(KEY_ID, SECRET))
        yield Filled(files_of(api), BUCKET, server.put, server.delete)


@pytest.fixture(scope="module")
def google() -> Iterator[Filled]:
    with serving_google() as server:
        yield Filled(files_of(GoogleStorage(server.url)), BUCKET, server.put, server.delete)


@pytest.fixture(scope="module")
def memory() -> Filled:
    return own(MemoryBlobs())


@pytest.fixture(scope="module")
def azure(azure_blobs: AzureBlobs) -> Filled:
    return own(azure_blobs)


def own(blobs: MemoryBlobs | AzureBlobs) -> Filled:
    blobs.ensure_container(BUCKET)
    return Filled(
        blobs,
        BUCKET,
        lambda name, data: blobs.write(BUCKET, name, data),
        lambda name: blobs.delete(BUCKET, name),
    )


@pytest.fixture(scope="module", params=["memory", "azure", "s3", "google"])
def store(request: pytest.FixtureRequest) -> Filled:
    filled: Filled = request.getfixturevalue(request.param)
    for name, data in FILES.items():
        filled.put(name, data)
    return filled


def test_a_listing_is_in_name_order_with_what_each_blob_is(store: Filled) -> None:
    items = list(store.blobs.list_blobs(store.container, "in/"))

    assert list(NAMES) == [item.name for item in items]
    assert [len(FILES[name]) for name in NAMES] == [item.size for item in items]
    for item in items:
        assert item.etag == store.blobs.head(store.container, item.name).etag != ""
        assert parsedate_to_datetime(item.last_modified).tzinfo is not None


@pytest.mark.parametrize("at_once", [1, 2, 3, 2_000])
def test_names_come_page_by_page_and_none_twice(store: Filled, at_once: int) -> None:
    listed = store.blobs.list_names(store.container, "in/", at_once=at_once)
    assert list(NAMES) == list(listed)

    later = store.blobs.list_names(store.container, "in/", "in/a.csv", at_once=at_once)
    assert list(NAMES[3:]) == list(later)


def test_folders_are_listed_once_each(store: Filled) -> None:
    assert ["in"] == list(store.blobs.list_folders(store.container))
    assert ["deep"] == list(store.blobs.list_folders(store.container, "in/"))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_is_what_was_put_whatever_its_name(
    store: Filled, name: str, tmp_path: Path
) -> None:
    read, path = store.blobs.read(store.container, name), tmp_path / "file"

    assert (FILES[name], read.etag) == (read.data, store.blobs.head(store.container, name).etag)
    assert len(read.data) == store.blobs.download(store.container, name, path, if_match=read.etag)
    assert read.data == path.read_bytes()


def test_parts_are_read_as_far_as_they_are_there(store: Filled) -> None:
    def part(start: int, length: int) -> bytes:
        return store.blobs.read_range(store.container, "other.csv", start, length)

    assert (b"2\n3", b"3,4\n", b"") == (part(2, 3), part(4, 99), part(99, 3))
    pieces = list(store.blobs.chunks(store.container, "other.csv", size=3))
    assert (b"1,2\n3,4\n", [3, 3, 2]) == (b"".join(pieces), [len(piece) for piece in pieces])


def test_a_blob_without_a_byte_is_one(store: Filled, tmp_path: Path) -> None:
    store.put("none/empty.csv", b"")

    assert 0 == store.blobs.head(store.container, "none/empty.csv").size
    assert b"" == store.blobs.read(store.container, "none/empty.csv").data
    assert 0 == store.blobs.download(store.container, "none/empty.csv", tmp_path / "e")
    store.delete("none/empty.csv")


def test_another_version_is_refused_and_leaves_no_file(store: Filled, tmp_path: Path) -> None:
    store.put("changes/a.csv", b"1")
    etag = store.blobs.head(store.container, "changes/a.csv").etag
    store.put("changes/a.csv", b"2")

    with pytest.raises(PreconditionFailed, match=r"a\.csv"):
        store.blobs.download(store.container, "changes/a.csv", tmp_path / "a", if_match=etag)

    for start in (0, 99):
        with pytest.raises(PreconditionFailed):
            store.blobs.read_range(store.container, "changes/a.csv", start, 1, if_match=etag)
    assert not (tmp_path / "a").exists()
    assert etag != store.blobs.head(store.container, "changes/a.csv").etag
    store.delete("changes/a.csv")


def test_what_is_not_there_is_not_found(store: Filled, tmp_path: Path) -> None:
    blobs, container = store.blobs, store.container
    for look in (
        lambda: blobs.read(container, "in/none"),
        lambda: blobs.head(container, "in/none"),
        lambda: blobs.download(container, "in/none", tmp_path / "n"),
        lambda: list(blobs.chunks(container, "in/none")),
        lambda: list(blobs.list_blobs("nobody", "in/")),
    ):
        with pytest.raises(NotFound):
            look()
    assert not blobs.exists(container, "in/none")
    assert blobs.exists(container, "in/a.csv")
    assert (True, False) == (blobs.container_exists(container), blobs.container_exists("nobody"))
    assert [] == list(blobs.list_blobs(container, "nothing/"))


@pytest.mark.parametrize("cloud", ["s3", "google"])
def test_nothing_is_written_to_a_bucket(request: pytest.FixtureRequest, cloud: str) -> None:
    filled: Filled = request.getfixturevalue(cloud)

    with pytest.raises(InvalidRequest, match="nothing is written there"):
        filled.blobs.write(BUCKET, "in/new.csv", b"1")
    with pytest.raises(InvalidRequest, match="nothing is written there"):
        filled.blobs.stage(BUCKET, "in/new.csv", "1", b"1")
