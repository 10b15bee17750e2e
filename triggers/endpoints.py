"""Batch endpoints in ARM: put, get, list, patch, and delete with all deployments."""

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
    endpoint_id,
    enveloped,
    located,
    own_body,
    scoring_uri,
    swagger_uri,
)
from shared.api.writes import write_of
from shared.application.delete_endpoint import delete_endpoint as delete
from shared.application.delete_endpoint import resume_deletion
from shared.application.patch_endpoint import patch_endpoint as patch
from shared.application.put_endpoint import put_endpoint as put
from shared.domain.endpoint import Endpoint
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas import arm_endpoints as arm
from shared.schemas import bodies
from shared.services import Services
from shared.stores.registry import Stored

bp = df.Blueprint()
# Some dozen small deletions; a client that waits longer is told where to ask.
DELETED_WITHIN_S = 10.0


def put_endpoint(request: Request, services: Services, _: Orchestrations) -> Response:
    requested = arm.read_endpoint(request.path["endpoint"], own_body(request, services.settings))
    saved, is_new = put(services.registry, requested, write_of(request))
    return _answer(saved, request, services, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


def get_endpoint(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """May start the deletion again that nobody carries on."""
    entry = services.registry.endpoints.get(request.path["endpoint"])
    resume_deletion(entry.resource, orchestrations)
    return _answer(entry, request, services, HTTPStatus.OK)


def list_endpoints(request: Request, services: Services, _: Orchestrations) -> Response:
    entries, last = services.registry.endpoints.page(
        after=start_after(request), size=page_size(request)
    )
    return page(request, [_body(one, request, services) for one in entries], last=last)


def patch_endpoint(request: Request, services: Services, _: Orchestrations) -> Response:
    change = arm.patch_endpoint(own_body(request, services.settings))
    saved = patch(services.registry, request.path["endpoint"], change, write_of(request))
    return _answer(saved, request, services, HTTPStatus.OK)


def delete_endpoint(
    request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    """Answers when it is gone, or after a while where that can be asked."""
    marked, is_deleted = delete(
        services.registry,
        orchestrations,
        request.path["endpoint"],
        write_of(request),
        within_s=patience(request, DELETED_WITHIN_S),
    )
    if is_deleted:
        return Response(HTTPStatus.OK)
    headers = follow_headers(request, services, marked.deletion_task.instance)
    return Response(
        HTTPStatus.ACCEPTED, None, headers | {"Location": headers["Azure-AsyncOperation"]}
    )


def _answer(entry: Stored[Endpoint], request: Request, services: Services, status: int) -> Response:
    headers = etag_header(entry.etag)
    if entry.resource.deletion:
        headers |= follow_headers(request, services, entry.resource.deletion_task.instance)
    return Response(status, _body(entry, request, services), headers)


def _body(entry: Stored[Endpoint], request: Request, services: Services) -> JSON:
    endpoint, settings = entry.resource, services.settings
    properties = arm.write_endpoint(
        endpoint,
        scoring_uri=scoring_uri(request, endpoint.name),
        swagger_uri=swagger_uri(request, endpoint.name),
        operation_uri=operation_uri(request, services, endpoint.operation),
    )
    own_id = endpoint_id(settings, endpoint.name)
    body = enveloped(entry, "batchEndpoints", own_id, endpoint.name, properties)
    return {**endpoint.extras, **body, **located(settings, endpoint.tags)}


_LIST = f"{WORKSPACE}/batchEndpoints"
_ONE = f"{_LIST}/{{endpoint}}"

_PUT = RouteDocs("Create or update a batch endpoint.", body=bodies.ENDPOINT)
_PATCH = RouteDocs("Change an endpoint's tags, description or default.", body=bodies.ENDPOINT_PATCH)

ROUTES = (
    Route("list_endpoints", "GET", _LIST, Role.READER, list_endpoints),
    Route("put_endpoint", "PUT", _ONE, Role.CONTRIBUTOR, put_endpoint, docs=_PUT),
    Route("get_endpoint", "GET", _ONE, Role.READER, get_endpoint, is_durable=True),
    Route("patch_endpoint", "PATCH", _ONE, Role.CONTRIBUTOR, patch_endpoint, docs=_PATCH),
    Route("delete_endpoint", "DELETE", _ONE, Role.CONTRIBUTOR, delete_endpoint, is_durable=True),
)
register(bp, ROUTES)
