"""Inputs: where references point, and which blobs count."""

import pytest

from shared.adapters.address_guard import AddressGuard
from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.asset import AssetId, Data, DataType
from shared.domain.caller import Author
from shared.domain.datastore import StorageAccount
from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.listing import ListingSum
from shared.domain.resolved_deployment import Location
from shared.domain.selection import Reason, Selection, Skipped
from shared.domain.storage_hosts import StorageHosts
from shared.stores.chosen_files import Choice
from shared.stores.datastores import Datastores
from shared.stores.input_listing import Inputs
from shared.stores.other_urls import OtherUrls
from shared.stores.registry import Registry
from shared.stores.signatures import Signatures

ADA = Author(name="ada")
BOX = "azureml-blobstore"
ACCOUNT = "https://acc.blob.core.windows.net"


@pytest.fixture
def inputs(blobs: MemoryBlobs) -> Inputs:
    registry = Registry(blobs)
    account = StorageAccount(url=ACCOUNT)
    urls = OtherUrls(
        Signatures(blobs), StorageHosts(), (), lambda secret: f"sealed:{len(secret)}", judge
    )
    datastores = Datastores(registry, account, {"workspaceblobstore": BOX}, urls)
    return Inputs(blobs, registry, datastores)


def judge(url: str, *, target: str) -> None:
    AddressGuard().check(url, target=target)


@pytest.mark.parametrize(
    ("uri", "container", "path", "told"),
    [
        ("azureml://datastores/workspaceblobstore/paths/a/b", BOX, "a/b", None),
        ("azureml://datastores/workspaceblobstore/paths/a/b/", BOX, "a/b", DataType.URI_FOLDER),
        (f"{ACCOUNT}/box/a%20b/c.csv?sig=x", "box", "a b/c.csv", None),
        ("http://ACC.blob.core.windows.net/box/a/", "box", "a", DataType.URI_FOLDER),
    ],
)
def test_a_reference_is_a_place(
    inputs: Inputs, uri: str, container: str, path: str, told: DataType | None
) -> None:
    """A last slash tells that it is a folder."""
    location, kind = inputs.resolve(uri, target="uri")

    assert Location(container=container, path=path) == location
    assert told is kind


FILE, FOLDER = DataType.URI_FILE, DataType.URI_FOLDER


@pytest.mark.parametrize(
    ("blobs_there", "uri", "declared", "found"),
    [
        (("x",), "x", FOLDER, FILE),
        (("x",), "x", FILE, FILE),
        (("x",), "x/", FOLDER, FILE),
        (("x/a",), "x", FILE, FOLDER),
        (("x/a",), "x", FOLDER, FOLDER),
        (("x/a",), "x/", FILE, FOLDER),
        (("x", "x/a"), "x", FILE, FILE),
        (("x", "x/a"), "x", FOLDER, FOLDER),
        (("x", "x/a"), "x/", FILE, FOLDER),
        (("x", "x/sub/a"), "x", FOLDER, FILE),
        (("a",), "", FILE, FOLDER),
    ],
)
def test_what_is_named_is_a_file_or_a_folder_as_the_store_says(
    inputs: Inputs,
    blobs: MemoryBlobs,
    blobs_there: tuple[str, ...],
    uri: str,
    declared: DataType,
    found: DataType,
) -> None:
    """Where it has both, a last slash means the folder; without one the declared type decides."""
    for name in blobs_there:
        blobs.write(BOX, name, b"x")
    address = f"azureml://datastores/workspaceblobstore/paths/{uri}"

    location, told = inputs.resolve(address, target="uri")

    assert found is inputs.check(location, told or declared, target="uri")


def test_a_folders_mark_is_no_file(inputs: Inputs, blobs: MemoryBlobs) -> None:
    blobs.write(BOX, "x", b"", metadata={"hdi_isfolder": "true"})
    blobs.write(BOX, "x/a", b"1")

    assert FOLDER is inputs.check(Location(container=BOX, path="x"), FILE, target="uri")


def test_registered_data_brings_its_type(inputs: Inputs, blobs: MemoryBlobs) -> None:
    data = Data(
        id=AssetId(name="d", version="1"),
        uri="azureml://datastores/workspaceblobstore/paths/x.csv",
        type=DataType.URI_FILE,
    )
    Registry(blobs).data.save(data, "d", "1", by=ADA)

    location, kind = inputs.resolve("azureml:d:1", target="uri")

    assert (Location(container=BOX, path="x.csv"), DataType.URI_FILE) == (location, kind)


def test_data_that_points_to_data_is_refused(inputs: Inputs, blobs: MemoryBlobs) -> None:
    data = Data(id=AssetId(name="d", version="1"), uri="azureml:d:1")
    Registry(blobs).data.save(data, "d", "1", by=ADA)

    with pytest.raises(InvalidRequest, match="another data asset"):
        inputs.resolve("azureml:d:1", target="uri")


