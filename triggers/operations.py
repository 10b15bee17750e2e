"""Long-running operations: polled while a deployment is made or an endpoint deleted."""

from datetime import UTC, datetime
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.operation_uris import follow_headers
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import WORKSPACE, workspace_id
from shared.application.find_operation import Operation, find_operation
from shared.domain.job import utc
from shared.domain.message import JSON
from shared.domain.provisioning import ProvisioningState
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas.arm_stages import write_stage
from shared.services import Services

bp = df.Blueprint()
FAILED = "ProvisioningFailed"


def get_operation(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    name = request.path["operation"]
    operation = find_operation(services.registry, services.deployment_stages, orchestrations, name)
    body = {
        "id": f"{workspace_id(services.settings)}/operations/{name}",
        "name": name,
        "startTime": utc(operation.created_at),
        **_progress(operation),
    }
    if operation.end is None:
        return Response(HTTPStatus.OK, body, follow_headers(request, services, name))
    return Response(HTTPStatus.OK, body | {"endTime": utc(operation.changed_at)})


def _progress(operation: Operation) -> dict[str, JSON]:
    """The status in ARM's words, and the error of one that did not succeed."""
    if operation.end is None:
        stage = write_stage(operation.stage, datetime.now(UTC)) if operation.stage else None
        return {"status": "InProgress", "properties": {"provisioningStage": stage}}
    if operation.end is ProvisioningState.SUCCEEDED:
        return {"status": "Succeeded", "percentComplete": 100}
    status = "Canceled" if operation.is_canceled else "Failed"
    return {"status": status, "error": {"code": FAILED, "message": operation.reason}}


ROUTES = (
    Route(
        "get_operation",
        "GET",
        f"{WORKSPACE}/operations/{{operation}}",
        Role.READER,
        get_operation,
        is_durable=True,
        docs=RouteDocs("How far an operation is.", answers={HTTPStatus.OK: AnswerKind.DOCUMENT}),
    ),
)
register(bp, ROUTES)
