"""`bep job ...` against the whole service: jobs that end well, fail, are left and are canceled."""

import hashlib
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.service.conftest import Deploy, deploy_on, put_script
from tests.service.models import csv_of, rows_of
from tests.support.refusals import is_refused
from tests.support.stack import Stack
from tests.support.stub_service import LIMIT_S, Done, command, environment, run

SLOW: dict[str, Any] = {"miniBatchSize": 1, "environmentVariables": {"SLEEP_S": "0.2"}}
MANY = {f"f{i:03d}.csv": csv_of((i, 1)) for i in range(250)}
WRITES_PAGES = """\
import os
from pathlib import Path


def run(mini_batch):
    out = Path(os.environ["AZUREML_BI_OUTPUT_PATH"], "pages")
    out.mkdir(exist_ok=True)
    for path in mini_batch:
        (out / f"{Path(path).stem} 100%.html").write_text(open(path).read())
    return [os.path.basename(path) for path in mini_batch]
"""
# The article's loop, and what scripts do after it.
SCRIPT = """\
set -e
status=$(bep ml job show -n "$JOB" --query status -o tsv)
while [ "$status" != "Completed" ]
do
  case $status in Failed|Canceled) exit 9;; esac
  sleep 0.2
  status=$(bep ml job show -n "$JOB" --query status -o tsv)
done
bep ml job download -n "$JOB" --output-name score --download-path .
bep job receipt -n "$JOB" | jq -r .verdict
bep job errors -n "$JOB" | jq length
bep job stream -n "$JOB" 2>/dev/null | jq -r .status
bep job list --parent-job-name "$JOB" --query '[0].display_name' -o tsv
cat named-outputs/score/predictions.csv
"""

type Bep = Callable[..., Done]


def variables_of(stack: Stack, folder: Path, **more: str) -> dict[str, str]:
    return environment(folder, stack.url, **{"BEP_TOKEN": stack.token(), **more})


@pytest.fixture
def bep(stack: Stack, tmp_path: Path) -> Bep:
    return lambda *words: run(tmp_path, variables_of(stack, tmp_path), *words)