@pytest.mark.parametrize("version", [":2", "@latest"])
def test_data_that_is_not_there_is_the_fault_of_the_field_that_named_it(
    inputs: Inputs, version: str
) -> None:
    for ask in (inputs.resolve, inputs.address):
        with pytest.raises(NotFound) as refusal:
            ask(f"azureml:d{version}", target="uri")
        assert "uri" == refusal.value.target


def test_files_come_in_name_order_and_the_rest_is_counted(
    inputs: Inputs, blobs: MemoryBlobs
) -> None:
    for name in ("b.csv", "a.csv", "Z.csv", ".hidden", "sub/c.csv", "sub/deep/d.csv", "marker/"):
        blobs.write(BOX, f"in/{name}", b"x")
    blobs.write(BOX, "in/folder", b"", metadata={"hdi_isfolder": "true"})
    blobs.write(BOX, "in/empty.csv", b"")
    blobs.write(BOX, "in-other/z.csv", b"x")
    skipped = Skipped()

    files = list(inputs.files(Location(container=BOX, path="in"), DataType.URI_FOLDER, skipped))

    assert ["Z.csv", "a.csv", "b.csv", "empty.csv"] == [file.base_name for file in files]
    counts = {Reason.NESTED: 2, Reason.HIDDEN: 1, Reason.FOLDER_MARKER: 2}
    assert counts == skipped.summary().counts


@pytest.mark.parametrize(
    "name",
    [
        "_SUCCESS",
        "_FAILURE",
        "_started_5121634",
        "_committed_5121634",
        "_committed_vacuum5121634",
        "_metadata",
        "_common_metadata",
        "_temporary",
        "part-0.csv.crc",
        "part-0.csv._COPYING_",
        "day=1_$folder$",
    ],
)
def test_marks_of_spark_are_no_inputs_unless_they_are_named(
    inputs: Inputs, blobs: MemoryBlobs, name: str
) -> None:
    blobs.write(BOX, f"in/{name}", b"x")
    blobs.write(BOX, "in/part-0.csv", b"x")
    skipped = Skipped()

    files = inputs.files(Location(container=BOX, path="in"), DataType.URI_FOLDER, skipped)

    assert ["part-0.csv"] == [file.base_name for file in files]
    assert "1 marks of Spark or Hadoop (_SUCCESS and the like, *.crc)" == str(skipped)
    named = inputs.files(Location(container=BOX, path=f"in/{name}"), DataType.URI_FILE)
    assert [name] == [file.base_name for file in named]


@pytest.mark.parametrize(
    "name",
    [
        "_data.csv",
        "_started_trips.csv",
        "_committed_",
        "_SUCCESS.csv",
        "_success",
        "crc",
        "a.crc.csv",
    ],
)
def test_other_names_with_an_underscore_in_front_are_inputs(
    inputs: Inputs, blobs: MemoryBlobs, name: str
) -> None:
    blobs.write(BOX, f"in/{name}", b"x")

    files = inputs.files(Location(container=BOX, path="in"), DataType.URI_FOLDER)

    assert [name] == [file.base_name for file in files]


def test_a_folder_of_marks_alone_is_reported(inputs: Inputs, blobs: MemoryBlobs) -> None:
    blobs.write(BOX, "in/_SUCCESS", b"")

    with pytest.raises(NotFound, match=r"does not count as input: 1 marks of Spark"):
        inputs.check(Location(container=BOX, path="in"), DataType.URI_FOLDER, target="uri")


def test_a_whole_container_as_the_input_does_not_raise(inputs: Inputs, blobs: MemoryBlobs) -> None:
    blobs.write(BOX, "a.csv", b"x")

    inputs.check(Location(container=BOX, path=""), DataType.URI_FOLDER, target="uri")


@pytest.mark.parametrize("kind", list(DataType))
def test_nothing_there_is_reported(inputs: Inputs, kind: DataType) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        inputs.check(Location(container=BOX, path="nowhere"), kind, target="uri")


def test_a_missing_container_is_reported(inputs: Inputs) -> None:
    with pytest.raises(NotFound, match="no-box"):
        inputs.check(Location(container="no-box", path="a"), DataType.URI_FOLDER, target="uri")


class Canceled(Exception):
    pass


def test_a_listing_can_be_ended_at_what_is_left_out(inputs: Inputs, blobs: MemoryBlobs) -> None:
    """So that a job that was canceled is not listed to the end for the newest file."""
    skipped, listed = Skipped(), ListingSum()
    for name in "abcde":
        blobs.write(BOX, f"in/{name}", b"")

    def watch() -> None:
        if listed.sum[0] == 3:
            raise Canceled

    folder, newest = Location(container=BOX, path="in"), Choice(Selection(newest=1))
    with pytest.raises(Canceled):
        list(inputs.files(folder, FOLDER, skipped, listed, newest, watch))

    assert ["a", "b"] == [one.path for one in skipped.first]
