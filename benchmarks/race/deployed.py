"""The service as a contender: a deployment of it, from the POST to the job's end.

The host is up and at rest, and the model is not loaded. Where processes are prepared, the
deployment has served a small job before, as one that is in use has.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.jobs import scored
from benchmarks.race.contender import MINI_BATCH, PROCESSES, Finish, Heat
from benchmarks.race.meter import PeakMemory, cpu_seconds
from benchmarks.race.models import TABLES
from benchmarks.race.peer import SCRIPTS
from benchmarks.race.rest import Rest
from benchmarks.race.sets import FileSet
from benchmarks.race.timeline import timeline_of
from examples.demo.service import CONTAINER, WORKSPACE, Service, ServiceFailed

DATASTORE = "azureml://datastores/workspaceblobstore/paths"
PROVISION_LIMIT_S, POLL_S = 300, 0.2


@dataclass(frozen=True)
class Deployed:
    """`scoring_uris` by the kind of files that are sent there; `rest` is its host's."""

    name: str
    service: Service
    scoring_uris: dict[str, str]
    rest: Rest

    def takes(self, file_set: FileSet) -> bool:
        return file_set.kind in self.scoring_uris

    def get_ready(self, heat: Heat) -> None:
        uri = self.scoring_uris[heat.file_set.kind]
        if self.rest.prepared and self.rest.last_used != uri:
            scored(self.service, uri, f"{DATASTORE}/{heat.few}")
            self.rest.last_used = uri

    def run(self, heat: Heat) -> Finish:
        uri, host = self.scoring_uris[heat.file_set.kind], self.rest.pid
        used = cpu_seconds(host)
        with PeakMemory(host) as memory:
            job = scored(self.service, uri, f"{DATASTORE}/{heat.prefix}")
            used = cpu_seconds(host) - used
        return Finish(
            seconds=job.seconds,
            cpu_seconds=used,
            memory_mb=memory.megabytes,
            output=job.output_uri.removeprefix(f"{DATASTORE}/"),
            timeline=timeline_of(job, self.service.get, PROCESSES),
        )


def deploy_mlflow(service: Service, models: Path) -> str:
    """The tables' model without a script; returns the scoring URI."""
    model = _register_model(service, models / TABLES / "mlflow", f"{TABLES}-mlflow")
    return _deploy(service, f"{TABLES}-mlflow", {"model": model})


def deploy_script(service: Service, models: Path, kind: str) -> str:
    """A script and the model it loads; returns the scoring URI. Raises ServiceFailed."""
    model = _register_model(service, models / kind / "joblib", f"{kind}-joblib")
    script = f"{kind}.py"
    folder = f"bench/code/{kind}"
    service.upload(CONTAINER, folder, {script: (SCRIPTS / script).read_bytes()})
    code = f"/codes/{kind}/versions/1"
    service.put(code, {"properties": {"codeUri": f"{DATASTORE}/{folder}"}})
    configuration = {"codeId": f"{WORKSPACE}{code}", "scoringScript": script}
    return _deploy(service, f"{kind}-script", {"model": model, "codeConfiguration": configuration})


def _register_model(service: Service, folder: Path, name: str) -> dict[str, str]:
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    service.upload(CONTAINER, f"bench/models/{name}", files)
    model = f"/models/{name}/versions/1"
    service.put(model, {"properties": {"modelUri": f"{DATASTORE}/bench/models/{name}"}})
    return {"referenceType": "Id", "assetId": f"{WORKSPACE}{model}"}


def _deploy(service: Service, name: str, properties: dict[str, Any]) -> str:
    endpoint = f"/batchEndpoints/{name}"
    deployment = f"{endpoint}/deployments/main"
    tuning = {"miniBatchSize": MINI_BATCH, "maxConcurrencyPerInstance": PROCESSES}
    service.put(endpoint, {"properties": {}})
    service.put(deployment, {"properties": {**properties, **tuning}})
    _wait_for(service, f"{service.url}{service.workspace}{deployment}")
    made = service.put(endpoint, {"properties": {"defaults": {"deploymentName": "main"}}})
    return str(made["properties"]["scoringUri"])


def _wait_for(service: Service, deployment: str) -> None:
    deadline = time.monotonic() + PROVISION_LIMIT_S
    while (state := service.get(deployment)["properties"]["provisioningState"]) != "Succeeded":
        if state in {"Failed", "Canceled"} or time.monotonic() > deadline:
            raise ServiceFailed(f"The deployment {deployment} is {state}.")
        time.sleep(POLL_S)