def test_a_script_waits_for_a_job_and_fetches_what_it_left(
    stack: Stack, deploy: Deploy, tmp_path: Path
) -> None:
    files = {"a.csv": csv_of((1, 2)), "b.csv": csv_of((3, 4))}
    started = stack.invoke(deploy("cli-script"), stack.upload("cli-script", files))
    own = variables_of(stack, tmp_path, JOB=started["name"])
    program = tmp_path / "bin" / "bep"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {command()[0]} -m cli "$@"\n')
    program.chmod(0o755)

    done = subprocess.run(
        ["sh", "-c", SCRIPT],
        cwd=tmp_path,
        env=own | {"PATH": f"{program.parent}:{own['PATH']}"},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    rows = rows_of("a.csv", (1, 2)) + rows_of("b.csv", (3, 4))
    assert ["proven", "0", "Completed", "batchscoring", *rows] == done.stdout.splitlines()


def test_all_that_a_script_wrote_is_downloaded_and_is_what_the_receipt_says(
    stack: Stack, bep: Bep, tmp_path: Path
) -> None:
    put_script(stack, "cli-pages", WRITES_PAGES, miniBatchSize=2)
    files = {f"f{i}.txt": f"{i}".encode() for i in range(3)}
    started = stack.invoke("cli-pages", stack.upload("cli-pages", files))
    assert "Completed" == stack.ended(started)["status"]

    done = bep("job", "download", "-n", started["name"], "--all", "-p", "out")

    assert 0 == done.code, done.stderr
    published = bep("job", "receipt", "-n", started["name"]).answer["output"]["files"]
    assert 4 == len(published)
    for one in published:
        data = (tmp_path / "out/named-outputs/score" / one["path"]).read_bytes()
        assert one["sha256"] == hashlib.sha256(data).hexdigest()
    artifacts = tmp_path / "out/artifacts"
    assert stack.report(started, "receipt.json") == (artifacts / "receipt.json").read_bytes()
    assert (artifacts / "user_logs/std_log.txt").read_text().startswith(f"Job {started['name']}:")


def test_a_job_that_fails_while_it_is_streamed_ends_with_4_and_lists_its_errors(
    stack: Stack, deploy: Deploy, bep: Bep
) -> None:
    files = {"bad.csv": csv_of((1, 666)), "good.csv": csv_of((1, 1))}
    endpoint = deploy("cli-fails", errorThreshold=0)
    started = stack.invoke(endpoint, stack.upload("cli-fails", files))

    streamed = bep("job", "stream", "-n", started["name"])

    assert is_refused(streamed, code=4)
    assert f"Job '{started['name']}' failed: " in streamed.stderr
    assert streamed.stderr.startswith(f"Job {started['name']}: endpoint cli-fails")
    [error] = bep("job", "errors", "-n", started["name"]).answer
    assert "bad.csv" in error["file"]
    assert "the number of the beast" in error["message"]
    refused = bep("job", "download", "-n", started["name"])
    assert is_refused(refused, code=3)


def test_an_interrupted_stream_leaves_the_job_which_is_then_canceled(
    stack: Stack, deploy: Deploy, bep: Bep, tmp_path: Path
) -> None:
    started = stack.invoke(deploy("cli-left", **SLOW), stack.upload("cli-left", MANY))
    name = started["name"]
    process = subprocess.Popen(
        command("job", "stream", "-n", name),
        cwd=tmp_path,
        env=variables_of(stack, tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    first = process.stderr.readline()

    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=LIMIT_S)

    assert first.startswith(f"Job {name}: ")
    assert (130, "") == (process.returncode, stdout)
    assert f"Job '{name}' goes on. Come back to it: bep job stream --name {name}" in stderr
    assert stack.job(started)["status"] in {"NotStarted", "Preparing", "Running"}
    running = bep("job", "download", "-n", name)
    assert is_refused(running)
    assert "This job is in state" in running.stderr
    canceled = bep("job", "cancel", "-n", name)
    assert f"Job '{name}' is Canceled." in canceled.stderr
    assert is_refused(bep("job", "stream", "-n", name), code=4)


def test_a_stream_outlives_the_host(stack: Stack, bep: Bep, tmp_path: Path) -> None:
    files = {f"f{i:02d}.csv": csv_of((i, 1)) for i in range(20)}
    started = stack.invoke(
        deploy_on(stack, "cli-outlives", **SLOW), stack.upload("cli-outlives", files)
    )
    process = subprocess.Popen(
        command("job", "stream", "-n", started["name"], "--query", "status", "-o", "tsv"),
        cwd=tmp_path,
        env=variables_of(stack, tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    process.stderr.readline()

    stack.back_after("host", stack.kill("host"))

    stdout, stderr = process.communicate(timeout=120)
    assert (0, "Completed\n") == (process.returncode, stdout), stderr
    assert 20 == bep("job", "receipt", "-n", started["name"]).answer["files"]["scored"]


def test_labels_and_archives_are_seen_in_lists(stack: Stack, deploy: Deploy, bep: Bep) -> None:
    started = stack.invoke(
        deploy("cli-labels"), stack.upload("cli-labels", {"a.csv": csv_of((1, 1))})
    )
    name = started["name"]

    updated = bep("job", "update", "-n", name, "--set", "display_name=A job", "tags.team=blue")

    assert ("A job", "blue") == (updated.answer["display_name"], updated.answer["tags"]["team"])
    names = ("--query", "[].name", "--tag", "team=blue")
    assert [name] == bep("job", "list", *names).answer
    bep("job", "archive", "-n", name)
    assert [] == bep("job", "list", *names).answer
    assert [name] == bep("job", "list", *names, "--archived-only").answer
    bep("job", "restore", "-n", name)
    assert [name] == bep("job", "list", *names).answer
