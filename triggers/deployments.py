"""Batch deployments in ARM: put, get, list, patch and delete.

A deployment that is put is made by an orchestration; whoever reads one that nobody makes - the
service was stopped in between - starts that again.
"""

import time
import uuid
from contextlib import suppress
from functools import partial

import azure.durable_functions as df

from shared.adapters.durable_client import DurableClient
from shared.api.conditions import conditions, etag_header
from shared.api.http import Request, Response
from shared.api.paging import page, page_size, start_after
from shared.api.patience import patience
from shared.api.route_docs import RouteDocs
from shared.api.routes import Route, register
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.domain.errors import Conflict
from shared.domain.function_names import PROVISION_DEPLOYMENT
from shared.domain.message import JSON
from shared.domain.provisioning import (
    Provisioning,
    ProvisioningEnd,
    ProvisioningState,
    ProvisioningTask,
)
from shared.domain.role import Role
from shared.schemas import arm_deployments as arm
from shared.schemas import bodies
from shared.services import Services
from shared.stores.registry import Stored
from triggers.operations import follow_headers, operation_uri, outcome
from triggers.workspace import (
    WORKSPACE,
    asset_id,
    check_workspace,
    compute_id,
    endpoint_id,
    enveloped,
    located,
    own_body,
    who,
)

bp = df.Blueprint()
ORCHESTRATOR = PROVISION_DEPLOYMENT
OK, CREATED = 200, 201
# A deployment of the service's own environment is made within seconds. One whose environment must
# be built is Creating meanwhile, and its client polls.
MADE_WITHIN_S, POLL_S = 20.0, 0.1
MOST = 20  # deployments of one endpoint: Azure ML's limit


def put_deployment(request: Request, services: Services, client: DurableClient) -> Response:
    """Save the deployment and have it made; answers when it is made, or after a while as it is."""
    check_workspace(request, services.settings)
    endpoint = services.registry.endpoints.get(request.path["endpoint"]).resource
    endpoint.check_stays()
    body = own_body(request, services.settings)
    asked = arm.read_deployment(endpoint.name, request.path["deployment"], body)
    asked = services.recipes.check(asked)
    generation = Provisioning(generation=uuid.uuid4().hex)
    ours = {"provisioning": generation, "incarnation": endpoint.incarnation}
    saved, is_new = _saved(asked.model_copy(update=ours), request, services)
    if is_new:
        _check_room(saved.resource, endpoint, services)
    if saved.resource.provisioning == generation:
        services.deployment_logs.forget(endpoint.name, asked.name)
        _start_provisioning(saved.resource, client)
        saved = _made(saved, services, within_s=patience(request, MADE_WITHIN_S))
    return _answer(saved, request, services, CREATED if is_new else OK)


def get_deployment(request: Request, services: Services, client: DurableClient) -> Response:
    check_workspace(request, services.settings)
    endpoint = services.registry.endpoints.get(request.path["endpoint"]).resource
    entry = services.registry.deployment(endpoint, request.path["deployment"])
    if not entry.resource.provisioning.state.is_terminal:
        entry = _carried_on(entry, services, client)
    return _answer(entry, request, services, OK)


def list_deployments(request: Request, services: Services) -> Response:
    check_workspace(request, services.settings)
    endpoint = services.registry.endpoints.get(request.path["endpoint"]).resource
    entries, last = services.registry.deployments.page(
        endpoint.name, after=start_after(request), size=page_size(request)
    )
    own = [one for one in entries if one.resource.incarnation == endpoint.incarnation]
    return page(request, [_body(one, request, services) for one in own], last=last)


def patch_deployment(request: Request, services: Services) -> Response:
    check_workspace(request, services.settings)
    endpoint = services.registry.endpoints.get(request.path["endpoint"]).resource
    endpoint.check_stays()
    patch = arm.patch_deployment(own_body(request, services.settings))
    name = services.registry.deployment(endpoint, request.path["deployment"]).resource.name
    saved = services.registry.deployments.change(
        patch, endpoint.name, name, by=who(request), if_match=conditions(request).if_match
    )
    return _answer(saved, request, services, OK)


def delete_deployment(request: Request, services: Services) -> Response:
    """Delete the deployment; its jobs go on, and stay."""
    check_workspace(request, services.settings)
    endpoint = services.registry.endpoints.get(request.path["endpoint"]).resource
    entry = services.registry.deployment(endpoint, request.path["deployment"])
    deployment = entry.resource
    endpoint.check_may_lose(deployment.name)
    key = (deployment.endpoint, deployment.name)
    services.registry.deployments.delete(*key, if_match=conditions(request).if_match)
    now = services.registry.endpoints.find(endpoint.name)
    if now is not None and now.resource.incarnation == endpoint.incarnation:
        try:
            now.resource.check_may_lose(deployment.name)
        except Conflict:  # it became the default in between
            services.registry.deployments.restore(entry, *key)
            raise
    services.deployment_logs.forget(*key)
    return Response(OK)


