"""Housekeeping on the whole service: real histories purged, real blobs gone, readers told of it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from shared.domain.job import Job
from shared.stores.job_index import key_of
from tests.service.conftest import put_script
from tests.support.stack import WORKSPACE, Stack, served
from tests.support.stub_service import Done, environment, run
from tests.support.waiting import wait_until

AGE = timedelta(days=3)
SLOW = "import time\ndef init(): pass\ndef run(files):\n    time.sleep(0.5)\n    return files\n"
FILES, LIMIT_S = 30, 300


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """One of its own: what is old in it goes. Its timer looks each second."""
    monkeypatch.setenv("PART_DAYS", "1")
    monkeypatch.setenv("HISTORY_DAYS", "1")
    monkeypatch.setenv("HOUSEKEEPING_SCHEDULE", "* * * * * *")
    with served(tmp_path / "state") as running:
        yield running


def bep(stack: Stack, folder: Path, *words: str) -> Any:
    variables = environment(folder, stack.url, BEP_TOKEN=stack.token())
    done: Done = run(folder, variables, *words)
    assert 0 == done.code, done.stderr
    return json.loads(done.stdout)


def grow_old(stack: Stack, job: str) -> None:
    """The job was invoked, and ended, days ago; so was everything in the task hub."""
    container = stack.blobs.get_container_client("batch-jobs")
    body = json.loads(container.download_blob(f"{job}/job.json").readall())
    for part, name in (("spec", "created_at"), ("state", "ended_at")):
        body[part][name] = (datetime.fromisoformat(body[part][name]) - AGE).isoformat()
    container.upload_blob(f"{job}/job.json", json.dumps(body).encode(), overwrite=True)
    key = key_of(Job.from_wire(body).spec)
    stack.blobs.get_container_client("batch-index").upload_blob(f"time/{key}", b"")
    micros = round(AGE.total_seconds() * 1e6)
    database = stack.state / "host" / "devhost.db"
    with closing(sqlite3.connect(database, timeout=30)) as hub, hub:
        hub.execute("UPDATE instances SET created_us = created_us - ?", (micros,))


def gone(answer: Any) -> dict[str, int]:
    return {one["rule"]: one["count"] for one in answer["gone"]}


def ask(stack: Stack, path: str, status: int = HTTPStatus.OK) -> Any:
    answer = stack.send("GET", path)
    assert status == answer.status, answer.body
    return answer.body


def test_what_is_old_goes_by_bep_and_what_runs_is_never_touched(own: Stack, tmp_path: Path) -> None:
    stack = own
    put_script(stack, "slow", SLOW, miniBatchSize=1, maxConcurrencyPerInstance=1)
    few = stack.upload("few", {"a.csv": b"1", "b.csv": b"2"})
    ended = stack.invoke("slow", few)
    assert "Completed" == stack.ended(ended, LIMIT_S)["status"]
    name, status_url = ended["name"], ended["statusQueryGetUri"]
    many = {f"{one:02d}.csv": b"1" for one in range(FILES)}
    running = stack.invoke("slow", stack.upload("many", many))
    wait_until(lambda: stack.job(running)["status"] == "Running", limit_s=LIMIT_S)
    grow_old(stack, name)

    preview = bep(stack, tmp_path, "housekeeping", "run", "--dry-run")
    assert stack.report(ended, "parts/000000"), "nothing went"
    removed = bep(stack, tmp_path, "housekeeping", "run")
    again = bep(stack, tmp_path, "housekeeping", "run")

    assert "Running" == stack.job(running)["status"]
    assert {"parts", "histories"} == set(gone(preview))
    assert gone(preview) == gone(removed)
    assert {} == gone(again)
    assert {("parts", name)} <= {(one["rule"], one["name"]) for one in preview["places"]}
    check_told(stack, ended, status_url)
    shown = bep(stack, tmp_path, "housekeeping", "show")
    assert gone(removed) in [gone(one) for one in shown["records"]]
    assert "Completed" == stack.ended(running, LIMIT_S)["status"]
    assert "Executed 'Functions.look_after_house' (Succeeded" in stack.log.read_text()


def check_told(stack: Stack, ended: Any, status_url: str) -> None:
    """By whom the job is read, now that its history and its parts are gone."""
    job = f"/endpoints/slow/jobs/{ended['name']}"
    assert HTTPStatus.NOT_FOUND == stack.send("GET", status_url).status, "Durable's own"
    status = ask(stack, f"{job}/status")
    assert "Completed" == status["customStatus"]["status"]
    document = ask(stack, job)["properties"]
    assert ["parts"] == list(document["removed"])
    assert "proven" == stack.receipt(ended)["verdict"]
    assert ask(stack, f"{job}/minibatches")["shards"][0]["states"] == "ss"
    one = ask(stack, f"{job}/minibatches/0")
    assert "removed by housekeeping" in one["note"]
    run = ask(stack, f"/history/v1.0{WORKSPACE}/runs/{ended['name']}")
    assert "Completed" == run["status"]


def test_only_contributors_may_keep_house(stack: Stack) -> None:
    path = f"{WORKSPACE}/housekeeping"
    for role in ("reader", "invoker"):
        refused = stack.send("POST", f"{path}/run", token=stack.token(role))
        assert HTTPStatus.FORBIDDEN == refused.status

    token = "bm8gcGxhY2U="  # no place
    answer = ask(stack, f"{path}/preview?$skiptoken={token}", HTTPStatus.BAD_REQUEST)
    assert "'no place' is not a place in a dry run." in answer["error"]["message"]
