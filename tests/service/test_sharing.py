"""Who shares a deployment's scorers: two jobs, and the bundles of one job."""

import csv
import io
from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import Any

from tests.service.conftest import Deploy, put_script
from tests.support import two_hosts
from tests.support.doubler import csv_of
from tests.support.stack import WORKSPACE, Stack
from tests.support.waiting import wait_until

REPORT = "logs/sys/job_report/processed_mini-batches.csv"
SMALL, LARGE, SLEEP_S = 12, 400, 0.05
BUNDLE_S = 2.0
# Two shards. The first says how long a mini-batch takes; of the second, the first half is as
# nothing, and its other half takes four times as long, all by itself.
TWO_SHARDS, PACE_S, NOTHING_S, SLOW_S = 400, 0.01, 0.0, 0.04
SLEEPS = """\
import time
from pathlib import Path


def run(mini_batch):
    for path in mini_batch:
        time.sleep(float(Path(path).read_text()))
    return [Path(path).name for path in mini_batch]
"""


def sleep_of(index: int) -> float:
    return PACE_S if index < 200 else NOTHING_S if index < 300 else SLOW_S


def report(stack: Stack, job: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(stack.report(job, REPORT).decode())))


def starts(stack: Stack, job: Any) -> list[datetime]:
    return sorted(datetime.fromisoformat(line["Start Time"]) for line in report(stack, job))


@two_hosts.is_about_one_host("the other host has a scorer of its own for the small job")
def test_a_small_job_waits_for_turns_of_a_large_one_and_not_for_its_bundles(
    stack: Stack, deploy: Deploy
) -> None:
    """A turn is 0.2 s, and a bundle would be 2 s; the small job waits for several turns."""
    endpoint = deploy("sharing", miniBatchSize=1, environmentVariables={"SLEEP_S": str(SLEEP_S)})
    files = {f"f{n:04d}.csv": csv_of((n, 1)) for n in range(LARGE)}
    some = dict(list(files.items())[:SMALL])
    large = stack.invoke(endpoint, stack.upload("sharing-large", files))
    path = f"/endpoints/{endpoint}/jobs/{large['name']}/shards"
    wait_until(lambda: stack.send("GET", path).body.get("running"))

    small = stack.invoke(endpoint, stack.upload("sharing-small", some))
    assert "Completed" == stack.ended(small)["status"]
    stack.send("POST", f"{WORKSPACE}/jobs/{large['name']}/cancel")
    stack.ended(large)

    of_large = starts(stack, large)
    turns = [
        (after - before).total_seconds()
        for before, after in pairwise(starts(stack, small))
        if any(before < one < after for one in of_large)
    ]
    assert min(turns) < BUNDLE_S / 2, turns


@two_hosts.is_about_one_host("the other host's scorers rest there")
def test_what_takes_one_scorer_long_is_shared_with_the_one_that_was_done_soon(
    stack: Stack,
) -> None:
    put_script(stack, "outpaced", SLEEPS, miniBatchSize=1, maxConcurrencyPerInstance=2)
    files = {f"f{n:04d}.txt": str(sleep_of(n)).encode() for n in range(TWO_SHARDS)}

    job = stack.invoke("outpaced", stack.upload("outpaced", files))

    ended = stack.ended(job)
    assert "Completed" == ended["status"]
    assert sorted(files) == stack.output(ended).decode().split()
    slow = [line["Process"] for line in report(stack, job) if int(line["Mini-batch Id"]) >= 300]
    assert [True, True] == [count >= 20 for count in Counter(slow).values()], Counter(slow)
