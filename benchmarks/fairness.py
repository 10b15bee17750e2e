"""A small job beside a large one: `./run bench fairness [--large 10000] [--seconds 0.1]`.

A job of 10 mini-batches is run alone, and then while one of `--large` mini-batches runs: of the
same deployment, and of another one. Each mini-batch takes `--seconds`. The goal is 3 times its time
alone.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.support.deploying import deploy_on
from tests.support.doubler import csv_of
from tests.support.stack import WORKSPACE, Stack, served
from tests.support.waiting import wait_until

SMALL, REPEATS, GOAL = 10, 3, 3.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench fairness", description=__doc__)
    parser.add_argument("--large", type=int, default=10_000, help="Mini-batches of the large job.")
    parser.add_argument("--seconds", default="0.1", help="What a mini-batch takes.")
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 2], help="In flight.")
    options = parser.parse_args()
    print(f"{'at once':>7} {'alone':>8} {'beside':>8} {'ratio':>6}   s", flush=True)
    is_met = True
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "state") as stack:
        inputs = {n: _upload(stack, n) for n in (SMALL, options.large)}
        for at_once in options.at_once:
            settings = {
                "miniBatchSize": 1,
                "maxConcurrencyPerInstance": at_once,
                "environmentVariables": {"SLEEP_S": options.seconds},
            }
            own = deploy_on(stack, f"own-{at_once}", **settings)
            other = deploy_on(stack, f"other-{at_once}", **settings)
            is_met &= _measure(stack, at_once, (own, other), inputs[SMALL], inputs[options.large])
    return 0 if is_met else 1


def _measure(
    stack: Stack, at_once: int, endpoints: tuple[str, str], small: str, large: str
) -> bool:
    own, other = endpoints
    alone = median(_took(stack, own, small) for _ in range(REPEATS))
    is_met = True
    for large_one, what in ((own, "same deployment"), (other, "another one")):
        job = stack.invoke(large_one, large)
        wait_until(lambda job=job: stack.job(job)["status"] == "Running", limit_s=600)  # type: ignore[misc]
        time.sleep(3)  # its bundles have grown
        beside = median(_took(stack, own, small) for _ in range(REPEATS))
        ratio = beside / alone
        print(f"{at_once:7} {alone:8.2f} {beside:8.2f} {ratio:6.1f}   {what}", flush=True)
        is_met &= ratio <= GOAL and stack.job(job)["status"] == "Running"
        stack.send("POST", f"{WORKSPACE}/jobs/{job['name']}/cancel")
        stack.ended(job)
    return is_met


def _took(stack: Stack, endpoint: str, uri: str) -> float:
    began = time.monotonic()
    ended = stack.ended(stack.invoke(endpoint, uri))
    if ended["status"] != "Completed":
        raise RuntimeError(f"The job is {ended['status']}: {ended}")
    return time.monotonic() - began


def _upload(stack: Stack, count: int) -> str:
    return stack.upload(f"fair-{count}", {f"f{n:05d}.csv": csv_of((n, 1)) for n in range(count)})


if __name__ == "__main__":
    sys.exit(main())
