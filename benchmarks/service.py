"""The whole service with a model that does nothing, for as long as a benchmark needs it."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.jobs import EndedJob, scored
from benchmarks.race.timeline import bundles_of
from examples.demo.service import CONTAINER, WORKSPACE, Service, starting

PARALLELISM = 2
MLMODEL = """\
flavors:
  python_function:
    loader_module: noop_model
    code: code
    python_version: 3.13.0
"""
CODE = """\
import time


class Model:
    def predict(self, table):
        time.sleep({seconds})
        return [0] * len(table)


def _load_pyfunc(path):
    return Model()
"""


@dataclass(frozen=True)
class Job:
    """`run_seconds` is the sum of the time inside run(), `seconds` all its time."""

    run_seconds: float
    seconds: float
    ended: EndedJob


@dataclass(frozen=True)
class NoopService:
    service: Service
    scoring_uri: str
    host_pid: int
    parallelism: int = PARALLELISM

    @property
    def url(self) -> str:
        return self.service.url

    def upload(self, folder: str, count: int) -> str:
        """So many files of one row each; returns the folder's reference."""
        client = self.service.blobs.get_container_client(CONTAINER)
        with ThreadPoolExecutor(8) as threads:
            names = [f"{folder}/f{index:05d}.csv" for index in range(count)]
            list(threads.map(lambda n: client.upload_blob(n, b"x\n1\n", overwrite=True), names))
        return f"azureml://datastores/workspaceblobstore/paths/{folder}"

    def score(self, uri: str) -> Job:
        """Invoke and wait for the end."""
        job = scored(self.service, self.scoring_uri, uri)
        run_seconds = sum(float(row["Run Method Seconds"]) for row in job.minibatches)
        return Job(run_seconds=run_seconds, seconds=job.seconds, ended=job)

    def bundles(self, job: Job) -> int:
        """In how many its mini-batches were scored."""
        return bundles_of(job.ended, self.service.get)

    def plain_loop(self, folder: str) -> float:
        """Seconds per file of listing and downloading with the SDK, one file after the other."""
        client = self.service.blobs.get_container_client(CONTAINER)
        began, count = time.perf_counter(), 0
        for name in client.list_blob_names(name_starts_with=f"{folder}/"):
            client.download_blob(name).readall()
            count += 1
        return (time.perf_counter() - began) / count


@contextmanager
def deployed(state: Path, run_ms: float = 0) -> Iterator[NoopService]:
    """With a run() that takes so long, and needs nothing meanwhile."""
    code = CODE.format(seconds=run_ms / 1000)
    with starting(state) as wait:
        service = wait()
        files = {"MLmodel": MLMODEL.encode(), "code/noop_model.py": code.encode()}
        service.upload(CONTAINER, "models/noop", files)
        uri = "azureml://datastores/workspaceblobstore/paths/models/noop"
        service.put("/models/noop/versions/1", {"properties": {"modelUri": uri}})
        scoring_uri = _deploy(service)
        yield NoopService(service, scoring_uri, _host_pid(state))
        service.blobs.close()


def _deploy(service: Service) -> str:
    endpoint: dict[str, Any] = {"properties": {}}
    service.put("/batchEndpoints/noop", endpoint)
    model = {"referenceType": "Id", "assetId": f"{WORKSPACE}/models/noop/versions/1"}
    tuning = {"miniBatchSize": 1, "maxConcurrencyPerInstance": PARALLELISM}
    service.put("/batchEndpoints/noop/deployments/main", {"properties": {"model": model, **tuning}})
    endpoint["properties"]["defaults"] = {"deploymentName": "main"}
    answer = service.put("/batchEndpoints/noop", endpoint)
    return str(answer["properties"]["scoringUri"])


def _host_pid(state: Path) -> int:
    return int(json.loads((state / "ready.json").read_text())["pids"]["host"])
