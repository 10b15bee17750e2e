"""Every kind of job, small: what it is deployed as, what it reads, and what it must leave."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from azure.storage.blob import BlobServiceClient

from benchmarks.service import CODE, MLMODEL
from benchmarks.unsteady.proxy import UnsteadyStore
from examples.demo.service import CONTAINER, WORKSPACE, Service, ServiceFailed, starting
from local.azurite import Azurite
from shared.adapters.azure_blobs import AzureBlobs

DATASTORE = "azureml://datastores/workspaceblobstore/paths"
ENDED = {"Completed", "Failed", "Canceled"}
POLL_S = 0.2
MADE_LIMIT_S, JOB_LIMIT_S = 300, 1200
TUNING = {"miniBatchSize": 3, "maxConcurrencyPerInstance": 2}
MODEL = {"referenceType": "Id", "assetId": f"{WORKSPACE}/models/noop/versions/1"}
PAGE = 5_000
"""Names that a storage account lists at once."""

PLAIN = """\
import os


def init():
    pass


def run(mini_batch):
    return [os.path.basename(path) + "," + open(path).read() for path in mini_batch]
"""
WITH_FILES = """\
import os
from pathlib import Path


def init():
    pass


def run(mini_batch):
    out = Path(os.environ["AZUREML_BI_OUTPUT_PATH"])
    for path in map(Path, mini_batch):
        (out / (path.stem + ".out")).write_text(path.read_text() * 3)
    with (out / ("log-" + os.path.basename(mini_batch[0]))).open("a") as log:
        log.write(f"{len(mini_batch)} files\\n")
    return [os.path.basename(path) for path in mini_batch]
"""


@dataclass(frozen=True)
class Kind:
    """A deployment, and as many input files; `nested` ones are listed between them, not scored."""

    name: str
    files: int
    script: str = ""
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    nested: int = 0

    def inputs(self) -> dict[str, bytes]:
        """Half of the files before the nested folder, half behind it."""
        half = self.files // 2
        names = [f"{'a' if i < half else 'z'}{i:05d}.csv" for i in range(self.files)]
        files = {name: f"x\n{index}\n".encode() for index, name in enumerate(names)}
        return files | {f"nested/{index:05d}": b"" for index in range(self.nested)}


KINDS = (
    Kind("script", files=90, script=PLAIN),
    Kind("side-files", files=90, script=WITH_FILES, settings={"outputAction": "AppendRow"}),
    Kind("summary-only", files=90, script=WITH_FILES, settings={"outputAction": "SummaryOnly"}),
    Kind("many-pages", files=30, script=PLAIN, nested=PAGE + 200),
    Kind("mlflow", files=90),
)


@dataclass(frozen=True)
class Outcome:
    """What a job left: SHA-256 of every published file, and the receipt but for names."""

    status: str
    files: dict[str, str]
    receipt: dict[str, Any]
    seconds: float = field(compare=False)

    @property
    def is_sound(self) -> bool:
        """Completed, proven, and the receipt's digest is that of the file."""
        output = self.receipt["output"] or {}
        is_proven = (self.status, self.receipt["verdict"]) == ("Completed", "proven")
        return is_proven and self.files.get("predictions") == output["sha256"]


