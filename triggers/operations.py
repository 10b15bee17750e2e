"""Long-running operations: what a client polls while a deployment is made or an endpoint deleted.

An operation is an orchestration; only those that make or delete resources are operations.
"""

import azure.durable_functions as df

from shared.adapters.durable_client import DurableClient, Instance
from shared.api.about import About, Answer
from shared.api.http import Request, Response
from shared.api.routes import Route, register
from shared.domain.errors import NotFound
from shared.domain.job import utc
from shared.domain.message import JSON
from shared.domain.provisioning import ProvisioningState
from shared.domain.role import Role
from shared.services import Services
from triggers.workspace import WORKSPACE, check_workspace, workspace_id

bp = df.Blueprint()
OK = 200
RETRY_AFTER = {"Retry-After": "1"}
ORCHESTRATORS = {"provision_deployment", "retire_endpoint"}
FAILED = "ProvisioningFailed"


def follow_headers(request: Request, services: Services, instance: str) -> dict[str, str]:
    """What tells a client where to ask how far the operation is, and when."""
    place = f"{request.base_url}{workspace_id(services.settings)}/operations/{instance}"
    return {"Azure-AsyncOperation": place, **RETRY_AFTER}


def get_operation(request: Request, services: Services, client: DurableClient) -> Response:
    check_workspace(request, services.settings)
    name = request.path["operation"]
    instance = client.find(name)
    if instance is None or instance.orchestrator not in ORCHESTRATORS:
        raise NotFound(
            f"There is no operation '{name[:200]}'.",
            fix="Use the address in the Azure-AsyncOperation header, as it is.",
            target="operation",
        )
    body = {
        "id": f"{workspace_id(services.settings)}/operations/{name}",
        "name": name,
        "startTime": utc(instance.created_at),
        **_progress(instance),
    }
    if not instance.ended:
        return Response(OK, body, follow_headers(request, services, name))
    return Response(OK, body | {"endTime": utc(instance.changed_at)})


def _progress(instance: Instance) -> dict[str, JSON]:
    """The status in ARM's words, and the error of one that did not succeed."""
    if not instance.ended:
        return {"status": "InProgress"}
    state, reason = outcome(instance)
    if state is ProvisioningState.SUCCEEDED:
        return {"status": "Succeeded", "percentComplete": 100}
    status = "Canceled" if instance.ended == "Terminated" else "Failed"
    return {"status": status, "error": {"code": FAILED, "message": reason}}


def outcome(instance: Instance) -> tuple[ProvisioningState, str]:
    """How an orchestration that has ended came out, and why if it failed."""
    if instance.ended == "Completed" and isinstance(instance.output, dict):
        return ProvisioningState(instance.output["state"]), str(instance.output["reason"])
    if instance.ended == "Terminated":
        return ProvisioningState.FAILED, "It was terminated by the Durable API. Send it again."
    told = instance.failure or "no message"
    return ProvisioningState.FAILED, f"Its orchestration failed: {told}. Send it again."


ROUTES = (
    Route(
        "get_operation",
        "GET",
        f"{WORKSPACE}/operations/{{operation}}",
        Role.READER,
        durable_handler=get_operation,
        about=About("How far an operation is.", answers={OK: Answer.DOCUMENT}),
    ),
)
register(bp, ROUTES)
