"""A worker that stands still amid a job: others do its work, and what it brings late is dropped.

`host.json` has a minute, the least that the Durable extension takes. The option is shorter, so that
nobody has to wait for it; STANDSTILL_VISIBILITY_S=60 has the real minute, and stands still for two.
"""

import os
import signal
import time
from pathlib import Path
from typing import Any

import psutil

from tests.service.conftest import deploy_on
from tests.service.models import csv_of, rows_of
from tests.support.stack import Stack, served
from tests.support.waiting import wait_until

VISIBILITY_S = int(os.environ.get("STANDSTILL_VISIBILITY_S", "15"))
STANDSTILL_S = 2 * VISIBILITY_S
FILES = {f"f{i:03d}.csv": csv_of((i, 1)) for i in range(60)}
SLOW: dict[str, Any] = {
    "miniBatchSize": 1,
    "maxConcurrencyPerInstance": 2,
    "environmentVariables": {"SLEEP_S": "0.5"},
}


def worker_of(stack: Stack) -> psutil.Process:
    """The process that runs the app's activities: the host has one."""
    (worker,) = (
        child
        for child in psutil.Process(int(stack.facts["pids"]["host"])).children()
        if "worker_main" in " ".join(child.cmdline())
    )
    return worker


def test_what_stands_still_costs_its_minibatches_in_flight_and_no_row(tmp_path: Path) -> None:
    with served(tmp_path / "state", "--visibility", str(VISIBILITY_S)) as stack:
        endpoint = deploy_on(stack, "standstill", **SLOW)
        started = stack.invoke(endpoint, stack.upload("standstill", FILES))
        wait_until(lambda: minibatches(stack.job(started)) >= 4)
        frozen = worker_of(stack)

        frozen.send_signal(signal.SIGSTOP)
        stood_since = time.monotonic()
        wait_until(lambda: "stands still since" in stack.log.read_text(), limit_s=STANDSTILL_S)
        time.sleep(stood_since + STANDSTILL_S - time.monotonic())
        frozen.send_signal(signal.SIGCONT)

        properties = stack.ended(started, limit_s=600)
        assert "Completed" == properties["status"], properties
        rows = [row for i in range(60) for row in rows_of(f"f{i:03d}.csv", (i, 1))]
        assert rows == stack.output(properties).decode().splitlines()
        receipt = stack.receipt(started)
        assert ("proven", 60) == (receipt["verdict"], receipt["files"]["scored"])
        wait_until(lambda: f"Worker process {frozen.pid} went on" in stack.log.read_text())


def minibatches(job: Any) -> int:
    progress = job.get("progress")
    return int(progress["mini_batches"]["done"]) if progress else 0
