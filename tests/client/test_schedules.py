"""Schedules by the official SDK, as far as it can carry them."""

from pathlib import Path

from tests.client.conftest import RunWithSdk
from tests.support.stack import WORKSPACE, Stack
from tests.support.waiting import wait_until

TAXI = Path(__file__).parents[2] / "examples/sdk/taxi"
OWN = ("00000000-0000-0000-0000-000000000000", "local", "local")


def files_of(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def job_of(https: Stack) -> str:
    """The id of a job of the taxi model."""
    uri = https.upload("models/scheduled-taxi", files_of(TAXI / "model"))
    model = {"modelType": "mlflow_model", "modelUri": uri}
    https.put("/models/scheduled-taxi/versions/1", {"properties": model})
    endpoint = "/batchEndpoints/scheduled"
    https.put(endpoint, {"properties": {"authMode": "aadToken"}})
    asset = {"referenceType": "Id", "assetId": "azureml:scheduled-taxi:1"}
    https.put(f"{endpoint}/deployments/main", {"properties": {"model": asset}})
    wait_until(lambda: https.provisioned(f"{endpoint}/deployments/main"))
    https.put(endpoint, {"properties": {"defaults": {"deploymentName": "main"}}})
    trips = https.upload("scheduled-trips", files_of(TAXI / "trips"))
    job = https.invoke("scheduled", trips, miniBatchSize=3)
    return f"{WORKSPACE}/jobs/{job['name']}"


def test_the_official_sdk_schedules_a_job_again(run_with_sdk: RunWithSdk, https: Stack) -> None:
    done = run_with_sdk("-m", "tests.client.schedules", *OWN, job_of(https))

    assert 0 == done.returncode, done.stdout
    said = [line for line in done.stdout.splitlines() if not line.startswith("Class ")]
    assert [
        "made by-sdk By the SDK True",
        "trigger week 2 W. Europe Standard Time",
        "pattern [2] ['Monday', 'Friday']",
        "repeats True",
        "enabled ['by-sdk']",
        "disabled False",
        "listed []",
        "off ['by-sdk']",
        "enabled again True",
        "cron 15 10 * * 1",
        "ran by-sdk-20260302T101500Z",
        "left []",
    ] == said
    ran = {"name": "by-sdk-20260302T101500Z", "properties": {"endpointName": "scheduled"}}
    assert "Completed" == https.ended(ran)["status"]
