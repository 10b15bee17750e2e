"""A schedule on the whole service: by its file, by real minutes, and through a killed host."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.service.conftest import deploy_on
from tests.service.models import csv_of
from tests.support.stack import CONTAINER, WORKSPACE, Stack, served
from tests.support.stub_service import Done, environment, run
from tests.support.waiting import wait_until

TWO_LOOKS_S = 150
FILE = """
name: each-minute
catchup: all
trigger: {type: cron, expression: "* * * * *"}
create_job:
  endpoint_name: clockwise
  display_name: "Of {yyyy}-{MM}-{dd}"
  inputs:
    data: {type: uri_folder, path: "azureml://datastores/workspaceblobstore/paths/scheduled/{yyyy}"}
  outputs:
    score:
      type: uri_file
      path: azureml://datastores/workspaceblobstore/paths/scored/{name}.csv
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """One of its own: its host is killed."""
    with served(tmp_path / "state") as running:
        yield running


def bep(stack: Stack, folder: Path, *words: str) -> Any:
    variables = environment(folder, stack.url, BEP_TOKEN=stack.token())
    done: Done = run(folder, variables, *words)
    assert 0 == done.code, done.stderr
    return json.loads(done.stdout) if done.stdout else None


def jobs_of(stack: Stack, schedule: str) -> list[str]:
    found = stack.blobs.get_container_client("batch-jobs").list_blob_names(
        name_starts_with=f"{schedule}-"
    )
    return sorted({name.split("/")[0] for name in found if name.endswith("/job.json")})


def document(stack: Stack, path: str) -> Any:
    answer = stack.send("GET", f"{WORKSPACE}{path}")
    assert 200 == answer.status, answer.body
    return answer.body["properties"]


def minutes(first: str, count: int) -> list[str]:
    """The names of the jobs of so many minutes."""
    name, _, text = first.rpartition("-")
    begin = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    moments = [begin + n * timedelta(minutes=1) for n in range(count)]
    return [f"{name}-{moment:%Y%m%dT%H%M%SZ}" for moment in moments]


def test_each_minute_has_one_job_though_the_host_is_killed_while_it_makes_one(
    stack: Stack, tmp_path: Path
) -> None:
    """Killed as soon as the first minute's job is there: started or not, counted or not."""
    deploy_on(stack, "clockwise")
    stack.upload(f"scheduled/{datetime.now(UTC):%Y}", {"a.csv": csv_of((1, 2))})
    (tmp_path / "each-minute.yml").write_text(FILE)
    made = bep(stack, tmp_path, "schedule", "create", "--file", "each-minute.yml")
    assert made["is_enabled"]

    wait_until(lambda: jobs_of(stack, "each-minute"), limit_s=TWO_LOOKS_S, every_s=0.02)
    stack.back_after("host", stack.kill("host"))
    wait_until(lambda: len(jobs_of(stack, "each-minute")) > 1, limit_s=TWO_LOOKS_S)
    off = bep(stack, tmp_path, "schedule", "disable", "--name", "each-minute")
    names = jobs_of(stack, "each-minute")

    assert not off["is_enabled"]
    assert minutes(names[0], len(names)) == names
    for name in names:
        ended = stack.ended({"name": name, "properties": {"endpointName": "clockwise"}})
        assert "Completed" == ended["status"], ended
        assert stack.download(f"scored/{name}.csv", CONTAINER)
        assert f"Of {datetime.now(UTC):%Y-%m}" in document(stack, f"/jobs/{name}")["displayName"]
    assert [] == bep(stack, tmp_path, "schedule", "list")
    assert names[-1] == document(stack, "/schedules/each-minute")["lastRun"]["jobName"]

    run_at_once = bep(stack, tmp_path, "schedule", "trigger", "-n", "each-minute")
    ended = stack.ended(
        {"name": run_at_once["job_name"], "properties": {"endpointName": "clockwise"}}
    )
    assert "Completed" == ended["status"]
    bep(stack, tmp_path, "schedule", "delete", "-n", "each-minute", "--yes")
    assert 404 == stack.send("GET", f"{WORKSPACE}/schedules/each-minute").status
