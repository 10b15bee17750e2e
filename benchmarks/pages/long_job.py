"""A job of very many mini-batches: really run, of tiny files and a script that takes its time."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.jobs import UNDER_WAY
from benchmarks.race.peer import SCRIPTS
from examples.demo.service import CONTAINER, WORKSPACE, Service

NAME = "pace"
AT_ONCE = 2
SECONDS = b"0.02"
"""Of each mini-batch: 10,000 of them take some two minutes, and leave the machine half idle."""
EVERY_HUNDREDTH = 100
UPLOADERS = 8
BEGIN_LIMIT_S, POLL_S = 120, 0.5
DATASTORE = "azureml://datastores/workspaceblobstore/paths"


@dataclass(frozen=True)
class LongJob:
    service: Service
    name: str
    poll_url: str

    def wait_until_it_scores(self) -> None:
        deadline = time.monotonic() + BEGIN_LIMIT_S
        while not self._done() and time.monotonic() < deadline:
            time.sleep(POLL_S)

    def is_running(self) -> bool:
        return self._document()["status"] in UNDER_WAY

    def wait_for_its_end(self) -> str:
        while self.is_running():
            time.sleep(POLL_S)
        return str(self._document()["status"])

    def _done(self) -> int:
        progress = self._document()["progress"]
        return int(progress["mini_batches"]["done"]) if progress else 0

    def _document(self) -> Any:
        return self.service.get(self.poll_url)["properties"]


def start(service: Service, state: Path, minibatches: int) -> LongJob:
    uri = _deploy(service)
    folder = _upload(service, state, minibatches)
    given = {"input": {"jobInputType": "UriFolder", "uri": f"{DATASTORE}/{folder}"}}
    started = service.post(uri, {"properties": {"inputData": given}})
    return LongJob(service, started["name"], started["services"]["Poll"]["endpoint"])


def _deploy(service: Service) -> str:
    """One mini-batch is one file; returns the scoring URI."""
    script = f"{NAME}.py"
    service.upload(CONTAINER, f"bench/code/{NAME}", {script: (SCRIPTS / script).read_bytes()})
    code, endpoint = f"/codes/{NAME}/versions/1", f"/batchEndpoints/{NAME}"
    service.put(code, {"properties": {"codeUri": f"{DATASTORE}/bench/code/{NAME}"}})
    model = f"/models/{NAME}/versions/1"
    service.upload(CONTAINER, f"bench/models/{NAME}", {"empty.txt": b"nothing to load\n"})
    service.put(model, {"properties": {"modelUri": f"{DATASTORE}/bench/models/{NAME}"}})
    service.put(endpoint, {"properties": {}})
    properties = {
        "model": {"referenceType": "Id", "assetId": f"{WORKSPACE}{model}"},
        "codeConfiguration": {"codeId": f"{WORKSPACE}{code}", "scoringScript": script},
        "miniBatchSize": 1,
        "maxConcurrencyPerInstance": AT_ONCE,
        "errorThreshold": -1,
        "retrySettings": {"maxRetries": 1},
    }
    service.make(f"{endpoint}/deployments/main", {"properties": properties})
    made = service.put(endpoint, {"properties": {"defaults": {"deploymentName": "main"}}})
    return str(made["properties"]["scoringUri"])


def _upload(service: Service, state: Path, count: int) -> str:
    """The folder of so many files, of which some cannot be scored; kept for the next time."""
    folder, mark = f"bench/pace-{count}", state / f"pace-{count}.txt"
    if mark.exists():
        return folder
    client = service.blobs.get_container_client(CONTAINER)
    with ThreadPoolExecutor(UPLOADERS) as pool:
        for _ in pool.map(
            lambda one: client.upload_blob(*one, overwrite=True), _files(folder, count)
        ):
            pass
    mark.touch()
    return folder


def _files(folder: str, count: int) -> Iterator[tuple[str, bytes]]:
    for at in range(count):
        is_bad = at % EVERY_HUNDREDTH == EVERY_HUNDREDTH - 1
        yield f"{folder}/f{at:05d}.txt", b"no number" if is_bad else SECONDS