@dataclass(frozen=True)
class Rig:
    """A service over an unsteady store; `service.blobs` and `steady` reach the one behind it."""

    service: Service
    store: UnsteadyStore
    steady: AzureBlobs

    def deploy(self, kind: Kind) -> str:
        """Put an endpoint of that kind and its input; returns the scoring URI."""
        self._upload(f"in/{kind.name}", kind.inputs())
        properties = {"model": MODEL, **TUNING, **kind.settings}
        if kind.script:
            properties["codeConfiguration"] = self._code(kind)
        endpoint = f"/batchEndpoints/{kind.name}"
        self.service.put(endpoint, {"properties": {}})
        self.service.put(f"{endpoint}/deployments/main", {"properties": properties})
        self._wait_for(f"{endpoint}/deployments/main")
        made = self.service.put(endpoint, {"properties": {"defaults": {"deploymentName": "main"}}})
        return str(made["properties"]["scoringUri"])

    def run(self, kind: Kind, scoring_uri: str, share: float) -> Outcome:
        """Invoke, have that share of the job's calls fail, and look at what it left."""
        given = {"input": {"jobInputType": "UriFolder", "uri": f"{DATASTORE}/in/{kind.name}"}}
        began = time.perf_counter()
        job = self.service.post(scoring_uri, {"properties": {"inputData": given}})
        self.store.share = share
        try:
            properties = self._ended(job["services"]["Poll"]["endpoint"])
        finally:
            self.store.share = 0.0
        seconds = time.perf_counter() - began
        receipt = json.loads(self.service.download("batch-jobs", f"{job['name']}/receipt.json"))
        files = self._left(properties) if properties["status"] == "Completed" else {}
        return Outcome(properties["status"], files, _nameless(receipt), seconds)

    def register_model(self) -> None:
        files = {"MLmodel": MLMODEL.encode(), "code/noop_model.py": CODE.format(seconds=0).encode()}
        self.service.upload(CONTAINER, "models/noop", files)
        uri = f"{DATASTORE}/models/noop"
        self.service.put("/models/noop/versions/1", {"properties": {"modelUri": uri}})

    def _upload(self, folder: str, files: dict[str, bytes]) -> None:
        """Many small ones, side by side."""

        def upload(name: str) -> None:
            self.steady.write(CONTAINER, f"{folder}/{name}", files[name])

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(upload, files))

    def _code(self, kind: Kind) -> dict[str, str]:
        self.service.upload(CONTAINER, f"code/{kind.name}", {"score.py": kind.script.encode()})
        code = f"/codes/{kind.name}/versions/1"
        self.service.put(code, {"properties": {"codeUri": f"{DATASTORE}/code/{kind.name}"}})
        return {"codeId": f"{WORKSPACE}{code}", "scoringScript": "score.py"}

    def _wait_for(self, deployment: str) -> None:
        url = f"{self.service.url}{self.service.workspace}{deployment}"

        def look() -> Any:
            state = self.service.get(url)["properties"]["provisioningState"]
            if state in {"Failed", "Canceled"}:
                raise ServiceFailed(f"The deployment {deployment} is {state}.")
            return state == "Succeeded"

        _until(look, MADE_LIMIT_S)

    def _ended(self, poll: str) -> Any:
        """The job's properties once it has ended; a poll may fail like any other call."""

        def look() -> Any:
            with suppress(ServiceFailed, OSError):
                properties = self.service.get(poll)["properties"]
                return properties if properties["status"] in ENDED else None

        return _until(look, JOB_LIMIT_S)

    def _left(self, properties: Any) -> dict[str, str]:
        uri: str = properties["outputData"]["score"]["uri"]
        predictions = uri.removeprefix(f"{DATASTORE}/")
        folder = f"{predictions.rpartition('/')[0]}/"
        listed = self.service.blobs.get_container_client(CONTAINER).list_blob_names
        left = {
            "predictions" if name == predictions else name.removeprefix(folder): hashlib.sha256(
                self.service.download(CONTAINER, name)
            ).hexdigest()
            for name in listed(name_starts_with=folder)
        }
        return dict(sorted(left.items()))


@contextmanager
def rigged(state: Path, seed: int = 0) -> Iterator[Rig]:
    with (
        Azurite(state / "store") as azurite,
        UnsteadyStore(azurite.connection_string, seed=seed) as store,
        starting(state / "service", "--storage", store.connection_string) as wait,
        BlobServiceClient.from_connection_string(azurite.connection_string) as steady,
    ):
        service = wait()
        service.blobs.close()
        blobs = AzureBlobs.from_connection_string(azurite.connection_string)
        rig = Rig(replace(service, blobs=steady), store, blobs)
        rig.register_model()
        yield rig
        blobs.close()


def _nameless(receipt: dict[str, Any]) -> dict[str, Any]:
    """The receipt without what differs from job to job."""
    output = receipt["output"] and {**receipt["output"], "uri": ""}
    return {**receipt, "job": "", "output": output}


def _until(look: Callable[[], Any], limit_s: float) -> Any:
    deadline = time.monotonic() + limit_s
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not within {limit_s} s.")
        time.sleep(POLL_S)
    return found
