"""`bep job download`, with a store whose connections drop, links expire and bytes change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.jobs import JOB, ROWS, arm_job, put_files, put_files_named, put_job, whole_job
from tests.support.refusals import is_refused
from tests.support.stub_service import (
    Reply,
    StubService,
    bep,
    stub_service,
)

DOWNLOAD = ("job", "download", "--name", JOB)
SCORE = Path("named-outputs/score/predictions.csv")


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        put_job(running, whole_job())
        yield running


def files_of(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in found if path.parts[0] != "config"}


def test_the_predictions_come_into_the_folder_itself_as_by_az(
    service: StubService, tmp_path: Path
) -> None:
    put_files(service)

    done = bep(service, tmp_path, *DOWNLOAD, "--download-path", "out")

    assert (0, "") == (done.code, done.stdout)
    assert ROWS == (tmp_path / "out/predictions.csv").read_bytes()
    assert {"out/predictions.csv"} == files_of(tmp_path)


def test_a_named_output_has_a_folder_of_its_own(service: StubService, tmp_path: Path) -> None:
    put_files(service)

    done = bep(service, tmp_path, *DOWNLOAD, "--output-name", "score", "-p", ".")

    assert 0 == done.code, done.stderr
    assert ROWS == (tmp_path / SCORE).read_bytes()


def test_all_brings_logs_receipt_and_errors_too(service: StubService, tmp_path: Path) -> None:
    put_files(service)

    done = bep(service, tmp_path, *DOWNLOAD, "--all")

    assert 0 == done.code, done.stderr
    assert {
        str(SCORE),
        "artifacts/receipt.json",
        "artifacts/errors.jsonl",
        "artifacts/logs/job_result.txt",
        "artifacts/user_logs/std_log.txt",
    } == files_of(tmp_path)


def test_no_token_goes_to_the_store(service: StubService, tmp_path: Path) -> None:
    put_files(service)

    bep(service, tmp_path, *DOWNLOAD)

    asked = service.asked("/store/predictions.csv")
    assert asked
    assert not any("Authorization" in one.headers for one in asked)


def test_an_empty_file_is_a_file(service: StubService, tmp_path: Path) -> None:
    put_files(service, rows=b"")

    done = bep(service, tmp_path, *DOWNLOAD)

    assert 0 == done.code, done.stderr
    assert b"" == (tmp_path / "predictions.csv").read_bytes()


def test_a_file_that_is_there_is_not_fetched_again(service: StubService, tmp_path: Path) -> None:
    put_files(service)
    (tmp_path / "predictions.csv").write_bytes(ROWS)

    done = bep(service, tmp_path, *DOWNLOAD)

    assert 0 == done.code, done.stderr
    assert "is there already" in done.stderr
    assert [] == service.asked("/store/predictions.csv")


def test_another_file_of_that_name_is_replaced_as_by_az(
    service: StubService, tmp_path: Path
) -> None:
    put_files(service)
    (tmp_path / "predictions.csv").write_text("of another job\n")

    done = bep(service, tmp_path, *DOWNLOAD)

    assert 0 == done.code, done.stderr
    assert "in the place of another file" in done.stderr
    assert ROWS == (tmp_path / "predictions.csv").read_bytes()


def test_a_running_job_is_refused_in_az_words(service: StubService, tmp_path: Path) -> None:
    service.on("GET", f"jobs/{JOB}", arm_job("Running"))

    done = bep(service, tmp_path, *DOWNLOAD)

    assert is_refused(done)
    assert "This job is in state Running. Download is allowed only in states" in done.stderr
    assert f"bep job stream --name {JOB}" in done.stderr


def test_an_output_that_no_job_has_is_a_wrong_command_line(
    service: StubService, tmp_path: Path
) -> None:
    done = bep(service, tmp_path, *DOWNLOAD, "--output-name", "scores")

    assert is_refused(done, code=2)
    assert "A job has no output 'scores'. Use one of: score," in done.stderr


def test_a_job_without_predictions_says_where_the_reason_is(
    service: StubService, tmp_path: Path
) -> None:
    service.on("GET", f"jobs/{JOB}", arm_job("Failed"))
    service.on("GET", f"jobs/{JOB}/outputs", {"value": [], "nextLink": None})

    done = bep(service, tmp_path, *DOWNLOAD)

    assert is_refused(done, code=3)
    assert f"Job '{JOB}' has no predictions." in done.stderr


def test_a_path_that_leads_out_of_the_folder_is_refused(
    service: StubService, tmp_path: Path
) -> None:
    put_files(service)
    evil = {"output": "predictions", "path": "../x", "size": 1, "sha256": "", "url": service.url}
    service.on("GET", f"jobs/{JOB}/outputs", {"value": [evil], "nextLink": None})

    done = bep(service, tmp_path, *DOWNLOAD)

    assert is_refused(done)
    assert "'../x' has no place" in done.stderr


def test_a_folder_that_cannot_be_written_is_named(service: StubService, tmp_path: Path) -> None:
    put_files(service)
    (tmp_path / "out").write_text("a file")

    done = bep(service, tmp_path, *DOWNLOAD, "-p", "out")

    assert is_refused(done)
    assert "'out' cannot be written: File exists." in done.stderr


def test_an_unknown_job_ends_with_3(service: StubService, tmp_path: Path) -> None:
    service.on("GET", f"jobs/{JOB}", Reply({"error": {"message": "There is no job 'x'."}}, 404))

    done = bep(service, tmp_path, *DOWNLOAD)

    assert is_refused(done, code=3)
    assert "There is no job 'x'." in done.stderr


def test_a_failed_job_s_logs_receipt_and_errors_are_downloaded_all_the_same(
    service: StubService, tmp_path: Path
) -> None:
    put_files(service)
    service.on("GET", f"jobs/{JOB}", arm_job("Failed"))
    page = service.canned("GET", f"jobs/{JOB}/outputs")
    service.on("GET", f"jobs/{JOB}/outputs", {"value": page["value"][:2], "nextLink": None})

    done = bep(service, tmp_path, *DOWNLOAD, "--all")

    assert 0 == done.code, done.stderr
    assert f"Job '{JOB}' published no predictions" in done.stderr
    assert "artifacts/errors.jsonl" in files_of(tmp_path)
    assert str(SCORE) not in files_of(tmp_path)


def test_many_files_come_side_by_side_and_are_one_line(
    service: StubService, tmp_path: Path
) -> None:
    names = [f"pages/{number}.html" for number in range(30)]
    put_files_named(service, names)
    service.blobs["/store/pages/7.html"].refusals = [403, 503]

    done = bep(service, tmp_path, *DOWNLOAD)

    assert 0 == done.code, done.stderr
    assert ".  30 files, 3.8 kB\n" == done.stderr
    for name in names:
        assert name.encode() * 10 == (tmp_path / name).read_bytes()
