"""What was said while a deployment was made: its build, then its script's init()."""

from http import HTTPStatus

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import WORKSPACE
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas import bodies
from shared.schemas.arm_deployments import read_tail
from shared.services import Services

bp = df.Blueprint()


def get_logs(request: Request, services: Services, _: Orchestrations) -> Response:
    """The log so far, in the shape that Azure has for online deployments."""
    endpoint = services.registry.endpoints.get(request.path["endpoint"]).resource
    deployment = services.registry.deployment(endpoint, request.path["deployment"]).resource
    tail = read_tail(request.json if request.body.strip() else {})
    lines = services.deployment_logs.read(deployment.provisioning_task).splitlines(keepends=True)
    return Response(HTTPStatus.OK, {"content": "".join(lines[-tail:] if tail else lines)})


_LOGS = f"{WORKSPACE}/batchEndpoints/{{endpoint}}/deployments/{{deployment}}/getLogs"
_ABOUT = RouteDocs(
    "The log of a deployment's making: the build of its environment, then init().",
    body=bodies.LOG_REQUEST,
    answers={HTTPStatus.OK: AnswerKind.DOCUMENT},
)
ROUTES = (Route("get_deployment_logs", "POST", _LOGS, Role.READER, get_logs, docs=_ABOUT),)
register(bp, ROUTES)