def _saved(
    asked: Deployment, request: Request, services: Services
) -> tuple[Stored[Deployment], bool]:
    """Save the deployment as one of its endpoint; raises Conflict when that is being deleted."""
    deployments, guard = services.registry.deployments, conditions(request)
    key = (asked.endpoint, asked.name)
    # What an endpoint of the same name left behind, if it was deleted at a bad moment.
    deployments.delete_if(lambda old: old.incarnation < asked.incarnation, *key)
    saved = deployments.save(
        asked,
        *key,
        by=who(request),
        merge=lambda old, new: new.replacing(old),
        if_match=guard.if_match,
        if_absent=guard.if_absent,
    )
    owner = services.registry.endpoints.find(asked.endpoint)
    if owner and owner.resource.incarnation == asked.incarnation and not owner.resource.deletion:
        return saved
    deployments.delete_if(lambda now: now.incarnation == asked.incarnation, *key)
    raise Conflict(
        f"Endpoint '{asked.endpoint}' was deleted meanwhile.",
        fix="Create it again, then the deployment.",
        target="endpoint",
    )


def _check_room(deployment: Deployment, endpoint: Endpoint, services: Services) -> None:
    """Take a new deployment back if it is one too many; raises Conflict."""
    if len(services.registry.deployments_of(endpoint)) <= MOST:
        return
    services.registry.deployments.delete_if(
        lambda now: now.provisioning.generation == deployment.provisioning.generation,
        deployment.endpoint,
        deployment.name,
    )
    raise Conflict(
        f"Endpoint '{endpoint.name}' has {MOST} deployments, which is the limit.",
        fix="Delete one that is not used, or create another endpoint.",
        target="deployment",
    )


def task_of(deployment: Deployment) -> ProvisioningTask:
    return ProvisioningTask(
        endpoint=deployment.endpoint,
        deployment=deployment.name,
        generation=deployment.provisioning.generation,
    )


def _start_provisioning(deployment: Deployment, client: DurableClient) -> None:
    task = task_of(deployment)
    with suppress(Conflict):  # somebody read it in between, and started it
        client.start(ORCHESTRATOR, task.instance, task.to_wire())


def _made(entry: Stored[Deployment], services: Services, *, within_s: float) -> Stored[Deployment]:
    """The deployment once it is made, or as it is after a while that is usually enough."""
    deadline = time.monotonic() + within_s
    key = (entry.resource.endpoint, entry.resource.name)
    while not entry.resource.provisioning.state.is_terminal and time.monotonic() < deadline:
        time.sleep(POLL_S)
        entry = services.registry.deployments.get(*key)
    return entry


def _carried_on(
    entry: Stored[Deployment], services: Services, client: DurableClient
) -> Stored[Deployment]:
    """Bring up to date a deployment whose making was never started, or was ended from outside."""
    deployment, task = entry.resource, task_of(entry.resource)
    instance = client.find(task.instance)
    if instance is None or instance.orchestrator != ORCHESTRATOR:
        _start_provisioning(deployment, client)
        return entry
    if not instance.ended:
        return entry
    state, reason = outcome(instance)
    now = services.registry.deployments.get(deployment.endpoint, deployment.name)
    if now.resource.provisioning != deployment.provisioning:
        return now  # it ended between the two looks
    services.registry.end_provisioning(ProvisioningEnd(task=task, state=state, reason=reason))
    return services.registry.deployments.get(deployment.endpoint, deployment.name)


def _answer(
    entry: Stored[Deployment], request: Request, services: Services, status: int
) -> Response:
    """The deployment; one that is not (well) made tells where its client can ask for more."""
    headers = etag_header(entry.etag)
    if entry.resource.provisioning.state is not ProvisioningState.SUCCEEDED:
        headers |= follow_headers(request, services, task_of(entry.resource).instance)
    return Response(status, _body(entry, request, services), headers)


def _body(entry: Stored[Deployment], request: Request, services: Services) -> JSON:
    deployment, settings = entry.resource, services.settings
    own_id = f"{endpoint_id(settings, deployment.endpoint)}/deployments/{deployment.name}"
    address = operation_uri(request, services, task_of(deployment).instance)
    properties = arm.write_deployment(
        deployment, partial(asset_id, settings), partial(compute_id, settings), address
    )
    body = enveloped(entry, "batchEndpoints/deployments", own_id, deployment.name, properties)
    return {**arm.tracked(deployment), **body, **located(settings, deployment.tags)}


_LIST = f"{WORKSPACE}/batchEndpoints/{{endpoint}}/deployments"
ONE = f"{_LIST}/{{deployment}}"

_PUT = RouteDocs("Create or update a deployment.", body=bodies.DEPLOYMENT)
_PATCH = RouteDocs("Change a deployment's tags or description.", body=bodies.DEPLOYMENT_PATCH)

ROUTES = (
    Route("list_deployments", "GET", _LIST, Role.READER, list_deployments),
    Route(
        "put_deployment",
        "PUT",
        ONE,
        Role.CONTRIBUTOR,
        durable_handler=put_deployment,
        docs=_PUT,
    ),
    Route("get_deployment", "GET", ONE, Role.READER, durable_handler=get_deployment),
    Route("patch_deployment", "PATCH", ONE, Role.CONTRIBUTOR, patch_deployment, docs=_PATCH),
    Route("delete_deployment", "DELETE", ONE, Role.CONTRIBUTOR, delete_deployment),
)
register(bp, ROUTES)
