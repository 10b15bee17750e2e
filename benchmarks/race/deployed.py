"""The service as a contender: a deployment of it, from the POST to the job's end.

The host is up, and the model is not loaded: each run waits until no scorer process is left.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.jobs import scored
from benchmarks.race.contender import MINI_BATCH, PROCESSES, Finish, Heat
from benchmarks.race.meter import PeakMemory, cpu_seconds, descendants
from benchmarks.race.models import TABLES
from benchmarks.race.peer import SCRIPTS
from benchmarks.race.sets import FileSet
from benchmarks.race.timeline import timeline_of
from examples.demo.service import CONTAINER, WORKSPACE, Service, ServiceFailed

DATASTORE = "azureml://datastores/workspaceblobstore/paths"
PROVISION_LIMIT_S, LEAVE_LIMIT_S, POLL_S = 300, 60, 0.2


@dataclass(frozen=True)
class Deployed:
    """`scoring_uris` by the kind of files that are sent there.

    `processes_at_rest` is how many children the host `host_pid` has without scorers.
    """

    name: str
    service: Service
    scoring_uris: dict[str, str]
    host_pid: int
    processes_at_rest: int

    def takes(self, file_set: FileSet) -> bool:
        return file_set.kind in self.scoring_uris

    def run(self, heat: Heat) -> Finish:
        wait_until_left(self.host_pid, self.processes_at_rest)
        used = cpu_seconds(self.host_pid)
        with PeakMemory(self.host_pid) as memory:
            uri = f"{DATASTORE}/{heat.prefix}"
            job = scored(self.service, self.scoring_uris[heat.file_set.kind], uri)
            used = cpu_seconds(self.host_pid) - used
        return Finish(
            seconds=job.seconds,
            cpu_seconds=used,
            memory_mb=memory.megabytes,
            output=job.output_uri.removeprefix(f"{DATASTORE}/"),
            timeline=timeline_of(job, self.service.get, PROCESSES),
        )


def wait_until_left(host_pid: int, processes_at_rest: int) -> None:
    """Until no scorer is left below the host. Raises TimeoutError."""
    deadline = time.monotonic() + LEAVE_LIMIT_S
    while descendants(host_pid) > processes_at_rest:
        if time.monotonic() > deadline:
            raise TimeoutError(f"Scorers were still there after {LEAVE_LIMIT_S} s")
        time.sleep(POLL_S)


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
