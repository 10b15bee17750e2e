"""How long polls wait beside a full load: `./run bench polls [--cores 1 2 4] [--threads N]`.

For each number of cores, a service with the caps that the Durable extension has there by default:

1. Polls of a job, ten a second, while nothing else happens: the baseline.
2. The same while 8 mini-batches run, an environment is built, and three deployments are put.

The cores themselves are those of this machine. The goal is 300 ms for the 95th percentile, where
the baseline leaves room for it. `--threads` is PYTHON_THREADPOOL_THREAD_COUNT: 6 shows what too few
do.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from tests.support.deploying import deploy_on
from tests.support.doubler import csv_of
from tests.support.stack import WORKSPACE, Stack, served
from tests.support.waiting import wait_until

CAP = "AzureFunctionsJobHost__extensions__durableTask__maxConcurrent{}Functions"
THREADS = "PYTHON_THREADPOOL_THREAD_COUNT"
MINIBATCHES, AT_ONCE = 400, 8
BASELINE_S, EVERY_S, GOAL_S = 10.0, 0.1, 0.3
CONDA = "dependencies:\n- python=3.13\n- pip:\n  - pandas==2.3.3\n  - scikit-learn==1.7.2\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench polls", description=__doc__)
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--threads", type=int, default=0, help="0: as the host sets it.")
    options = parser.parse_args()
    if options.threads:
        os.environ[THREADS] = str(options.threads)
    print(f"{'cores':>5} {'':9} {'polls':>6} {'median':>8} {'p95':>8} {'longest':>8}   ms")
    is_met = True
    for cores in options.cores:
        for kind in ("Activity", "Orchestrator", "Entity"):
            os.environ[CAP.format(kind)] = str(10 * cores)
        with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "state") as stack:
            is_met &= _measure(stack, cores)
    return 0 if is_met else 1


def _measure(stack: Stack, cores: int) -> bool:
    """Whether polls beside the load met the goal, or were as good as the baseline allowed."""
    endpoint = deploy_on(
        stack,
        "polled",
        miniBatchSize=1,
        maxConcurrencyPerInstance=AT_ONCE,
        environmentVariables={"SLEEP_S": "3"},
    )
    files = {f"f{at:03d}.csv": csv_of((at, 1)) for at in range(MINIBATCHES)}
    uri = stack.upload("polled", files)
    job = stack.invoke(endpoint, stack.upload("few", dict(list(files.items())[:1])))
    stack.ended(job)
    alone = _polls(stack, job, threading.Event(), BASELINE_S)
    _tell(cores, "alone", alone)
    job = stack.invoke(endpoint, uri)
    wait_until(lambda: _running(stack, job) == AT_ONCE)
    with _load(stack) as is_over:
        beside = _polls(stack, job, is_over)
    _tell(cores, "beside", beside)
    stack.send("POST", f"{WORKSPACE}/jobs/{job['name']}/cancel")
    return _p95(beside) <= max(GOAL_S, 2 * _p95(alone))


@contextmanager
def _load(stack: Stack) -> Iterator[threading.Event]:
    """One environment that is built for the first of three deployments; over when all are made."""
    environment = "/environments/polled/versions/1"
    stack.put(environment, {"properties": {"condaFile": CONDA, "image": "mcr.invalid/x"}})
    is_over = threading.Event()
    with ThreadPoolExecutor(3) as pool:
        puts = [pool.submit(_put, stack, at, environment if at == 0 else "") for at in range(3)]
        threading.Thread(target=_wait_for, args=(puts, is_over)).start()
        yield is_over
        print("      puts took", ", ".join(f"{put.result():.1f}" for put in puts), "s")


def _wait_for(puts: list[Future[float]], is_over: threading.Event) -> None:
    for put in puts:
        put.exception()
    is_over.set()


def _put(stack: Stack, at: int, environment: str) -> float:
    """How long the PUT took; it is waited for until the deployment is made."""
    model = {"referenceType": "Id", "assetId": f"{WORKSPACE}/models/doubler/versions/1"}
    properties: dict[str, Any] = {"model": model, "environmentVariables": {"AT": str(at)}}
    if environment:
        properties["environmentId"] = f"{WORKSPACE}{environment}"
    path = f"/batchEndpoints/polled/deployments/put-{at}"
    began = time.monotonic()
    stack.put(path, {"properties": properties})
    took = time.monotonic() - began
    wait_until(lambda: stack.provisioned(path), limit_s=900, every_s=1)
    return took


def _running(stack: Stack, job: Any) -> int:
    path = f"/endpoints/polled/jobs/{job['name']}/shards"
    return sum(stop - first for first, stop in stack.send("GET", path).body["running"])


def _polls(stack: Stack, job: Any, is_over: threading.Event, most_s: float = 900) -> list[float]:
    path, token = f"/endpoints/polled/jobs/{job['name']}", stack.token()
    took = list[float]()
    deadline = time.monotonic() + most_s
    while time.monotonic() < deadline and not is_over.wait(EVERY_S):
        began = time.monotonic()
        answer = stack.send("GET", path, token=token)
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"The poll was answered with {answer.status}: {answer.body}")
        took.append(time.monotonic() - began)
    return took


def _p95(took: list[float]) -> float:
    return quantiles(took, n=20)[-1]


def _tell(cores: int, what: str, took: list[float]) -> None:
    figures = (median(took), _p95(took), max(took))
    text = " ".join(f"{1000 * one:8.0f}" for one in figures)
    load = os.getloadavg()[0]
    print(f"{cores:5} {what:9} {len(took):6} {text}   load average {load:.1f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
