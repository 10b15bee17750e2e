"""`bep job stream`: the log as it grows, one live line, the end; and what comes between."""

import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.jobs import CHILD, HISTORY, JOB, put_job, whole_job
from tests.support.refusals import is_refused
from tests.support.stub_service import (
    LIMIT_S,
    NAMES,
    Done,
    Reply,
    StubService,
    bep,
    command,
    environment,
    stub_service,
)

STREAM = ("job", "stream", "--name", JOB)
POLL = f"/endpoints/ep/jobs/{JOB}"


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        yield running


def start(service: StubService, folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command(*STREAM),
        cwd=folder,
        env=environment(folder, service.url, **NAMES),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: "subprocess.Popen[str]") -> Done:
    stdout, stderr = process.communicate(timeout=LIMIT_S)
    return Done(process.returncode, stdout, stderr)


def test_each_line_of_the_log_is_written_once_and_the_job_is_the_answer(
    service: StubService, tmp_path: Path
) -> None:
    moments = whole_job("Running", done=1), whole_job("Running", done=2), whole_job()
    put_job(service, *moments, log=("one\n", "one\ntwo\n", "one\ntwo\nthree\n"))

    done = bep(service, tmp_path, *STREAM)

    assert 0 == done.code, done.stderr
    assert "one\ntwo\nthree\n" == done.stderr
    assert "Completed" == done.answer["status"]


def test_the_scoring_step_is_followed_as_its_job(service: StubService, tmp_path: Path) -> None:
    put_job(service, whole_job())
    log = {"status": "Completed", "logFiles": {}}
    service.on("GET", f"jobs/{CHILD}", {"id": "c", "name": CHILD, "properties": None})
    service.on("GET", f"{HISTORY}/runs/{CHILD}", {"rootRunId": JOB})
    service.on("GET", f"{HISTORY}/runs/{CHILD}/details", log)

    done = bep(service, tmp_path, "job", "stream", "--name", CHILD)

    assert JOB == done.answer["name"]


def test_a_job_that_failed_ends_with_4_and_its_reason(service: StubService, tmp_path: Path) -> None:
    put_job(service, whole_job("Failed", "3 files failed, error_threshold allows 0."))

    done = bep(service, tmp_path, *STREAM)

    assert is_refused(done, code=4)
    assert f"Job '{JOB}' failed: 3 files failed, error_threshold allows 0." in done.stderr
    assert f"bep job errors --name {JOB}" in done.stderr


def test_a_canceled_job_ends_with_4(service: StubService, tmp_path: Path) -> None:
    put_job(service, whole_job("Canceled"))

    done = bep(service, tmp_path, *STREAM)

    assert is_refused(done, code=4)
    assert f"Job '{JOB}' was canceled." in done.stderr


def test_an_interrupt_leaves_the_job_running_and_says_how_to_come_back(
    service: StubService, tmp_path: Path
) -> None:
    put_job(service, whole_job("Running", done=1))
    process = start(service, tmp_path)
    service.wait_for(POLL, times=2)

    process.send_signal(signal.SIGINT)
    done = end(process)

    assert (130, "") == (done.code, done.stdout)
    assert f"Job '{JOB}' goes on. Come back to it: bep job stream --name {JOB}" in done.stderr
    assert "Traceback" not in done.stderr
    assert [] == service.asked("/cancel")


def test_a_service_that_restarts_meanwhile_is_waited_for(
    service: StubService, tmp_path: Path
) -> None:
    put_job(service, whole_job("Running", done=1), log=("one\n",))
    process = start(service, tmp_path)
    service.wait_for(POLL, times=2)
    service.close()
    assert process.stderr
    before = [process.stderr.readline() for _ in range(2)]

    with stub_service(service.port) as anew:
        put_job(anew, whole_job(), log=("one\ntwo\n",))
        done = end(process)

    assert "one\n" == before[0]
    assert "cannot be reached" in before[1]
    assert 0 == done.code, done.stderr
    assert "The service is back.\ntwo\n" == done.stderr


def test_a_service_that_never_answered_is_named_and_not_waited_for(
    service: StubService, tmp_path: Path
) -> None:
    service.close()

    done = bep(service, tmp_path, *STREAM)

    assert is_refused(done)
    assert f"The service at {service.url} cannot be reached" in done.stderr


def test_an_unknown_job_ends_with_3(service: StubService, tmp_path: Path) -> None:
    service.on("GET", f"jobs/{JOB}", Reply({"error": {"message": "There is no such job."}}, 404))

    assert is_refused(bep(service, tmp_path, *STREAM), code=3)


def test_a_token_that_expired_says_how_to_sign_in(service: StubService, tmp_path: Path) -> None:
    service.on("GET", f"jobs/{JOB}", Reply(None, 401))

    done = bep(service, tmp_path, *STREAM)

    assert is_refused(done)
    assert "Sign in again: bep login." in done.stderr


def test_a_terminal_has_one_live_line_with_counts_rate_and_time_left(
    service: StubService, tmp_path: Path
) -> None:
    put_job(service, whole_job("Running", done=1), whole_job(), log=("one\n", "one\nend\n"))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(*STREAM, "--query", "status", "-o", "tsv"),
        cwd=tmp_path,
        env=environment(tmp_path, service.url, **NAMES, TERM="xterm", COLUMNS="120"),
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    stdout, _ = process.communicate(timeout=LIMIT_S)
    shown = _read_all(ours)

    live = "Running: 1 of 4 mini-batches, 1 of 4 files, 2.0 files/s, 3 s to 9 s left"
    assert b"Completed\n" == stdout
    assert f"one\r\n{live}\r\x1b[Kend\r\n" in shown
    assert shown.endswith("\r\x1b[K")


def test_only_show_errors_leaves_the_log_out(service: StubService, tmp_path: Path) -> None:
    put_job(service, whole_job())

    done = bep(service, tmp_path, *STREAM, "--only-show-errors")

    assert (0, "") == (done.code, done.stderr)


def _read_all(terminal: int) -> str:
    """What was written to a terminal whose other end is closed."""
    pieces = list[bytes]()
    try:
        while piece := os.read(terminal, 4096):
            pieces.append(piece)
    except OSError:  # Linux says so at the end
        pass
    os.close(terminal)
    return b"".join(pieces).decode()
