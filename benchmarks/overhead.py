"""What the service costs beside the work: `./run bench overhead`.

1. Activities that do nothing, in shards, on the local host; beside them, the same number of calls
   through a plain thread pool.
2. Jobs over a model that does nothing, which is loaded: wall time per mini-batch beyond the time
   inside run(), and the host's memory; beside them, a plain loop that downloads each file by the
   storage SDK. `--jobs 2000 10000 100000`: how many mini-batches each has.
"""

import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil

from benchmarks.host import hosted
from benchmarks.race.rest import wait_until_quiet
from benchmarks.row import Row
from benchmarks.service import deployed

ACTIVITIES, SHARD = 10_000, 200
JOBS = (2_000, 10_000)
BUDGET_ACTIVITY_MS, BUDGET_MINIBATCH_MS, BUDGET_MEMORY_MB = 1.0, 2.0, 300
WARMING = 50
"""Mini-batches of a job before: enough to have every scorer loaded."""
SAMPLE_S = 0.5
BUDGET_GROWTH = 1.2
"""Of what a mini-batch costs, from one size of jobs to another."""


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="./run bench overhead", description=__doc__)
    parser.add_argument("--jobs", nargs="+", type=int, default=list(JOBS), metavar="N")
    options = parser.parse_args(arguments)
    rows = [*_activities(), *_jobs(sorted(options.jobs))]
    print()
    for row in rows:
        print(row)
    return int(any(row.is_over for row in rows))


def _activities() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, hosted(Path(folder)) as host:
        given = [ACTIVITIES // SHARD, SHARD]
        _, took, memory = _measured(lambda: host.run("shards", given), host.pid)
    with ThreadPoolExecutor(20) as threads:
        began = time.perf_counter()
        list(threads.map(lambda n: n, range(ACTIVITIES)))
        plain = time.perf_counter() - began
    each = f"{ACTIVITIES} no-op activities in shards of {SHARD}"
    return [
        Row(f"{each}, each", took * 1000 / ACTIVITIES, "ms", BUDGET_ACTIVITY_MS),
        Row("  beside it: the same calls in a thread pool, each", plain * 1000 / ACTIVITIES, "ms"),
        Row("  host memory, peak", memory, "MB", BUDGET_MEMORY_MB),
    ]


def _jobs(counts: Sequence[int]) -> list[Row]:
    rows, each = list[Row](), list[float]()
    with tempfile.TemporaryDirectory() as folder, deployed(Path(folder)) as service:
        for count in counts:
            uri = service.upload(f"in-{count}", count)
            service.score(service.upload("warm", WARMING))
            wait_until_quiet(service.host_pid)
            job, took, memory = _measured(partial(service.score, uri), service.host_pid)
            inside = job.run_seconds
            beyond = (took - inside / service.parallelism) * 1000 / count
            what = f"job of {count} mini-batches, no-op model"
            rows += [
                Row(f"{what}: wall beyond run(), each", beyond, "ms", BUDGET_MINIBATCH_MS),
                Row("  inside run(), each", inside * 1000 / count, "ms"),
                Row("  host memory, peak", memory, "MB", BUDGET_MEMORY_MB),
            ]
            each.append(beyond)
            print(*rows[-3:], sep="\n", flush=True)
        if len(counts) > 1:
            growth = max(each) / min(each)
            what = "  the dearest mini-batch over the cheapest one"
            rows.append(Row(what, growth, "x", BUDGET_GROWTH))
        plain = service.plain_loop(f"in-{counts[0]}")
        rows.append(Row("  beside it: a plain loop of SDK downloads, each", plain * 1000, "ms"))
    return rows


def _measured[T](work: Callable[[], T], pid: int) -> tuple[T, float, float]:
    """The result, the seconds it took, and the peak of the host's memory in MB meanwhile."""
    peak = 0
    with ThreadPoolExecutor(1) as thread:
        began = time.perf_counter()
        running = thread.submit(work)
        while not running.done():
            peak = max(peak, _memory_of(pid))
            time.sleep(SAMPLE_S)
        result = running.result()
    return result, time.perf_counter() - began, peak / 2**20


def _memory_of(pid: int) -> int:
    """Bytes of the host and its worker processes, shared pages once; no scorers."""
    host, total = psutil.Process(pid), 0
    for process in [host, *host.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            if "devhost" in " ".join(process.cmdline()):
                total += process.memory_full_info().pss
    return total


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
