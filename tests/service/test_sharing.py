"""A small job beside a large one of the same deployment, with one scorer between them."""

import csv
import io
from datetime import datetime
from itertools import pairwise
from typing import Any

from tests.service.conftest import Deploy
from tests.support import two_hosts
from tests.support.doubler import csv_of
from tests.support.stack import WORKSPACE, Stack
from tests.support.waiting import wait_until

REPORT = "logs/sys/job_report/processed_mini-batches.csv"
SMALL, LARGE, SLEEP_S = 12, 400, 0.05
BUNDLE_S = 2.0


def starts(stack: Stack, job: Any) -> list[datetime]:
    lines = csv.DictReader(io.StringIO(stack.report(job, REPORT).decode()))
    return sorted(datetime.fromisoformat(line["Start Time"]) for line in lines)


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
