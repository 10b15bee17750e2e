"""How fast the Studio is, in a real Chromium: `./run bench studio`.

1. Its first view: what comes over the wire, and how long until there is something to use.
2. The list of 20,000 jobs: older pages of it, searching, and what it costs while it is open.
3. A job of 10,000 mini-batches that really runs: each part of its page, its frames and traffic,
   while it runs, while one scrolls and points at the grid, and when it has ended.
"""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from benchmarks.pages import long_job, many_jobs
from benchmarks.pages.browser import browsing
from benchmarks.pages.measure_job import job_rows
from benchmarks.pages.measure_list import list_rows
from benchmarks.row import Row
from examples.demo.service import Service, starting


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    figures = list[Row]()
    with _state(options) as state, starting(state) as wait, browsing() as browser:
        service = wait()
        for row in _measured(browser, service, state, options):
            print(row, flush=True)
            figures.append(row)
        service.blobs.close()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} in the last minute")
    return int(any(row.is_over for row in figures))


def _measured(browser: Browser, service: Service, state: Path, options: Namespace) -> Iterator[Row]:
    if options.jobs:
        many_jobs.write(state, options.jobs)
        yield from list_rows(browser, service, state, options.jobs)
    if options.mini_batches:
        job = long_job.start(service, state, options.mini_batches)
        yield from job_rows(browser, job, state, options.seconds)


@contextmanager
def _state(options: Namespace) -> Iterator[Path]:
    if options.state:
        yield options.state.resolve()
        return
    with TemporaryDirectory() as folder:
        yield Path(folder) / "state"


def _options(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog="./run bench studio", description=__doc__)
    parser.add_argument("--jobs", type=int, default=20_000, help="0: not the list.")
    parser.add_argument("--mini-batches", type=int, default=10_000, help="0: not the job.")
    parser.add_argument(
        "--seconds", type=float, default=30, help="How long each part is watched. (%(default)s)"
    )
    parser.add_argument(
        "--state", type=Path, help="A folder that keeps jobs and files for the next time."
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
