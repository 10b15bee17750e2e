"""Whether the service can work: for probes of platforms, which have no token."""

import os
import shutil
import tempfile
from http import HTTPStatus

import azure.durable_functions as df
import azure.functions as func

from shared.adapters.durable_client import DurableClient
from shared.api.health_check import OK, HealthCheck, Probe
from shared.api.http import NO_STORE, Request, Response
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, bind, to_http
from shared.ports import Orchestrations
from shared.services import Services, services
from shared.settings import Settings
from shared.stores.registry import CONTAINER

bp = df.Blueprint()

HEALTHY, UNHEALTHY = "Healthy", "Unhealthy"
# An instance that nobody starts: whether the task hub answers is what is asked.
_NOBODY = "healthz"
_LITTLE = 10 * 10**6
_check = HealthCheck()


def get_health(_request: Request, _services: Services, orchestrations: Orchestrations) -> Response:
    return _report(_check, orchestrations)


def _report(check: HealthCheck, orchestrations: Orchestrations) -> Response:
    checks = check.read(_probes(orchestrations))
    is_healthy = all(answer == OK for answer in checks.values())
    return Response(
        HTTPStatus.OK if is_healthy else HTTPStatus.SERVICE_UNAVAILABLE,
        {"status": HEALTHY if is_healthy else UNHEALTHY, "checks": dict(checks)},
        headers=NO_STORE,
    )


def _probes(orchestrations: Orchestrations) -> dict[str, Probe]:
    def ask_task_hub() -> str:
        orchestrations.find(_NOBODY)
        return ""

    return {"storage": _ask_storage, "taskHub": ask_task_hub, "scratch": _ask_scratch}


def _ask_storage() -> str:
    """The services themselves come only with the storage: they are asked for in here."""
    return "" if services().blobs.container_exists(CONTAINER) else "the containers are missing"


def _ask_scratch() -> str:
    """Whether a file can be written where models and mini-batches come to."""
    settings = Settings.from_environment()
    folder = settings.scratch_folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(os.urandom(1))
    free = shutil.disk_usage(folder).free
    if free < _LITTLE:
        return f"{free // 10**6} MB are free"
    return ""


def _answer(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """Without what other routes wait for: a service whose storage is away answers, too."""
    return to_http(_report(_check, DurableClient(client, req)))


_DOCS = RouteDocs(
    "Whether storage, task hub and scratch folder are there.",
    answers={
        HTTPStatus.OK: AnswerKind.DOCUMENT,
        HTTPStatus.SERVICE_UNAVAILABLE: AnswerKind.DOCUMENT,
    },
)
ROUTES = (Route("get_health", "GET", "healthz", None, get_health, is_durable=True, docs=_DOCS),)
bind(bp, ROUTES[0], _answer)
