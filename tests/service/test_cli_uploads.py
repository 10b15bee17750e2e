"""Uploads of the command line into the real store: through cuts, twice, in thousands."""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from cli.connection.service import Service
from cli.connection.tokens import Tokens
from cli.connection.transport import Transport
from cli.errors import UsageError
from cli.storage.blob_listing import list_blobs
from cli.storage.container import open_datastore
from cli.storage.fetch_files import IncomingFile, fetch_files
from cli.uploads.send_files import SMALL_AT_ONCE
from cli.uploads.upload_folder import hash_folder, upload_folder, upload_hashed
from tests.support.cutting_proxy import CuttingProxy
from tests.support.stack import WORKSPACE, Stack

MANY = 5_000
MANY_LIMIT_S = 300
"""A second's worth of requests on an idle machine, and this one is not."""
LARGE = 60_000_000
BLOCK = 8 << 20


class Through(Service):
    """The service, whose storage seems to be where the proxy is."""

    proxy: CuttingProxy

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        document = super().get(path, query)
        if path.startswith("datastores/"):
            account = document["properties"]["accountName"]
            port = urlsplit(f"//{account}").port
            document["properties"]["accountName"] = account.replace(str(port), str(self.proxy.port))
        return document


@pytest.fixture
def service(stack: Stack) -> Iterator[Through]:
    through = Through(stack.url, WORKSPACE, Tokens(stack.url, stack.token, None), Transport())
    through.proxy = CuttingProxy(urlsplit(stack.blobs.url).port or 0)
    yield through
    through.proxy.close()


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_a_large_file_survives_cuts_and_its_staged_blocks_are_not_sent_again(
    stack: Stack, service: Through, tmp_path: Path
) -> None:
    content = os.urandom(LARGE)
    service.proxy.cuts_up = [3_000_000, 4_000_000, 5_000_000]

    uploaded = upload_folder(service, write(tmp_path / "data", {"x": content}), kind="data")

    assert not service.proxy.cuts_up
    assert service.proxy.bytes_up < LARGE + 3 * BLOCK
    assert content == stack.download(f"{uploaded.uri.partition('/paths/')[2]}/x")


def test_small_files_survive_cuts(stack: Stack, service: Through, tmp_path: Path) -> None:
    files = {f"sub/{name}": os.urandom(50_000) for name in range(40)}
    service.proxy.cuts_up = [70_000] * 5

    uploaded = upload_folder(
        service, write(tmp_path / "data", {str(k): v for k, v in files.items()}), kind="data"
    )

    own = uploaded.uri.partition("/paths/")[2]
    assert not service.proxy.cuts_up
    assert files == {name: stack.download(f"{own}/{name}") for name in files}


def test_a_download_survives_cuts(service: Through, tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    uploaded = upload_folder(service, write(tmp_path / "data", {"x": content}), kind="data")
    [blob] = list_blobs(open_datastore(service), uploaded.uri.partition("/paths/")[2])
    service.proxy.cuts_down = [1_000_000, 700_000]

    fetch_files(open_datastore(service), [IncomingFile(blob, tmp_path / "y")])

    assert not service.proxy.cuts_down
    assert content == (tmp_path / "y").read_bytes()
    assert ["data", "y"] == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["models", "data"])
def test_a_repeated_upload_sends_nothing(service: Through, tmp_path: Path, kind: str) -> None:
    folder = write(tmp_path / "m", {"a": b"1" * 1000, "b/empty": b"", "c #?%20 ä.txt": b"3"})
    first = upload_folder(service, folder, kind=kind)
    before = service.proxy.puts

    second = upload_folder(service, folder, kind=kind)

    assert service.proxy.puts == before
    assert (3, 1001) == (first.files, first.bytes)
    assert (first.uri, 3) == (second.uri, second.skipped)


def test_what_was_sent_before_a_failure_is_not_sent_again(service: Through, tmp_path: Path) -> None:
    """The last of more files than go up at once: most of the others were there before it began."""
    more = {f"{n:03}": os.urandom(100) for n in range(3 * SMALL_AT_ONCE)}
    folder = write(tmp_path / "m", more | {"z": b"before"})
    hashed = hash_folder(folder)
    facts = (folder / "z").stat()
    (folder / "z").write_bytes(b"longer than before")

    with pytest.raises(UsageError, match=r"z' changed while it was uploaded\. Repeat"):
        upload_hashed(service, hashed, kind="models")

    (folder / "z").write_bytes(b"before")
    os.utime(folder / "z", ns=(facts.st_atime_ns, facts.st_mtime_ns))
    skipped = upload_folder(service, folder, kind="models").skipped
    assert 2 * SMALL_AT_ONCE <= skipped <= 3 * SMALL_AT_ONCE


def test_a_large_file_that_changes_while_it_is_sent_never_appears(
    service: Through, tmp_path: Path
) -> None:
    folder = write(tmp_path / "m", {"large": os.urandom(2 * BLOCK + 1)})
    hashed = hash_folder(folder)
    with (folder / "large").open("r+b") as file:
        file.write(b"other")

    with pytest.raises(UsageError, match="changed while it was uploaded"):
        upload_hashed(service, hashed, kind="data")

    prefix = f"LocalUpload/{hashed.content.sha256}/"
    assert not list(list_blobs(open_datastore(service), prefix))


def test_thousands_of_small_files_go_up_at_once(service: Through, tmp_path: Path) -> None:
    folder = write(tmp_path / "many", {f"{n % 50}/{n}.txt": b"%d" % n for n in range(MANY)})
    began = time.monotonic()

    first = upload_folder(service, folder, kind="data")
    second = upload_folder(service, folder, kind="data")

    assert (MANY, 0, MANY) == (first.files, first.skipped, second.skipped)
    assert MANY_LIMIT_S > time.monotonic() - began


def test_code_gets_a_container_of_its_own(stack: Stack, service: Through, tmp_path: Path) -> None:
    uploaded = upload_folder(service, write(tmp_path / "src", {"score.py": b"x"}), kind="codes")

    container = uploaded.uri.split("/")[-2]
    assert container.startswith("code-")
    assert b"x" == stack.download("src/score.py", container)
