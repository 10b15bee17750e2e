"""Downloads whose connections drop, links expire and disks are full: resumed, or refused whole."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.jobs import JOB, ROWS, put_files, put_job, whole_job
from tests.support.refusals import is_refused
from tests.support.stub_service import (
    LIMIT_S,
    NAMES,
    ROOT,
    StubService,
    bep,
    command,
    environment,
    stub_service,
)

DOWNLOAD = ("job", "download", "--name", JOB)


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        put_job(running, whole_job())
        yield running


def files_of(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in found if path.parts[0] != "config"}


def test_a_dropped_connection_is_resumed_where_it_broke(
    service: StubService, tmp_path: Path
) -> None:
    blob = put_files(service)
    blob.breaks = [1000, 2000]

    done = bep(service, tmp_path, *DOWNLOAD)

    assert 0 == done.code, done.stderr
    assert ROWS == (tmp_path / "predictions.csv").read_bytes()
    ranges = [one.headers.get("Range") for one in service.asked("/store/predictions.csv")]
    assert [None, "bytes=1000-", "bytes=3000-"] == ranges


def test_the_next_command_goes_on_where_the_last_one_stopped(
    service: StubService, tmp_path: Path
) -> None:
    """Six times in a row not a byte came: the command gives up and keeps what it has."""
    blob = put_files(service)
    blob.breaks = [1000, *[0] * 6]

    first = bep(service, tmp_path, *DOWNLOAD)
    second = bep(service, tmp_path, *DOWNLOAD)

    assert is_refused(first)
    assert "Repeat the command" in first.stderr
    assert 0 == second.code, second.stderr
    assert "bytes=1000-" == service.asked("/store/predictions.csv")[-1].headers["Range"]
    assert {"predictions.csv"} == files_of(tmp_path)
    assert ROWS == (tmp_path / "predictions.csv").read_bytes()


def test_what_broke_off_has_not_the_final_name(service: StubService, tmp_path: Path) -> None:
    blob = put_files(service)
    blob.breaks = [1000, *[0] * 6]

    bep(service, tmp_path, *DOWNLOAD)

    assert not (tmp_path / "predictions.csv").exists()


def test_a_file_that_changed_between_two_tries_is_begun_anew(
    service: StubService, tmp_path: Path
) -> None:
    blob = put_files(service)
    blob.breaks = [1000, *[0] * 6]
    bep(service, tmp_path, *DOWNLOAD)
    blob.breaks.clear()
    blob.etag = '"another"'

    done = bep(service, tmp_path, *DOWNLOAD)

    assert 0 == done.code, done.stderr
    assert ROWS == (tmp_path / "predictions.csv").read_bytes()
    assert {"predictions.csv"} == files_of(tmp_path)


def test_an_expired_link_is_asked_for_again(service: StubService, tmp_path: Path) -> None:
    blob = put_files(service)
    blob.refusals = [403]

    done = bep(service, tmp_path, *DOWNLOAD)

    assert 0 == done.code, done.stderr
    assert ROWS == (tmp_path / "predictions.csv").read_bytes()
    assert 2 == len(service.asked("/outputs"))


def test_other_bytes_than_the_receipt_states_are_not_kept(
    service: StubService, tmp_path: Path
) -> None:
    put_files(service, sha256="0" * 64)

    done = bep(service, tmp_path, *DOWNLOAD)

    assert is_refused(done)
    assert "'predictions.csv' is not what the job wrote: its SHA-256 is" in done.stderr
    assert set() == files_of(tmp_path)


def test_a_download_that_fails_leaves_the_file_of_before(
    service: StubService, tmp_path: Path
) -> None:
    put_files(service, sha256="0" * 64)
    (tmp_path / "predictions.csv").write_text("of another job\n")

    done = bep(service, tmp_path, *DOWNLOAD)

    assert is_refused(done)
    assert "of another job\n" == (tmp_path / "predictions.csv").read_text()


def test_a_full_disk_is_a_sentence_and_keeps_what_came(
    service: StubService, tmp_path: Path
) -> None:
    """A limit on the size of files stands in for a disk: both end in the write."""
    put_files(service)
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n"
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(limited)

    done = bep(service, tmp_path, *DOWNLOAD, "-p", "out", PYTHONPATH=f"{tmp_path / 'site'}:{ROOT}")

    assert is_refused(done)
    assert "Free some space or name another folder" in done.stderr
    assert not (tmp_path / "out/predictions.csv").exists()


def begin(service: StubService, folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command(*DOWNLOAD),
        cwd=folder,
        env=environment(folder, service.url, **NAMES),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_an_interrupted_download_says_how_to_go_on_and_goes_on(
    service: StubService, tmp_path: Path
) -> None:
    blob = put_files(service)
    blob.breaks = [1000]
    blob.gate = threading.Event()
    process = begin(service, tmp_path)
    service.wait_for("/store/predictions.csv", times=2)

    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=LIMIT_S)
    blob.gate.set()
    done = bep(service, tmp_path, *DOWNLOAD)

    assert (130, "") == (process.returncode, stdout)
    assert "Repeat the command: it goes on where it stopped." in stderr
    assert 0 == done.code, done.stderr
    assert "Range" in service.asked("/store/predictions.csv")[-1].headers
    assert ROWS == (tmp_path / "predictions.csv").read_bytes()


def test_a_second_download_waits_for_the_first_and_finds_the_file(
    service: StubService, tmp_path: Path
) -> None:
    blob = put_files(service)
    blob.gate = threading.Event()
    first = begin(service, tmp_path)
    service.wait_for("/store/predictions.csv")
    second = begin(service, tmp_path)
    assert second.stderr
    said = second.stderr.readline()

    blob.gate.set()
    first.communicate(timeout=LIMIT_S)
    _, rest = second.communicate(timeout=LIMIT_S)

    assert "Waiting for another command that downloads into" in said
    assert (0, 0) == (first.returncode, second.returncode)
    assert "is there already, unchanged" in rest
    assert 1 == len(service.asked("/store/predictions.csv"))


def test_a_store_that_is_busy_is_asked_again(service: StubService, tmp_path: Path) -> None:
    blob = put_files(service)
    blob.refusals = [503, 500]

    done = bep(service, tmp_path, *DOWNLOAD)

    assert 0 == done.code, done.stderr
