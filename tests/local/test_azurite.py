import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from azure.storage.blob import BlobBlock, BlobServiceClient, ContainerClient

from local.azurite import Azurite, AzuriteFailed, Ports
from tests.local.polling import has_ended, until


@pytest.fixture
def azurite(tmp_path: Path) -> Iterator[Azurite]:
    with Azurite(tmp_path / "azurite") as azurite:
        yield azurite


@contextmanager
def a_container(azurite: Azurite) -> Iterator[ContainerClient]:
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        container = service.get_container_client("box")
        if not container.exists():
            container.create_container()
        yield container


@pytest.fixture
def box(azurite: Azurite) -> Iterator[ContainerClient]:
    with a_container(azurite) as box:
        yield box


def test_what_was_acknowledged_survives_kill_9(azurite: Azurite, box: ContainerClient) -> None:
    """Writes, overwrites and deletes up to the last moment; twice, the second over a replay."""
    expected: dict[str, bytes] = {}

    for generation in range(2):
        for index in range(60):
            name = f"{generation}-{index:03}"
            box.upload_blob(name, b"first")
            expected[name] = b"first"
        for name in list(expected)[::3]:
            box.delete_blob(name)
            del expected[name]
        for name in list(expected)[::5]:
            box.upload_blob(name, name.encode(), overwrite=True)
            expected[name] = name.encode()
        etags = {blob.name: blob.etag for blob in box.list_blobs()}
        azurite.kill()
        azurite.restart()

        assert expected == {name: box.download_blob(name).readall() for name in etags}
        assert etags == {blob.name: blob.etag for blob in box.list_blobs()}


def test_staged_blocks_survive_kill_9(azurite: Azurite, box: ContainerClient) -> None:
    blob = box.get_blob_client("part")
    blob.stage_block("a", b"one,")
    blob.stage_block("b", b"two")

    azurite.kill()
    azurite.restart()
    blob.commit_block_list([BlobBlock("a"), BlobBlock("b")])
    azurite.kill()
    azurite.restart()

    assert b"one,two" == blob.download_blob().readall()


def test_a_line_that_a_kill_cut_short_is_left_out(
    azurite: Azurite, box: ContainerClient, tmp_path: Path
) -> None:
    box.upload_blob("kept", b"kept")
    azurite.kill()
    journals = (tmp_path / "azurite").glob("__azurite_db_blob__.json.journal.*")
    with max(journals).open("a") as journal:
        journal.write('[{"in":"$BLOBS_COLLECTION$","put":{"name":"cut","meta":{}}')

    azurite.restart()

    assert ["kept"] == [blob.name for blob in box.list_blobs()]


def test_an_overwrite_is_one_line_of_the_journal(
    azurite: Azurite, box: ContainerClient, tmp_path: Path
) -> None:
    """It removes the old and inserts the new: a kill between the two would lose both."""
    box.upload_blob("blob", b"old")
    box.upload_blob("blob", b"new", overwrite=True)

    azurite.kill()

    journals = (tmp_path / "azurite").glob("__azurite_db_blob__.json.journal.*")
    steps = [json.loads(line) for line in max(journals).read_text().splitlines()]
    removing = [step for step in steps if any("drop" in change for change in step)]
    assert 1 == len(removing)
    assert any("put" in change for change in removing[0])


def test_an_orderly_end_keeps_everything_too(tmp_path: Path) -> None:
    with Azurite(tmp_path) as azurite, a_container(azurite) as box:
        box.upload_blob("kept", b"kept")

    with Azurite(tmp_path) as azurite, a_container(azurite) as box:
        assert b"kept" == box.download_blob("kept").readall()


def test_a_save_empties_the_journal(azurite: Azurite, box: ContainerClient, tmp_path: Path) -> None:
    box.upload_blob("kept", b"kept")

    azurite.stop()

    journals = (tmp_path / "azurite").glob("*.journal.*")
    assert [0] == list({journal.stat().st_size for journal in journals})
    saved = json.loads((tmp_path / "azurite" / "__azurite_db_blob__.json").read_text())
    blobs = next(each for each in saved["collections"] if each["name"] == "$BLOBS_COLLECTION$")
    assert ["kept"] == [blob["name"] for blob in blobs["data"]]


def test_a_restart_keeps_the_ports(azurite: Azurite) -> None:
    before = azurite.connection_string

    azurite.restart()

    assert before == azurite.connection_string


def test_a_port_that_is_taken_is_replaced(azurite: Azurite) -> None:
    with Azurite(ports=Ports(blob=azurite.ports.blob)) as other:
        assert azurite.ports.blob != other.ports.blob
        with a_container(other) as box:
            box.upload_blob("works", b"")


def test_a_start_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "__azurite_db_blob__.json").write_text("{cut")

    with pytest.raises(AzuriteFailed, match=r"(?s)did not start. It said:.*JSON"):
        Azurite(tmp_path).start()


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, time; from local.azurite import Azurite\n"
        "azurite = Azurite(pathlib.Path(sys.argv[1])); azurite.start()\n"
        "print(azurite.pid, flush=True); time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        azurite = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)

    until(lambda: has_ended(azurite))
