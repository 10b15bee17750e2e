"""Batch deployments in ARM: put, get, list, patch and delete."""

from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.conditions import etag_header
from shared.api.http import Request, Response
from shared.api.operation_uris import follow_headers, operation_uri
from shared.api.paging import page, page_size, start_after
from shared.api.prefer_wait import patience
from shared.api.route_docs import RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import (
    WORKSPACE,
    asset_id,
    compute_id,
    endpoint_id,
    enveloped,
    located,
    own_body,
)
from shared.api.writes import write_of
from shared.application.delete_deployment import delete_deployment as delete
from shared.application.patch_deployment import patch_deployment as patch
from shared.application.refresh_deployment import refresh_deployment as refresh
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.domain.message import JSON
from shared.domain.provisioning import (
    ProvisioningState,
)
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas import arm_deployments as arm
from shared.schemas import bodies
from shared.schemas.arm_stages import write_stage
from shared.services import Services
from shared.stores.registry import Stored

bp = df.Blueprint()
# A deployment of the service's own environment is made within seconds. One whose environment must
# be built is Creating meanwhile, and its client polls.
PROVISIONED_WITHIN_S = 20.0


def put_deployment(
    request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    """Answers when it is made, or after a while as it is."""
    endpoint = _endpoint(request, services)
    body = own_body(request, services.settings)
    saved, is_new = services.put_deployment(
        endpoint,
        arm.read_deployment(endpoint.name, request.path["deployment"], body),
        write_of(request),
        orchestrations,
        within_s=patience(request, PROVISIONED_WITHIN_S),
    )
    return _answer(saved, request, services, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


def get_deployment(
    request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    """May write: a deployment that nobody makes is brought up to date."""
    endpoint, name = _endpoint(request, services), request.path["deployment"]
    entry = refresh(services.registry, orchestrations, endpoint, name)
    return _answer(entry, request, services, HTTPStatus.OK)


def list_deployments(request: Request, services: Services, _: Orchestrations) -> Response:
    endpoint = _endpoint(request, services)
    entries, last = services.registry.deployments.page(
        endpoint.name, after=start_after(request), size=page_size(request)
    )
    own = [one for one in entries if one.resource.incarnation == endpoint.incarnation]
    return page(request, [_body(one, request, services) for one in own], last=last)


def patch_deployment(request: Request, services: Services, _: Orchestrations) -> Response:
    endpoint, name = _endpoint(request, services), request.path["deployment"]
    change = arm.patch_deployment(own_body(request, services.settings))
    saved = patch(services.registry, endpoint, name, change, write_of(request))
    return _answer(saved, request, services, HTTPStatus.OK)


def delete_deployment(request: Request, services: Services, _: Orchestrations) -> Response:
    endpoint, name = _endpoint(request, services), request.path["deployment"]
    delete(services.registry, services.deployment_logs, endpoint, name, write_of(request))
    return Response(HTTPStatus.OK)


def _endpoint(request: Request, services: Services) -> Endpoint:
    return services.registry.endpoints.get(request.path["endpoint"]).resource


def _answer(
    entry: Stored[Deployment], request: Request, services: Services, status: int
) -> Response:
    """The deployment; one that is not (well) provisioned says where its client can ask for more."""
    headers = etag_header(entry.etag)
    if entry.resource.provisioning.state is not ProvisioningState.SUCCEEDED:
        headers |= follow_headers(request, services, entry.resource.provisioning_task.instance)
    return Response(status, _body(entry, request, services), headers)


def _body(entry: Stored[Deployment], request: Request, services: Services) -> JSON:
    deployment, settings = entry.resource, services.settings
    own_id = f"{endpoint_id(settings, deployment.endpoint)}/deployments/{deployment.name}"
    address = operation_uri(request, services, deployment.provisioning_task.instance)
    properties = arm.write_deployment(
        deployment,
        partial(asset_id, settings),
        partial(compute_id, settings),
        address,
        _stage(entry, services),
    )
    body = enveloped(entry, "batchEndpoints/deployments", own_id, deployment.name, properties)
    return {**arm.tracked(deployment), **body, **located(settings, deployment.tags)}


def _stage(entry: Stored[Deployment], services: Services) -> JSON:
    """Where the making is; None once it has ended."""
    deployment = entry.resource
    if deployment.provisioning.state.is_terminal:
        return None
    task, began_at = deployment.provisioning_task, entry.written.last_modified_at
    return write_stage(services.deployment_stages.read(task, began_at), datetime.now(UTC))


_LIST = f"{WORKSPACE}/batchEndpoints/{{endpoint}}/deployments"
_ONE = f"{_LIST}/{{deployment}}"

_PUT = RouteDocs("Create or update a deployment.", body=bodies.DEPLOYMENT)
_PATCH = RouteDocs("Change a deployment's tags or description.", body=bodies.DEPLOYMENT_PATCH)

ROUTES = (
    Route("list_deployments", "GET", _LIST, Role.READER, list_deployments),
    Route(
        "put_deployment",
        "PUT",
        _ONE,
        Role.CONTRIBUTOR,
        put_deployment,
        is_durable=True,
        docs=_PUT,
    ),
    Route("get_deployment", "GET", _ONE, Role.READER, get_deployment, is_durable=True),
    Route("patch_deployment", "PATCH", _ONE, Role.CONTRIBUTOR, patch_deployment, docs=_PATCH),
    Route("delete_deployment", "DELETE", _ONE, Role.CONTRIBUTOR, delete_deployment),
)
register(bp, ROUTES)
