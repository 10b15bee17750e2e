"""Whom a scorer process serves, and what it writes at its end, over HTTP."""

import gzip
import importlib
from typing import Any

import psutil
import pytest

from tests.service.conftest import put_script
from tests.service.test_scripts import folder_of, published
from tests.support import two_hosts
from tests.support.stack import WORKSPACE, Stack, scorers_of, served
from tests.support.waiting import wait_until

FILES = {f"f{i:02d}.txt": b"x" for i in range(12)}
COUNTS = """\
import os
import random


def init():
    global count
    count = 0
    random.seed(7)


def run(mini_batch):
    global count
    rows = []
    for path in mini_batch:
        count += 1
        rows.append("%d %s %d" % (count, os.path.basename(path), random.randint(0, 999)))
    return rows
"""
TOTALS = """\
import os

seen = []


def run(mini_batch):
    if os.path.basename(mini_batch[0]) == os.environ.get("DIES_ON"):
        os._exit(3)
    seen.extend(mini_batch)
    return [os.path.basename(path) for path in mini_batch]


def shutdown():
    {first}
    folder = os.environ["AZUREML_BI_OUTPUT_PATH"]
    with open(os.path.join(folder, "total-%d" % os.getpid()), "w") as total:
        total.write(str(len(seen)))
    print("shut down")
"""
ARCHIVE = """\
import atexit
import gzip
import os
import time


def init():
    global lines
    folder = os.environ["AZUREML_BI_OUTPUT_PATH"]
    lines = gzip.open(os.path.join(folder, "all-%d.gz" % os.getpid()), "wt")
    atexit.register(lines.close)


def run(mini_batch):
    for path in mini_batch:
        time.sleep(float(os.environ.get("SLEEP_S", "0")))
        if os.path.basename(path) == os.environ.get("DIES_ON"):
            os._exit(3)
        lines.write(os.path.basename(path) + chr(10))
    return mini_batch
"""


def files_like(stack: Stack, properties: Any, beginning: str) -> list[bytes]:
    """The contents of the side files of a job whose names begin so."""
    folder = folder_of(properties)
    names = sorted(name for name in published(stack, folder) if name.startswith(beginning))
    return [stack.download(f"{folder}/{name}") for name in names]


# Slow enough for several processes to have a part.
SHARED = """\
import {module}
import os
import time

lines = None


def run(mini_batch):
    global lines
    if lines is None:
        folder = os.environ["AZUREML_BI_OUTPUT_PATH"]
        lines = {module}.open(os.path.join(folder, "all"), "wt")
    for path in mini_batch:
        time.sleep(0.1)
        lines.write(os.path.basename(path) + chr(10))
    return mini_batch
"""


def lines_of(archives: list[bytes]) -> list[str]:
    return sorted(line for one in archives for line in gzip.decompress(one).decode().splitlines())


@two_hosts.is_about_one_host("its rows say what the process that scored them had scored before")
def test_the_same_job_twice_gives_the_same_bytes(stack: Stack, script: Any) -> None:
    script("counts", COUNTS, miniBatchSize=5)
    uri = stack.upload("twelve", FILES)
    first, second = (stack.ended(stack.invoke("counts", uri)) for _ in range(2))

    assert "1 f00.txt" == stack.output(first).decode()[:9]
    assert stack.output(first) == stack.output(second)


def test_shutdown_is_called_once_per_process_and_its_files_are_published(
    stack: Stack, script: Any
) -> None:
    script("totals", TOTALS.format(first="pass"), miniBatchSize=1, maxConcurrencyPerInstance=2)
    started = stack.invoke("totals", stack.upload("twelve", FILES))
    properties = stack.ended(started)

    assert "Completed" == properties["status"], properties
    totals = [int(total) for total in files_like(stack, properties, "total-")]
    assert 12 == sum(totals)
    assert len(totals) in {1, 2} or two_hosts.IS_ON  # there, others take over from who dies
    assert list(FILES) == stack.output(properties).decode().splitlines()
    node = next(name for name in log_names(stack, started) if "/stdout/" in name)
    assert b"shut down" in stack.download(node, "batch-jobs")


def log_names(stack: Stack, started: Any) -> list[str]:
    client = stack.blobs.get_container_client("batch-jobs")
    return sorted(client.list_blob_names(name_starts_with=f"{started['name']}/logs/user/"))


def test_a_shutdown_that_fails_is_in_the_logs_and_fails_a_job_of_side_files(
    stack: Stack, script: Any
) -> None:
    text = TOTALS.format(first="raise ValueError('no totals today')")
    script("fails-at-last", text)
    script("fails-at-last-too", text, outputAction="SummaryOnly")
    uri = stack.upload("twelve", FILES)
    rows, files = (stack.invoke(name, uri) for name in ("fails-at-last", "fails-at-last-too"))

    assert "Completed" == stack.ended(rows)["status"]
    failed = stack.ended(files)
    assert "Failed" == failed["status"]
    assert "shutdown() failed: ValueError: no totals today" in failed["error"]["message"]
    for started in (rows, files):
        names = [name for name in log_names(stack, started) if "/logs/user/error/" in name]
        assert 1 == len(names) or (two_hosts.IS_ON and names)  # there, each host has its process
        for name in names:
            assert b"in shutdown" in stack.download(name, "batch-jobs")


