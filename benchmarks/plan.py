"""What planning a job costs, by the number of its input files: `./run bench plan`.

1. Inputs of each size, listed by a store that makes the names up: seconds of CPU and peak memory of
   a process that plans one job and reads its plan as mini-batches do. A whole folder; the newest of
   it; what changed since an earlier job; a manifest; large mini-batches.
2. A folder of real blobs in Azurite.

A claim is a ratio: the largest size against the one before it (seconds for each file), and
against the smallest (memory).
"""

import multiprocessing
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from activities.plan_job import plan
from benchmarks.listed_blobs import FOLDER, MANIFEST, ListedBlobs
from benchmarks.row import Row
from local.azurite import Azurite
from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.azure_sas import KeySigner
from shared.domain.asset import AssetId, DataType
from shared.domain.deployment import BatchSettings
from shared.domain.job import JobInput, JobSpec, JobState, JobStatus
from shared.domain.job_output import JobOutput
from shared.domain.minibatch import MINIBATCHES_PER_SHARD, Span
from shared.domain.plan import Plan
from shared.domain.resolved_deployment import Location, ResolvedDeployment
from shared.domain.selection import Selection
from shared.domain.task import PlanTask
from shared.implementations import containers
from shared.ports import Blobs
from shared.services import Services, build
from shared.settings import Settings

SIZES, REAL = (10_000, 100_000, 1_000_000), 20_000
KINDS = {
    "folder": (Selection(), 10),
    "newest 10000": (Selection(newest=10_000), 10),
    "since a job": (Selection(changed_since="earlier"), 10),
    "manifest": (Selection(manifest=True), 10),
    "mini-batches of 1000": (Selection(), 1_000),
}
BUDGET_TIME, BUDGET_MEMORY = 1.25, 1.25
EARLIER, JOB = "earlier", "job"


@dataclass(frozen=True)
class Cost:
    files: int
    seconds: float
    reading_s: float
    peak_mb: float


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="./run bench plan", description=__doc__)
    parser.add_argument("--files", nargs="+", type=int, default=list(SIZES), metavar="N")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), metavar="KIND")
    parser.add_argument("--real", type=int, default=REAL, metavar="N", help="0: none")
    chosen = parser.parse_args(arguments)
    rows = [row for kind in chosen.kinds for row in _rows_of(kind, sorted(chosen.files))]
    if chosen.real:
        rows += _real(chosen.real)
    return int(any(row.is_over for row in rows))


def _rows_of(kind: str, sizes: Sequence[int]) -> list[Row]:
    costs = [_alone(kind, size) for size in sizes]
    rows = list[Row]()
    for size, cost in zip(sizes, costs, strict=True):
        what = f"{kind}: {size} files"
        rows += [
            Row(f"{what}, planned", cost.seconds, "s"),
            Row("  its plan read, a mini-batch at a time", cost.reading_s, "s"),
            Row("  memory, peak", cost.peak_mb, "MB"),
        ]
    if len(costs) > 1:
        *_, before, last = costs
        time_ratio = (last.seconds / sizes[-1]) / (before.seconds / sizes[-2])
        memory_ratio = last.peak_mb / costs[0].peak_mb
        rows += [
            Row(f"  seconds a file, {sizes[-1]} over {sizes[-2]}", time_ratio, "", BUDGET_TIME),
            Row(f"  memory, {sizes[-1]} over {sizes[0]}", memory_ratio, "", BUDGET_MEMORY),
        ]
    for row in rows:
        print(row, flush=True)
    return rows


def _alone(kind: str, size: int) -> Cost:
    """In a process of its own: what one size left is not another's."""
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawned) as process:
        return process.submit(_cost_of, kind, size).result()


def _cost_of(kind: str, size: int) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        planned, services, seconds = planned_by(kind, ListedBlobs(size, Path(folder)), Path(folder))
        began = time.process_time()
        read = _read(planned, services)
        if read != planned.files:
            raise AssertionError(f"The plan has {planned.files} files, and {read} were read.")
        return Cost(planned.files, seconds, time.process_time() - began, _peak_mb())


