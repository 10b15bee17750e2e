"""A disk that is full for a while, and a journal that is broken: the storage keeps what it can."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from azure.core.exceptions import AzureError
from azure.storage.blob import BlobServiceClient, ContainerClient

from local.azurite import Azurite

DISK_BYTES = 8 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None:
        pytest.skip("there is no mount command here")
    command = [mount, "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def a_box(azurite: Azurite) -> Iterator[ContainerClient]:
    """Without retries: each failure is seen."""
    text = azurite.connection_string
    with BlobServiceClient.from_connection_string(text, retry_total=0) as service:
        box = service.get_container_client("box")
        if not box.exists():
            box.create_container()
        yield box


def fill(path: Path) -> None:
    """Take whatever is free on the disk, to the last byte."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def uploaded(box: ContainerClient, names: list[str]) -> tuple[dict[str, bytes], list[str]]:
    """What was acknowledged, and the names of what was not."""
    done: dict[str, bytes] = {}
    failed: list[str] = []
    for name in names:
        content = name.encode() * 20
        try:
            box.upload_blob(name, content, metadata={"note": "x" * 500}, overwrite=True)
            done[name] = content
        except AzureError:
            failed.append(name)
    return done, failed


def contents(box: ContainerClient) -> dict[str, bytes]:
    return {blob.name: box.download_blob(blob.name).readall() for blob in box.list_blobs()}


def broken_journals(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*broken-journal*"))


def test_what_a_full_disk_does_not_hold_is_not_acknowledged(disk: Path) -> None:
    """Full, free again, and killed: what was acknowledged is there, and the storage starts."""
    heard: list[str] = []
    with Azurite(disk / "azurite", on_line=heard.append) as azurite, a_box(azurite) as box:
        kept, _ = uploaded(box, [f"before-{i:02}" for i in range(20)])
        fill(disk / "filler")
        meanwhile, failed = uploaded(box, [f"full-{i:02}" for i in range(30)])
        assert failed
        assert failed[-1] == "full-29"

        (disk / "filler").unlink()
        after, none = uploaded(box, [f"after-{i:02}" for i in range(20)])
        assert [] == none
        azurite.kill()
        azurite.restart()

        expected = kept | meanwhile | after
        assert 20 + len(meanwhile) + 20 == len(expected)
        found = contents(box)
        assert expected == {name: found.get(name) for name in expected}
        assert any("cannot write" in line for line in heard)
        assert [] == broken_journals(disk / "azurite")


def test_a_kill_while_the_disk_is_full_loses_nothing_acknowledged(disk: Path) -> None:
    with Azurite(disk / "azurite") as azurite, a_box(azurite) as box:
        kept, _ = uploaded(box, [f"before-{i:02}" for i in range(20)])
        fill(disk / "filler")
        meanwhile, failed = uploaded(box, [f"full-{i:02}" for i in range(30)])
        assert failed
        azurite.kill()
        (disk / "filler").unlink()
        azurite.restart()

        found = contents(box)
        assert kept | meanwhile == {name: found.get(name) for name in kept | meanwhile}
        assert [] == broken_journals(disk / "azurite")


def test_a_reader_is_told_that_the_storage_is_busy_while_the_disk_is_full(disk: Path) -> None:
    with Azurite(disk / "azurite") as azurite, a_box(azurite) as box:
        uploaded(box, ["before"])
        fill(disk / "filler")
        uploaded(box, [f"full-{i:02}" for i in range(30)])

        with pytest.raises(AzureError, match=r"(?i)busy|journal"):
            box.download_blob("before").readall()
        (disk / "filler").unlink()

        assert b"before" * 20 == box.download_blob("before").readall()


@pytest.mark.parametrize("broken", ['[{"in":"$BLOBS_COLL', "{}"])
def test_a_start_stops_at_the_first_broken_line_says_so_and_keeps_the_rest(
    tmp_path: Path, broken: str
) -> None:
    heard: list[str] = []
    folder = tmp_path / "azurite"
    with Azurite(folder, on_line=heard.append) as azurite, a_box(azurite) as box:
        box.upload_blob("kept", b"kept")
        azurite.kill()
        journal = max(folder.glob("__azurite_db_blob__.json.journal.*"))
        whole = journal.read_text()
        line = whole.count("\n") + 1
        journal.write_text(f"{whole}{broken}\n{whole.splitlines()[-1]}\n")

        azurite.restart()

        assert {"kept": b"kept"} == contents(box)
        (said,) = [said for said in heard if "is broken" in said]
        assert f"{journal.name} is broken at line {line}" in said
        copy = folder / journal.name.replace(".journal.", ".broken-journal.")
        assert str(copy) in said
        assert broken in copy.read_text()
        box.upload_blob("later", b"later")
        azurite.kill()
        azurite.restart()
        assert {"kept": b"kept", "later": b"later"} == contents(box)
        assert os.fspath(copy.name) in broken_journals(folder)
