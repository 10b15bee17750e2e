"""Manifests: what their lines may be, and which line is told of when one cannot be read."""

import pytest

from shared.adapters.address_guard import AddressGuard
from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.asset import AssetId, Data, DataType
from shared.domain.caller import Author
from shared.domain.datastore import StorageAccount
from shared.domain.errors import InvalidRequest
from shared.domain.resolved_deployment import Location
from shared.domain.storage_hosts import StorageHosts
from shared.stores.datastores import Datastores
from shared.stores.input_listing import Inputs
from shared.stores.manifests import MOST_FILES, Manifests
from shared.stores.other_urls import OtherUrls
from shared.stores.registry import Registry
from shared.stores.signatures import Signatures

BOX, OTHER = "azureml-blobstore", "other-box"
ACCOUNT = "https://acc.blob.core.windows.net"
PLACE = Location(container=BOX, path="in/list.txt")


def judge(url: str, *, target: str) -> None:
    AddressGuard().check(url, target=target)


def listed(
    blobs: MemoryBlobs, text: str | bytes, most_files: int = MOST_FILES, job: str = ""
) -> list[tuple[str, str]]:
    """The container, if it is another one, and the name of each file."""
    data = text.encode() if isinstance(text, str) else text
    blobs.write(BOX, PLACE.path, data)
    registry = Registry(blobs)
    signatures = Signatures(blobs)
    urls = OtherUrls(signatures, StorageHosts(), (), lambda secret: f"sealed:{len(secret)}", judge)
    stores = {"workspaceblobstore": BOX, "other": OTHER}
    datastores = Datastores(registry, StorageAccount(url=ACCOUNT), stores, urls)
    inputs = Inputs(blobs, registry, datastores)
    found = Manifests(blobs, inputs, most_files).files(PLACE, job)
    return [(file.container, file.name) for file in found]


@pytest.fixture(autouse=True)
def files(blobs: MemoryBlobs) -> None:
    blobs.ensure_container(OTHER)
    for name in ("in/a.csv", "in/b.csv", "in/sub/a.csv", "in/#d.csv", "top.csv", "in/ä b.csv"):
        blobs.write(BOX, name, b"1")
    blobs.write(OTHER, "x/a.csv", b"1")


def test_lines_are_paths_in_the_manifests_folder_in_its_order(blobs: MemoryBlobs) -> None:
    """With comments, blank lines, a byte order mark, ends of lines as Windows has them."""
    text = "\ufeff# a list\r\nsub/a.csv\r\n\r\n  b.csv  \r\nä b.csv\r\na.csv"

    assert ["in/sub/a.csv", "in/b.csv", "in/ä b.csv", "in/a.csv"] == [
        name for _, name in listed(blobs, text)
    ]


def test_lines_may_be_whole_references(blobs: MemoryBlobs) -> None:
    data = Data(
        id=AssetId(name="d", version="1"),
        uri="azureml://datastores/workspaceblobstore/paths/top.csv",
        type=DataType.URI_FILE,
    )
    Registry(blobs).data.save(data, "d", "1", by=Author(name="ada"))
    text = (
        f"{ACCOUNT}/{BOX}/in/a.csv\nazureml://datastores/other/paths/x/a.csv\nazureml:d:1\n"
        f"azureml://datastores/workspaceblobstore/paths/in/%23d.csv\n{ACCOUNT}/{BOX}/in/%23d.csv\n"
    )
    blobs.write(BOX, "in/%23d.csv", b"1")

    assert [
        ("", "in/a.csv"),
        (OTHER, "x/a.csv"),
        ("", "top.csv"),
        ("", "in/%23d.csv"),
        ("", "in/#d.csv"),
    ] == listed(blobs, text)


def test_what_opens_files_of_other_accounts_is_kept_for_the_job(
    blobs: MemoryBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = "https://else.blob.core.windows.net/box/a.csv?sig=s3cret&sp=r"
    url, query = signed.split("?")
    key = Signatures(blobs).keep("else.blob.core.windows.net", query, lambda _: "sealed")
    there = f"{url.rpartition('/')[0]}#{key}"
    own = blobs.head  # here nobody routes to other accounts
    monkeypatch.setattr(blobs, "head", lambda box, name: own(BOX if box == there else box, name))
    blobs.write(BOX, "a.csv", b"1")

    assert [("", "in/a.csv"), (there, "a.csv")] == listed(blobs, f"a.csv\n{signed}", job="monday")

    (use,) = Signatures(blobs).uses()
    assert (key, ("monday",)) == (use.key, use.jobs)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a.csv\nmissing.csv", ["Line 2", "('missing.csv')", "no blob 'in/missing.csv'"]),
        ("#\na.csv\n\na.csv", ["Line 4", "'in/a.csv' is on line 2 already"]),
        (f"a.csv\n{ACCOUNT}/{BOX}/in/a.csv", ["Line 2 of", "'in/a.csv' is on line 1"]),
        ("../top.csv", ["Line 1", "'..'"]),
        ("sub\\a.csv", ["Line 1", "backslash"]),
        ("azureml://datastores/nope/paths/x", ["Line 1", "no datastore 'nope'"]),
        ("azureml://datastores/other/paths/x/", ["Line 1", "is a folder"]),
        ("nested/", ["Line 1", "'nested/' is a folder", "Name files"]),
        ("azureml:nothing:1", ["Line 1", "nothing"]),
        ("ftp://host/x", ["Line 1", "no blob"]),
        (b"a.csv\n\xff\xfe", ["Line 2", "UTF-8"]),
        (f"a.csv\n{'x' * 9000}", ["Line 2", "more than 8192 bytes"]),
        (f"a.csv\n{'x' * 9000}\nb.csv", ["Line 2", "more than 8192 bytes"]),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_number(
    blobs: MemoryBlobs, text: str | bytes, words: list[str]
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        listed(blobs, text)

    told = str(refusal.value)
    assert [] == [word for word in words if word not in told], told


@pytest.mark.parametrize(
    "line",
    [
        f"{ACCOUNT}/{BOX}/gone.csv?sig=s3cret&se=1",
        "https://ada:s3cret@acc.blob.core.windows.net/box/a.csv",
        "azureml://datastores/other/paths/x/a.csv?sig=s3cret",
        "http://10.0.0.1/a.csv?token=s3cret",
    ],
)
def test_no_secret_of_a_line_is_told(blobs: MemoryBlobs, line: str) -> None:
    with pytest.raises(InvalidRequest, match="Line 2 of the manifest") as refusal:
        listed(blobs, f"a.csv\n{line}")

    assert "s3cret" not in str(refusal.value)


def test_a_manifest_is_read_in_pieces_and_bounded(blobs: MemoryBlobs) -> None:
    """The first line that is wrong is told, although files are looked at side by side."""
    names = [f"f{index:04d}.csv" for index in range(700)]
    for name in names:
        blobs.write(BOX, f"in/{name}", b"1")

    assert [f"in/{name}" for name in names] == [name for _, name in listed(blobs, "\n".join(names))]
    with pytest.raises(InvalidRequest, match=r"Line 301 of the manifest \('zzz'\)"):
        listed(blobs, "\n".join([*names[:300], "zzz", "yyy", *names[300:]]))
    with pytest.raises(InvalidRequest, match=r"Line 6 .* at most 5 files"):
        listed(blobs, "\n".join(names), most_files=5)
