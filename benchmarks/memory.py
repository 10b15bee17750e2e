"""How much memory a job takes, and that it does not grow with the input: `./run bench memory`.

Two scorers of a small scikit-learn model, the host and its worker, without the storage. Each size
has a service of its own, so that none profits from what another one left.
"""

import json
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.jobs import scored
from benchmarks.race.deployed import DATASTORE, deploy_mlflow
from benchmarks.race.meter import PeakMemory
from benchmarks.race.models import made_models
from benchmarks.race.sets import SETS
from examples.demo.service import CONTAINER, Service, starting
from local.project import PROJECT

CACHE = PROJECT / ".cache" / "bench"
FILES = SETS["csv10k"]
BUDGET_MB, BUDGET_GROWTH = 600, 1.15


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="./run bench memory", description=__doc__)
    parser.add_argument("--files", nargs=2, type=int, default=[1_000, 10_000], metavar="N")
    few, many = (_peak_mb(count) for count in parser.parse_args(arguments).files)
    growth = many / few
    print(f"the most, budget {BUDGET_MB} MB: {max(few, many):.0f} MB")
    print(f"growth, budget {BUDGET_GROWTH}: {growth:.2f}")
    return int(max(few, many) > BUDGET_MB or growth > BUDGET_GROWTH)


def _peak_mb(count: int) -> float:
    with tempfile.TemporaryDirectory() as folder, starting(Path(folder)) as wait:
        service = wait()
        host = json.loads((Path(folder) / "ready.json").read_text())["pids"]["host"]
        scoring_uri = deploy_mlflow(service, made_models(CACHE))
        input_uri = _upload(service, count)
        with PeakMemory(host) as memory:
            job = scored(service, scoring_uri, input_uri)
        service.blobs.close()
    print(f"{count} files of 100 rows: {memory.megabytes:.0f} MB, {job.seconds:.1f} s", flush=True)
    return memory.megabytes


def _upload(service: Service, count: int) -> str:
    client = service.blobs.get_container_client(CONTAINER)

    def upload(path: Path) -> None:
        client.upload_blob(f"memory/{path.name}", path.read_bytes())

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(upload, FILES.made(count, CACHE)))
    return f"{DATASTORE}/memory"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
