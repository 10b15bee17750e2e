import json
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobBlock, BlobServiceClient, ContainerClient

from local.azurite import Azurite, AzuriteFailed, Ports
from tests.support.waiting import is_running, wait_until


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

    wait_until(lambda: not is_running(azurite))


USUAL_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)
"""The one that everybody knows."""


def with_key(azurite: Azurite, key: str) -> str:
    return azurite.connection_string.replace(azurite.key, key)


def is_refused(connection: str) -> bool:
    with BlobServiceClient.from_connection_string(connection, retry_total=0) as service:
        try:
            list(service.list_containers())
        except HttpResponseError as error:
            return error.status_code == HTTPStatus.FORBIDDEN
    return False


@pytest.mark.parametrize("name", ["kept", ""], ids=["in a folder", "in memory"])
def test_the_key_that_everybody_knows_opens_nothing(tmp_path: Path, name: str) -> None:
    with Azurite(tmp_path / name if name else None) as azurite:
        assert is_refused(with_key(azurite, USUAL_KEY))
        assert not is_refused(azurite.connection_string)


def test_each_folder_has_a_key_of_its_own_that_stays_and_is_its_owners(tmp_path: Path) -> None:
    first, other = Azurite(tmp_path / "first"), Azurite(tmp_path / "other")

    assert first.key == Azurite(tmp_path / "first").key
    assert len({first.key, other.key, Azurite().key, USUAL_KEY}) == 4
    assert 0o600 == stat.S_IMODE((tmp_path / "first" / "account.key").stat().st_mode)


def test_a_folder_that_was_made_with_the_usual_key_is_served_with_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "azurite"
    folder.mkdir()
    (folder / "account.key").write_text(USUAL_KEY)
    with Azurite(folder) as azurite, a_container(azurite) as box:
        box.upload_blob("kept", b"kept")
    (folder / "account.key").unlink()  # as earlier versions left it

    with Azurite(folder) as azurite, a_container(azurite) as box:
        assert b"kept" == box.download_blob("kept").readall()
        assert is_refused(with_key(azurite, USUAL_KEY))


@pytest.mark.parametrize("damaged", ["", "key", "a" * 88, "é"])
def test_a_damaged_key_is_reported_and_not_replaced_by_the_usual_one(
    tmp_path: Path, damaged: str
) -> None:
    (tmp_path / "account.key").write_text(damaged)

    with pytest.raises(AzuriteFailed, match=r"account\.key' does not hold .* Delete it"):
        Azurite(tmp_path).start()
