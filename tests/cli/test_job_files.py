"""`bep job receipt|errors|logs`, and a deployment's log: what it prints."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.jobs import JOB, put_files, put_job, whole_job
from tests.support.refusals import is_refused
from tests.support.stub_service import Reply, StubService, bep, stub_service


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        put_job(running, whole_job())
        yield running


def test_receipt_and_errors_are_json(service: StubService, tmp_path: Path) -> None:
    put_files(service)

    assert "proven" == bep(service, tmp_path, "job", "receipt", "-n", JOB).answer["verdict"]
    errors = bep(service, tmp_path, "job", "errors", "-n", JOB)
    assert [{"file": "b.csv", "stage": "run", "message": "bad"}] == errors.answer


def test_errors_are_a_table_on_request(service: StubService, tmp_path: Path) -> None:
    put_files(service)

    done = bep(service, tmp_path, "job", "errors", "-n", JOB, "-o", "table")

    head, _, row = done.stdout.splitlines()[:3]
    assert ["File", "Stage", "Message"] == head.split()
    assert ["b.csv", "run", "bad"] == row.split()


LEFT_OUT = {
    "counts": {"hidden": 1, "notIncluded": 1},
    "files": [
        {"path": ".a.csv", "reason": "hidden"},
        {"path": "b.txt", "reason": "notIncluded"},
    ],
}


def test_what_was_left_out_is_listed_with_its_reason(service: StubService, tmp_path: Path) -> None:
    put_files(service)
    command = ("job", "left-out", "-n", JOB)

    nothing = bep(service, tmp_path, *command)
    receipt = json.dumps({"job": JOB, "left_out": LEFT_OUT}).encode()
    service.on("GET", f"jobs/{JOB}/outputs/receipt", Reply(receipt))
    told, table = (bep(service, tmp_path, *command, *more) for more in ((), ("-o", "table")))

    assert {"counts": {}, "files": []} == nothing.answer
    assert LEFT_OUT == told.answer
    assert ["Path", "Reason"] == table.stdout.splitlines()[0].split()
    assert ["b.txt", "notIncluded"] == table.stdout.splitlines()[3].split()


def test_large_errors_are_fetched_from_where_the_answer_leads(
    service: StubService, tmp_path: Path
) -> None:
    put_files(service)
    where = {"Location": f"{service.url}/store/errors.jsonl?sig=secret"}
    service.on("GET", f"jobs/{JOB}/outputs/errors", Reply(b"Follow it.", 302, where))

    assert "bad" == bep(service, tmp_path, "job", "errors", "-n", JOB).answer[0]["message"]
    assert "Authorization" not in service.asked("/store/errors.jsonl")[-1].headers


GROUPS = {
    "groups": [
        {"id": "1f", "files": 9, "stage": "score", "message": "no <value>", "first_files": ["a"]}
    ]
}


def test_errors_are_grouped_by_cause(service: StubService, tmp_path: Path) -> None:
    service.on("GET", f"/endpoints/ep/jobs/{JOB}/errors/groups", Reply(GROUPS))

    causes = bep(service, tmp_path, "job", "errors", "-n", JOB, "--group")
    table = bep(service, tmp_path, "job", "errors", "-n", JOB, "--group", "-o", "table")

    assert GROUPS["groups"] == causes.answer
    assert ["9", "files", "score", "no", "<value>"] == table.stdout.splitlines()[2].split()


def test_insights_are_a_table_of_suggestions(service: StubService, tmp_path: Path) -> None:
    advice = {"setting": "mini_batch_size", "current": 10, "suggested": 4, "why": "It is slow."}
    body = {"job": JOB, "suggestions": [advice]}
    service.on("GET", f"/endpoints/ep/jobs/{JOB}/insights", Reply(body))

    whole = bep(service, tmp_path, "job", "insights", "-n", JOB)
    table = bep(service, tmp_path, "job", "insights", "-n", JOB, "-o", "table")

    assert body == whole.answer
    row = "mini_batch_size 10 4 It is slow."
    assert row.split() == table.stdout.splitlines()[2].split()


def test_logs_are_listed_and_printed(service: StubService, tmp_path: Path) -> None:
    listed = bep(service, tmp_path, "job", "logs", "-n", JOB)
    log = ("--log-name", "logs/job_result.txt", "-o", "tsv")
    printed = bep(service, tmp_path, "job", "logs", "-n", JOB, *log)

    assert ["logs/job_result.txt", "user_logs/std_log.txt"] == listed.answer
    assert "All is well.\n" == printed.stdout.rstrip("\n") + "\n"


def test_logs_are_downloaded_to_artifacts(service: StubService, tmp_path: Path) -> None:
    done = bep(service, tmp_path, "job", "logs", "-n", JOB, "--download", "-p", "here")

    assert (0, "") == (done.code, done.stdout)
    assert b"All is well.\n" == (tmp_path / "here/artifacts/logs/job_result.txt").read_bytes()


def test_a_log_that_is_not_there_is_named_with_those_that_are(
    service: StubService, tmp_path: Path
) -> None:
    done = bep(service, tmp_path, "job", "logs", "-n", JOB, "--log-name", "logs/x.txt")

    assert is_refused(done, code=3)
    assert "has no log 'logs/x.txt'. It has: logs/job_result.txt, user_logs" in done.stderr


def test_an_answer_that_is_no_json_is_a_sentence(service: StubService, tmp_path: Path) -> None:
    service.on("GET", f"jobs/{JOB}/outputs/receipt", Reply(b"<html>"))

    done = bep(service, tmp_path, "job", "receipt", "-n", JOB)

    assert is_refused(done)
    assert "The answer is not JSON" in done.stderr


def test_errors_that_are_no_json_are_a_sentence(service: StubService, tmp_path: Path) -> None:
    service.on("GET", f"jobs/{JOB}/outputs/errors", Reply(b"<html>"))

    done = bep(service, tmp_path, "job", "errors", "-n", JOB)

    assert is_refused(done)
    assert f"The errors of job '{JOB}' are no JSON" in done.stderr


def test_what_a_deployment_said_is_read_by_get_logs(service: StubService, tmp_path: Path) -> None:
    path = "batchEndpoints/ep/deployments/main/getLogs"
    service.on("POST", path, {"content": "one\ntwo\n"})

    own = ("batch-deployment", "get-logs", "-n", "main", "-e", "ep", "-l", "2")

    assert "one\ntwo\n" == bep(service, tmp_path, *own).answer
    assert {"tail": 2} == service.asked("/getLogs")[-1].body
    assert is_refused(bep(service, tmp_path, *own[:-1], "0"), code=2)
