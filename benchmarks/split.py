"""One large csv in pieces, beside the same rows in files of 1 MB: `./run bench split`.

The limit (what an expert writes by hand, see `./run bench scoring`) scores the small files; so does
the service, and then it scores the one file. Runs take turns. Memory is that of the host and its
children while the large file is scored, and while half of it is. `--mb 2000` is a file of 2 GB.
"""

import json
import os
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.jobs import scored
from benchmarks.race.contender import Heat
from benchmarks.race.deployed import DATASTORE, deploy_mlflow
from benchmarks.race.meter import PeakMemory, descendants
from benchmarks.race.models import made_models
from benchmarks.race.peer import Peer
from benchmarks.race.rest import Rest
from benchmarks.race.results import LIMIT
from benchmarks.race.sets import SETS
from benchmarks.row import Row
from examples.demo.service import CONTAINER, Service, starting
from local.project import PROJECT

CACHE = PROJECT / ".cache" / "bench"
FILES = SETS["csvmb"]
SMALL, LARGE, HALF = "split/small", "split/large", "split/half"
# Longer than the largest file is planned: its scorer is warm by then, as it is in practice.
IDLE_S = 20
# At least 0.8 of the limit's speed.
MOST_TIMES, MOST_GROWTH = 1.25, 1.15


@dataclass(frozen=True)
class Bench:
    service: Service
    scoring_uri: str
    rest: Rest
    split: str

    def job(self, folder: str, split: str = "") -> tuple[float, float, float]:
        """Seconds, peak MB, and the seconds of them before the first mini-batch began.

        No scorer is left of the job before.
        """
        self.rest.wait()
        with PeakMemory(self.rest.pid) as memory:
            job = scored(self.service, self.scoring_uri, f"{DATASTORE}/{folder}", split)
        began = min(one["Start Time"] for one in job.minibatches)
        print(f"{folder} {split}: {job.seconds:.1f} s, {memory.megabytes:.0f} MB", flush=True)
        return job.seconds, memory.megabytes, job.until(began)


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="./run bench split", description=__doc__)
    parser.add_argument("--mb", type=int, default=400, help="Of the file. Default: %(default)s.")
    parser.add_argument("--reps", type=int, default=2, help="Rounds. Default: %(default)s.")
    parser.add_argument("--split", default="size=16MB", help="Default: %(default)s.")
    options = parser.parse_args(arguments)
    os.environ.update(SCORER_IDLE_S=str(IDLE_S), SCORER_PREPARED="0")
    with tempfile.TemporaryDirectory() as folder, starting(Path(folder)) as wait:
        models, service = made_models(CACHE), wait()
        ready = json.loads((Path(folder) / "ready.json").read_text())
        _upload(service, options.mb, Path(folder))
        host = ready["pids"]["host"]
        rest = Rest(host, descendants(host), prepared=0, idle_s=IDLE_S)
        bench = Bench(service, deploy_mlflow(service, models), rest, options.split)
        limit = Peer(LIMIT, ready["storage_connection_string"], models)
        rows = list(_figures(bench, limit, options.mb, options.reps))
        service.blobs.close()
    print("\n".join(map(str, rows)))
    return int(any(row.is_over for row in rows))


def _figures(bench: Bench, limit: Peer, megabytes: int, reps: int) -> list[Row]:
    split, small_files, plans = list[float](), list[float](), list[float]()
    peak = 0.0
    for turn in range(reps):
        best = limit.run(Heat(FILES, megabytes, SMALL, turn)).seconds
        print(f"limit, small files: {best:.1f} s", flush=True)
        small, _, _ = bench.job(SMALL)
        large, most, before = bench.job(LARGE, bench.split)
        split.append(large / best)
        small_files.append(small / best)
        plans.append(before)
        peak = max(peak, most)
    _, half, _ = bench.job(HALF, bench.split)
    return [
        Row("one file, split: its time over the limit's", median(split), "x", MOST_TIMES),
        Row("files of 1 MB: their time over the limit's", median(small_files), "x"),
        Row("before the first piece: to plan, and to load the model", median(plans), "s"),
        Row("most memory, the whole file", peak, "MB"),
        Row("the same over that of half the file", peak / half, "x", MOST_GROWTH),
    ]


def _upload(service: Service, megabytes: int, scratch: Path) -> None:
    """The small files, and their rows in one file; and in one of half of them."""
    client = service.blobs.get_container_client(CONTAINER)
    paths = FILES.made(megabytes, CACHE)
    with ThreadPoolExecutor(4) as threads:
        list(
            threads.map(
                lambda path: client.upload_blob(f"{SMALL}/{path.name}", path.read_bytes()), paths
            )
        )
    for folder, part in ((LARGE, paths), (HALF, paths[: megabytes // 2])):
        joined = scratch / "joined.csv"
        with joined.open("wb") as file:
            for index, path in enumerate(part):
                header, _, rows = path.read_bytes().partition(b"\n")
                file.write(rows if index else header + b"\n" + rows)
        with joined.open("rb") as file:
            client.upload_blob(f"{folder}/one.csv", file)
        joined.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