def planned_by(kind: str, blobs: ListedBlobs, scratch: Path) -> tuple[Plan, Services, float]:
    """A job's plan, and the seconds of CPU that it took."""
    services, (selection, mini_batch_size) = _services(blobs, scratch), KINDS[kind]
    if selection.earlier_job:
        _plan(_spec(EARLIER, Selection(), mini_batch_size), services)
        blobs.version += 1
    spec, began = _spec(JOB, selection, mini_batch_size), time.process_time()
    planned = _plan(spec, services)
    return planned, services, time.process_time() - began


def _plan(spec: JobSpec, services: Services) -> Plan:
    services.jobs.create(spec)
    planned = plan(PlanTask(job=spec.name), services).plan
    if planned.problem:
        raise AssertionError(planned.problem)
    services.jobs.advance(spec, JobState(status=JobStatus.COMPLETED, plan=planned))
    return planned


def _read(planned: Plan, services: Services) -> int:
    """As the activities that score do: each mini-batch by its page of the plan."""
    count = 0
    for index in range(planned.minibatches):
        span = Span(first=index, stop=index + 1)
        count += len(
            services.plans.part(JOB, planned.key, index // MINIBATCHES_PER_SHARD, span).minibatch(
                index
            )
        )
    return count


def _real(count: int) -> list[Row]:
    with Azurite() as azurite, tempfile.TemporaryDirectory() as folder:
        blobs = AzureBlobs.from_connection_string(azurite.connection_string)
        services = _services(blobs, Path(folder))
        container = services.settings.default_container
        with ThreadPoolExecutor(8) as threads:
            names = (f"{FOLDER}/trips-{number:07d}.csv" for number in range(count))
            list(threads.map(lambda name: blobs.write(container, name, b"1,2\n"), names))
        began = time.process_time()
        planned = _plan(_spec(JOB, Selection(), 10), services)
        took = time.process_time() - began
        blobs.close()
    if planned.files != count or not planned.is_confirmed:
        raise AssertionError(f"Of {count} blobs {planned.files} are in the plan.")
    row = Row(f"folder in Azurite: {count} blobs, planned", took, "s")
    print(row, flush=True)
    return [row]


def _services(blobs: Blobs, scratch: Path) -> Services:
    settings = Settings(scratch_folder=scratch, auth_issuer=("https://issuer.invalid",))
    for container in containers(settings):
        blobs.ensure_container(container)
    signer = KeySigner("account", "YSBrZXk=", https_only=True)
    services = build(settings, blobs, "https://account.blob.core.windows.net", signer)
    services.scorers.close()
    return services


def _spec(name: str, selection: Selection, mini_batch_size: int) -> JobSpec:
    path, kind = (
        (MANIFEST, DataType.URI_FILE) if selection.manifest else (FOLDER, DataType.URI_FOLDER)
    )
    store, container = "azureml://datastores/workspaceblobstore/paths", "azureml-blobstore"
    return JobSpec(
        name=name,
        child=f"child-{name}",
        endpoint="endpoint",
        deployment="deployment",
        resolved=ResolvedDeployment(
            fingerprint="f" * 64,
            model=AssetId(name="m", version="1"),
            model_location=Location(container=container, path="models/m"),
        ),
        settings=BatchSettings(mini_batch_size=mini_batch_size, selection=selection),
        input=JobInput(
            name="input",
            type=kind,
            uri=f"{store}/{path}",
            location=Location(container=container, path=path),
        ),
        output=JobOutput(
            name="score",
            uri=f"{store}/out/{name}.csv",
            location=Location(container=container, path=f"out/{name}.csv"),
        ),
        experiment="endpoint",
        created_at=datetime.now(UTC),
        created_by="bench",
    )


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
