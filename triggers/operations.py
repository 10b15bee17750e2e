"""Long-running operations: what a client polls while a deployment is made or an endpoint deleted.

An operation is an orchestration; only those that make or delete resources are operations. Where
there is none - an endpoint is made at once, and the Durable API may have purged a deployment's -
the resource itself tells.
"""

from contextlib import suppress

import azure.durable_functions as df

from shared.adapters.durable_client import DurableClient, Instance
from shared.api.http import Request, Response
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.domain.errors import NotFound
from shared.domain.function_names import PROVISION_DEPLOYMENT, RETIRE_ENDPOINT
from shared.domain.job import utc
from shared.domain.message import JSON
from shared.domain.provisioning import ProvisioningState
from shared.domain.role import Role
from shared.services import Services
from shared.stores.registry import SystemData
from triggers.workspace import WORKSPACE, check_workspace, workspace_id

bp = df.Blueprint()
OK = 200
RETRY_AFTER = {"Retry-After": "1"}
ORCHESTRATORS = {PROVISION_DEPLOYMENT, RETIRE_ENDPOINT}
FAILED = "ProvisioningFailed"


def follow_headers(request: Request, services: Services, instance: str) -> dict[str, str]:
    """What tells a client where to ask how far the operation is, and when."""
    return {"Azure-AsyncOperation": operation_uri(request, services, instance), **RETRY_AFTER}


def operation_uri(request: Request, services: Services, name: str) -> str:
    return f"{request.base_url}{workspace_id(services.settings)}/operations/{name}"


def get_operation(request: Request, services: Services, client: DurableClient) -> Response:
    check_workspace(request, services.settings)
    name = request.path["operation"]
    instance = client.find(name)
    if instance is None or instance.orchestrator not in ORCHESTRATORS:
        instance = _made(name, services)
    body = {
        "id": f"{workspace_id(services.settings)}/operations/{name}",
        "name": name,
        "startTime": utc(instance.created_at),
        **_progress(instance),
    }
    if not instance.ended:
        return Response(OK, body, follow_headers(request, services, name))
    return Response(OK, body | {"endTime": utc(instance.changed_at)})


def _made(name: str, services: Services) -> Instance:
    """An operation as the resource tells it that it made; raises NotFound."""
    endpoint, _, rest = name.partition("_")
    deployment, _, generation = rest.rpartition("_")
    if (owner := services.registry.endpoints.find(endpoint)) and not owner.resource.deletion:
        if owner.resource.incarnation == rest:
            return _instance(owner.written, ProvisioningState.SUCCEEDED, "")
        with suppress(NotFound):
            entry = services.registry.deployment(owner.resource, deployment)
            provisioning = entry.resource.provisioning
            if provisioning.generation == generation:
                return _instance(entry.written, provisioning.state, provisioning.reason)
    raise NotFound(
        f"There is no operation '{name[:200]}'.",
        fix="Use the address in the Azure-AsyncOperation header, as it is.",
        target="operation",
    )


def _instance(written: SystemData, state: ProvisioningState, reason: str) -> Instance:
    """As an orchestration would tell it."""
    ended = "Completed" if state.is_terminal else ""
    return Instance(
        ended=ended,
        runtime_status=ended or "Running",
        custom_status=None,
        output={"state": state, "reason": reason},
        failure="",
        orchestrator="",
        created_at=written.created_at,
        changed_at=written.last_modified_at,
    )


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
        docs=RouteDocs("How far an operation is.", answers={OK: AnswerKind.DOCUMENT}),
    ),
)
register(bp, ROUTES)
