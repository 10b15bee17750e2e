"""Computes: ARM CRUD of the clusters that deployments name."""

from http import HTTPStatus

import azure.durable_functions as df

from shared.api.conditions import etag_header
from shared.api.http import Request, Response
from shared.api.paging import page, page_size, start_after
from shared.api.route_docs import RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import (
    WORKSPACE,
    compute_id,
    enveloped,
    located,
    own_body,
)
from shared.api.writes import write_of
from shared.application.delete_compute import delete_compute as delete
from shared.application.put_compute import put_compute as put
from shared.domain.compute import Compute
from shared.domain.errors import InvalidRequest
from shared.domain.job import utc
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas import arm_computes as arm
from shared.schemas import bodies
from shared.services import Services
from shared.stores.registry import Stored

bp = df.Blueprint()


def put_compute(request: Request, services: Services, _: Orchestrations) -> Response:
    body = own_body(request, services.settings)
    requested = arm.read_compute(request.path["compute"], body)
    entry, is_new = put(services.registry, requested, write_of(request))
    return _answer(entry, services, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


def get_compute(request: Request, services: Services, _: Orchestrations) -> Response:
    return _answer(services.registry.computes.get(request.path["compute"]), services, HTTPStatus.OK)


def list_computes(request: Request, services: Services, _: Orchestrations) -> Response:
    entries, last = services.registry.computes.page(
        after=start_after(request), size=page_size(request)
    )
    return page(request, [_body(entry, services) for entry in entries], last=last)


def delete_compute(request: Request, services: Services, _: Orchestrations) -> Response:
    action = request.query.get("underlyingresourceaction", "Delete")
    if action.lower() != "delete":
        raise InvalidRequest(
            f"'{action[:100]}' is not what can become of an AmlCompute.",
            fix="Use underlyingResourceAction=Delete.",
            target="underlyingResourceAction",
        )
    delete(services.registry, request.path["compute"], write_of(request))
    return Response(HTTPStatus.OK)


def _answer(entry: Stored[Compute], services: Services, status: int) -> Response:
    return Response(status, _body(entry, services), etag_header(entry.etag))


def _body(entry: Stored[Compute], services: Services) -> JSON:
    compute, location = entry.resource, services.settings.location
    properties = arm.write_compute(
        compute,
        location=location,
        created=utc(entry.written.created_at),
        modified=utc(entry.written.last_modified_at),
    )
    own_id = compute_id(services.settings, compute.name)
    body = enveloped(entry, "computes", own_id, compute.name, properties)
    return {**compute.extras, **body, **located(services.settings, compute.tags)}


_ALL = f"{WORKSPACE}/computes"
_ONE = f"{_ALL}/{{compute}}"

_PUT = RouteDocs("Create or update a cluster.", body=bodies.COMPUTE)

ROUTES = (
    Route("list_computes", "GET", _ALL, Role.READER, list_computes),
    Route("put_compute", "PUT", _ONE, Role.CONTRIBUTOR, put_compute, docs=_PUT),
    Route("get_compute", "GET", _ONE, Role.READER, get_compute),
    Route("delete_compute", "DELETE", _ONE, Role.CONTRIBUTOR, delete_compute),
)
register(bp, ROUTES)