def test_what_a_killed_process_had_still_to_write_is_reported(stack: Stack, script: Any) -> None:
    script(
        "loses-totals",
        TOTALS.format(first="pass"),
        miniBatchSize=1,
        errorThreshold=-1,
        environmentVariables={"DIES_ON": "f07.txt"},
        retrySettings={"maxRetries": 0, "timeout": "PT30S"},
    )
    properties = stack.ended(stack.invoke("loses-totals", stack.upload("twelve", FILES)))

    assert "Completed" == properties["status"], properties
    lost = 11 - sum(int(total) for total in files_like(stack, properties, "total-"))
    assert lost or two_hosts.IS_ON  # there, it may have been the first of the one that died
    told = f"The processes of {lost} mini-batches were ended before their shutdown()"
    warned = [one[: len(told)] for one in properties["warnings"] if "shutdown()" in one]
    assert [told][:lost] == warned


def test_what_a_process_that_died_after_its_last_minibatch_had_to_write_is_reported(
    stack: Stack, script: Any
) -> None:
    script("dies-at-last", TOTALS.format(first="os._exit(3)"), miniBatchSize=1)
    properties = stack.ended(stack.invoke("dies-at-last", stack.upload("twelve", FILES)))

    assert "Completed" == properties["status"], properties
    assert [] == files_like(stack, properties, "total-")
    told = "The processes of 12 mini-batches were ended before their shutdown()"
    assert [told] == [one[: len(told)] for one in properties["warnings"] if "shutdown()" in one]


@pytest.mark.parametrize("module", ["gzip", "bz2", "lzma"])
def test_a_compressed_file_that_several_processes_hold_open_has_the_lines_of_all(
    stack: Stack, script: Any, module: str
) -> None:
    more = {"miniBatchSize": 1, "maxConcurrencyPerInstance": 2}
    script(f"shares-{module}", SHARED.format(module=module), **more)
    properties = stack.ended(stack.invoke(f"shares-{module}", stack.upload("twelve", FILES)))

    assert "Completed" == properties["status"], properties
    (whole,) = files_like(stack, properties, "all")
    lines = importlib.import_module(module).decompress(whole).decode().splitlines()
    assert list(FILES) == sorted(lines)


def test_an_archive_that_is_open_to_the_end_is_published_whole(stack: Stack, script: Any) -> None:
    more = {"miniBatchSize": 1, "maxConcurrencyPerInstance": 2, "outputAction": "SummaryOnly"}
    script("archives", ARCHIVE, **more)
    properties = stack.ended(stack.invoke("archives", stack.upload("twelve", FILES)))

    assert "Completed" == properties["status"], properties
    assert list(FILES) == lines_of(files_like(stack, properties, "all-"))


def test_an_archive_whose_process_dies_fails_the_job_in_words(stack: Stack, script: Any) -> None:
    script(
        "torn",
        ARCHIVE,
        miniBatchSize=1,
        outputAction="SummaryOnly",
        environmentVariables={"DIES_ON": "f07.txt"},
        retrySettings={"maxRetries": 0, "timeout": "PT30S"},
    )
    properties = stack.ended(stack.invoke("torn", stack.upload("twelve", FILES)))

    assert "Failed" == properties["status"]
    assert "open from mini-batch to mini-batch" in properties["error"]["message"]
    assert "Close each file in run()" in properties["error"]["message"]


def test_processes_leave_when_their_job_is_canceled(stack: Stack, script: Any) -> None:
    script("leaves", ARCHIVE, miniBatchSize=1, environmentVariables={"SLEEP_S": "0.2"})
    started = stack.invoke("leaves", stack.upload("twelve", FILES))
    wait_until(lambda: reported(stack, started))
    pids = {process.pid for process in scorers_of(stack)}
    stack.send("POST", f"{WORKSPACE}/jobs/{started['name']}/cancel")

    assert "Canceled" == stack.ended(started)["status"]
    wait_until(lambda: [pid for pid in pids if not psutil.pid_exists(pid)])


def test_an_archive_is_whole_after_its_host_was_killed(state: Any) -> None:
    """What the lost processes held is scored again: each line is there once."""
    with served(state) as own:
        put_script(
            own,
            "killed",
            ARCHIVE,
            miniBatchSize=1,
            outputAction="SummaryOnly",
            environmentVariables={"SLEEP_S": "0.3"},
        )
        started = own.invoke("killed", own.upload("twelve", FILES))
        wait_until(lambda: reported(own, started))
        own.back_after("host", own.kill("host"))
        properties = own.ended(started)

        assert "Completed" == properties["status"], properties
        assert list(FILES) == lines_of(files_like(own, properties, "all-"))
        assert 12 == len(own.output(properties).decode().splitlines())


def reported(stack: Stack, started: Any) -> bool:
    """Whether a bundle has come in."""
    client = stack.blobs.get_container_client("batch-jobs")
    names = client.list_blob_names(name_starts_with=f"{started['name']}/outcomes/")
    return next(iter(names), None) is not None
