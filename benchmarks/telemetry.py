"""What telemetry costs: `./run bench telemetry`.

Two services on one machine, one of which sends all it has to a collector. Pairs of the same job,
with and without, take turns in the first place; what counts is the ratio of a pair, for the
machine's speed drifts. A run() that does nothing is the worst case, one of 20 ms an ordinary one.
CPU is that of the host, its worker and their scorers, and hardly heeds who else is at work.
"""

import os
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.collector import collecting
from benchmarks.race.meter import cpu_seconds
from benchmarks.service import NoopService, deployed

BUDGET = 1.02
REST_S, REST_LIMIT_S = 1.0, 60
AT_REST = 0.1
"""Cores that both services use when nothing is to be done, at most."""
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
FOLDER = "telemetry"


@dataclass(frozen=True)
class Cost:
    wall: float
    cpu: float

    def over(self, other: "Cost") -> "Cost":
        return Cost(self.wall / other.wall, self.cpu / other.cpu)


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="./run bench telemetry", description=__doc__)
    parser.add_argument("--files", type=int, default=2_000, metavar="N")
    parser.add_argument("--pairs", type=int, default=7, metavar="N")
    parser.add_argument("--run-ms", type=float, default=20, metavar="MS", help="Of one run().")
    options = parser.parse_args(arguments)
    print(f"{options.files} mini-batches, run() of {options.run_ms:g} ms, {options.pairs} pairs")
    ratios = list(_ratios(options.files, options.pairs, options.run_ms))
    wall, cpu = (median(values) for values in ([r.wall for r in ratios], [r.cpu for r in ratios]))
    print(f"median of the ratios: wall {wall:.3f}, CPU {cpu:.3f}; budget {BUDGET} (CPU)")
    return int(cpu > BUDGET)


def _ratios(files: int, pairs: int, run_ms: float) -> Iterator[Cost]:
    with tempfile.TemporaryDirectory() as folder, _both(Path(folder), run_ms) as (without, told):
        uris = {service.url: service.upload(FOLDER, files) for service in (without, told)}
        for service in (without, told):
            service.score(service.upload("warm", 50))
        for pair in range(pairs):
            order = (without, told) if pair % 2 else (told, without)
            costs = dict[str, Cost]()
            for service in order:
                _wait_for_rest(order)
                costs[service.url] = _measured(service, uris[service.url])
            ratio = costs[told.url].over(costs[without.url])
            print(f"  pair {pair + 1}: wall {ratio.wall:.3f}, CPU {ratio.cpu:.3f}", flush=True)
            yield ratio


@contextmanager
def _both(folder: Path, run_ms: float) -> Iterator[tuple[NoopService, NoopService]]:
    os.environ.pop(ENDPOINT, None)
    with collecting() as address, deployed(folder / "without", run_ms) as without:
        os.environ[ENDPOINT] = address
        with deployed(folder / "told", run_ms) as told:
            yield without, told


def _wait_for_rest(services: Sequence[NoopService]) -> None:
    """After a job new scorers are made: what they cost is not the next one's."""

    def used() -> float:
        return sum(cpu_seconds(service.host_pid) for service in services)

    before, deadline = used(), time.monotonic() + REST_LIMIT_S
    while time.monotonic() < deadline:
        time.sleep(REST_S)
        if (now := used()) - before < AT_REST * REST_S:
            return
        before = now
    raise TimeoutError(f"The services were still at work after {REST_LIMIT_S} s.")


def _measured(service: NoopService, uri: str) -> Cost:
    before = cpu_seconds(service.host_pid)
    job = service.score(uri)
    return Cost(job.seconds, cpu_seconds(service.host_pid) - before)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
