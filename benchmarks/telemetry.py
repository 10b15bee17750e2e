"""What telemetry costs: `./run bench telemetry`.

1. Telling of a bundle by itself - the observer, the SDK, its threads, a real collector - many times
   in this process, times a job's bundles, as a share of the CPU that the job uses without it.
2. Two services on one machine, one of which sends all it has to a collector. Pairs of the same job,
   with and without, take turns in the first place; what counts is the ratio of a pair, for the
   machine's speed drifts. One and the same job's CPU differs by a third here, so this finds what
   the first misses only where it is much.

A run() that does nothing is the worst case, one of 20 ms that sleeps a hard one: an ordinary run()
computes. CPU is that of the host, its worker and their scorers.
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
from statistics import median, quantiles

from benchmarks.collector import collecting
from benchmarks.race.meter import cpu_seconds
from benchmarks.service import Job, NoopService, deployed
from benchmarks.telling import cpu_of_telling

BUDGET = 0.02
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


@dataclass(frozen=True)
class Pair:
    """`without` is CPU seconds, in so many bundles."""

    ratio: Cost
    without: float
    bundles: int


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="./run bench telemetry", description=__doc__)
    parser.add_argument("--files", type=int, default=2_000, metavar="N")
    parser.add_argument("--pairs", type=int, default=7, metavar="N")
    parser.add_argument("--run-ms", type=float, default=20, metavar="MS", help="Of one run().")
    options = parser.parse_args(arguments)
    print(f"{options.files} mini-batches, run() of {options.run_ms:g} ms, {options.pairs} pairs")
    with collecting() as address:
        pairs = list(_pairs(options.files, options.pairs, options.run_ms, address))
        told = _told(options.files, round(median(pair.bundles for pair in pairs)), address)
    share = told / median(pair.without for pair in pairs)
    _print_spread("wall", [pair.ratio.wall for pair in pairs])
    lowest = _print_spread("CPU", [pair.ratio.cpu for pair in pairs])
    print(f"telling by itself: {share:.2%} of the job's CPU; budget {BUDGET:.0%}")
    return int(share > BUDGET or lowest > 1 + BUDGET)


def _told(minibatches: int, bundles: int, collector: str) -> float:
    """CPU seconds of telling of so many mini-batches in so many bundles."""
    each = round(minibatches / bundles)
    told = bundles * cpu_of_telling(each, collector)
    print(f"{bundles} bundles of {each} mini-batches: told in {told * 1000:.0f} ms of CPU")
    return told


def _print_spread(name: str, ratios: Sequence[float]) -> float:
    """The lower quartile: above it are three in four."""
    lower, middle, upper = quantiles(ratios, n=4)
    print(
        f"{name}, with over without: median {middle:.3f}, half of the pairs {lower:.3f}-{upper:.3f}"
    )
    return lower


def _pairs(files: int, pairs: int, run_ms: float, collector: str) -> Iterator[Pair]:
    with (
        tempfile.TemporaryDirectory() as folder,
        _both(Path(folder), run_ms, collector) as (without, told),
    ):
        uris = {service.url: service.upload(FOLDER, files) for service in (without, told)}
        for service in (without, told):
            service.score(service.upload("warm", 50))
        for pair in range(pairs):
            order = (without, told) if pair % 2 else (told, without)
            costs, ended = dict[str, Cost](), dict[str, Job]()
            for service in order:
                _wait_for_rest(order)
                costs[service.url], ended[service.url] = _measured(service, uris[service.url])
            ratio = costs[told.url].over(costs[without.url])
            print(f"  pair {pair + 1}: wall {ratio.wall:.3f}, CPU {ratio.cpu:.3f}", flush=True)
            yield Pair(ratio, costs[without.url].cpu, without.bundles(ended[without.url]))


@contextmanager
def _both(folder: Path, run_ms: float, collector: str) -> Iterator[tuple[NoopService, NoopService]]:
    os.environ.pop(ENDPOINT, None)
    with deployed(folder / "without", run_ms) as without:
        os.environ[ENDPOINT] = collector
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


def _measured(service: NoopService, uri: str) -> tuple[Cost, Job]:
    before = cpu_seconds(service.host_pid)
    job = service.score(uri)
    return Cost(job.seconds, cpu_seconds(service.host_pid) - before), job


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
