"""The client, what the steps share, and how they are told."""

import os
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from azure.ai.ml import Input, MLClient
from azure.core.credentials import AccessToken

TOUR = Path(__file__).parents[3] / "examples/sdk"
WORK = Path(tempfile.mkdtemp())
UNIQUE = uuid.uuid4().hex[:6]
ENDPOINT, OTHER = f"steps-{UNIQUE}", f"other-{UNIQUE}"
SUBSCRIPTION, GROUP, WORKSPACE = "00000000-0000-0000-0000-000000000000", "local", "local"
STEPS: list[Callable[[], object]] = []
LONG_RUN_S = 600


class Given:
    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        return AccessToken(os.environ["AZURE_TOKEN"], int(time.time()) + 3600)


ml = MLClient(Given(), SUBSCRIPTION, GROUP, WORKSPACE)
seen: dict[str, Any] = {}


def step(function: Callable[[], object]) -> Callable[[], object]:
    STEPS.append(function)
    return function


def same(expected: object, actual: object) -> None:
    assert expected == actual, f"expected {expected!r}, got {actual!r}"


def refused(call: Callable[[], object], *words: str, kind: type[Exception] = Exception) -> None:
    told = _refusal(call, kind)
    assert all(word in told for word in words), f"{words} are not all in {told!r}"


def _refusal(call: Callable[[], object], kind: type[Exception]) -> str:
    try:
        call()
    except kind as error:
        return str(error)
    raise AssertionError("it was not refused")


def invoke(**options: Any) -> Any:
    """Invoke the MLflow deployment, follow the job, and give its name."""
    options.setdefault("deployment_name", "fares")
    job = ml.batch_endpoints.invoke(endpoint_name=ENDPOINT, **options)
    return finished(job.name)


def finished(name: str, status: str = "Completed") -> str:
    deadline = time.monotonic() + 120
    while ml.jobs.get(name).status not in {"Completed", "Failed", "Canceled"}:
        assert time.monotonic() < deadline, f"{name} does not end"
        time.sleep(0.2)
    same(status, ml.jobs.get(name).status)
    return name


def lines_of(name: str, file: str, **options: Any) -> list[str]:
    folder = WORK / uuid.uuid4().hex
    ml.jobs.download(name, download_path=folder, **options)
    found = [path for path in folder.rglob(file) if path.is_file()]
    assert len(found) == 1, f"{file} is not among {list(folder.rglob('*'))}"
    return found[0].read_text().splitlines()


def trips(path: str = "taxi/trips") -> Input:
    return Input(type="uri_folder", path=str(TOUR / path))
