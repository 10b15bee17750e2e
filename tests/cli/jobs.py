"""A job of the stub service: its documents at any moment, its log, its files."""

import hashlib
import json
from typing import Any

from tests.support.stub_service import WORKSPACE, Blob, Reply, StubService

JOB, CHILD = "job-1", "child-1"
HISTORY = f"/history/v1.0{WORKSPACE}"
ROWS = b"".join(b"%d,%d,a.csv\n" % (row, row * 2) for row in range(5000))


def arm_job(status: str = "Completed", **properties: Any) -> Any:
    return {
        "id": f"{WORKSPACE}/jobs/{JOB}",
        "name": JOB,
        "type": "Microsoft.MachineLearningServices/workspaces/jobs",
        "properties": {
            "jobType": "Pipeline",
            "status": status,
            "displayName": JOB,
            "description": None,
            "experimentName": "ep",
            "tags": {"azureml.batchrun": "true"},
            "isArchived": False,
            "properties": {"endpointName": "ep", "childRunId": CHILD},
            "services": {
                "Studio": {"jobServiceType": "Studio", "endpoint": "http://x/job-1?wsid=w"}
            },
            **properties,
        },
        "systemData": {
            "createdAt": "2026-01-02T03:04:05Z",
            "createdBy": "someone",
            "createdByType": "User",
        },
    }


def whole_job(status: str = "Completed", reason: str = "", done: int = 4) -> Any:
    """As the scoring URI shows it."""
    counts = {"total": 4, "done": done, "failed": 0, "remaining": 4 - done}
    return {
        "id": f"{WORKSPACE}/batchEndpoints/ep/jobs/{JOB}",
        "name": JOB,
        "properties": {
            "status": status,
            "inputData": {"trips": {"jobInputType": "UriFolder", "uri": "azureml://in"}},
            "outputData": {"score": {"jobOutputType": "UriFile", "uri": "azureml://out"}},
            "error": {"code": "UserError", "message": reason} if reason else None,
            "warnings": [],
            "progress": {
                "files": counts,
                "mini_batches": counts,
                "rows": done,
                "retries": 0,
                "elapsed_s": 1.5,
                "files_per_s": 2.0,
                "eta": {"low_s": 3.0, "high_s": 9.0},
            },
        },
    }


def put_job(service: StubService, *moments: Any, log: tuple[str, ...] = ("Job job-1\n",)) -> None:
    """The job, as `whole_job` at each moment; its log grows with each look."""
    last = moments[-1]["properties"]["status"]
    service.on("GET", f"jobs/{JOB}", arm_job(last))
    service.on("GET", f"/endpoints/ep/jobs/{JOB}", *moments)
    link = f"{service.url}/logs/{JOB}?name=std&sig=secret"
    files = {"user_logs/std_log.txt": link, "logs/job_result.txt": f"{service.url}/logs/result"}
    service.on("GET", f"{HISTORY}/runs/{JOB}/details", {"status": last, "logFiles": files})
    service.on("GET", f"/logs/{JOB}", *(Reply(text.encode()) for text in log))
    service.on("GET", "/logs/result", Reply(b"All is well.\n"))


def put_files(service: StubService, rows: bytes = ROWS, sha256: str = "") -> Blob:
    """The ended job's files; returns the store's predictions."""
    receipt = json.dumps({"job": JOB, "status": "Completed", "verdict": "proven"}).encode()
    errors = b'{"file": "b.csv", "stage": "run", "message": "bad"}\n'
    service.blobs["/store/predictions.csv"] = Blob(rows)
    service.blobs["/store/receipt.json"] = Blob(receipt)
    service.blobs["/store/errors.jsonl"] = Blob(errors)
    service.on("GET", f"jobs/{JOB}/outputs/receipt", Reply(receipt))
    service.on("GET", f"jobs/{JOB}/outputs/errors", Reply(errors))
    service.on(
        "GET",
        f"jobs/{JOB}/outputs",
        {
            "value": [
                _listed(service, "receipt", "receipt.json", receipt),
                _listed(service, "errors", "errors.jsonl", errors, sha256=None),
                _listed(service, "predictions", "predictions.csv", rows, sha256=sha256 or ""),
            ],
            "nextLink": None,
        },
    )
    return service.blobs["/store/predictions.csv"]


def put_files_named(service: StubService, names: list[str]) -> None:
    """Predictions of these names, each with ten times its name in it."""
    data = {name: name.encode() * 10 for name in names}
    for name, text in data.items():
        service.blobs[f"/store/{name}"] = Blob(text)
    listed = [_listed(service, "predictions", name, text) for name, text in data.items()]
    service.on("GET", f"jobs/{JOB}/outputs", {"value": listed, "nextLink": None})


def _listed(
    service: StubService, output: str, name: str, data: bytes, sha256: str | None = ""
) -> Any:
    digest = hashlib.sha256(data).hexdigest() if sha256 == "" else sha256
    return {
        "output": output,
        "name": name,
        "path": name,
        "size": len(data),
        "sha256": digest,
        "url": f"{service.url}/store/{name}?sig=secret",
        "expiresOn": "2026-01-01T00:00:00Z",
    }
