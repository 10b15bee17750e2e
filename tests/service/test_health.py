"""`GET /healthz` of the whole service, as a platform's probe asks: without a token."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from tests.support.stack import ROOT, Stack
from tests.support.waiting import wait_until


def health(stack: Stack) -> tuple[int, Any]:
    answer = stack.send("GET", "/healthz", token="")
    return answer.status, answer.body


def test_a_service_that_can_work_says_so_to_anybody(stack: Stack) -> None:
    wait_until(lambda: health(stack)[0] == 200, "all of it has answered in time")

    _, body = health(stack)
    checks = {"storage": "ok", "taskHub": "ok", "scratch": "ok"}
    assert {"status": "Healthy", "checks": checks} == body


def test_while_the_storage_stands_still_it_says_503_in_time_and_names_no_secret(
    stack: Stack,
) -> None:
    azurite = psutil.Process(int(stack.facts["pids"]["azurite"]))
    azurite.send_signal(signal.SIGSTOP)
    try:
        wait_until(lambda: health(stack)[0] == 503, "the storage is missed")
        _, body = health(stack)
    finally:
        azurite.send_signal(signal.SIGCONT)

    assert "Unhealthy" == body["status"]
    assert "ok" != body["checks"]["storage"]
    assert "ok" == body["checks"]["scratch"]
    assert "AccountKey" not in str(body)
    assert "127.0.0.1" not in str(body)
    wait_until(lambda: health(stack)[0] == 200, "it is well again")


def test_the_app_answers_though_its_storage_was_never_there(tmp_path: Path) -> None:
    """Other routes wait for the storage; a probe cannot."""
    nowhere = (
        "DefaultEndpointsProtocol=http;AccountName=mine;AccountKey=c2VjcmV0;"
        "BlobEndpoint=http://127.0.0.1:9/mine"
    )
    settings = {
        "STORAGE_CONNECTION_STRING": nowhere,
        "STORAGE_ACCOUNT_URL": "",
        "AzureWebJobsStorage": nowhere,
        "SCRATCH_FOLDER": str(tmp_path / "scratch"),
    }
    code = (
        "import json, azure.functions as func\n"
        "from triggers.health import _check, _report\n"
        "class Hub:\n"
        "    def find(self, instance): return None\n"
        "answer = _report(_check, Hub())\n"
        "print(json.dumps([answer.status, answer.body]))\n"
        "import os, sys; sys.stdout.flush(); os._exit(0)\n"
    )
    asked = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert asked.stdout.startswith('[503, {"status": "Unhealthy"'), asked.stderr
    assert '"taskHub": "ok", "scratch": "ok"' in asked.stdout
    assert "c2VjcmV0" not in asked.stdout
