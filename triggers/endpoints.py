"""Batch endpoints in ARM: put, get, list, patch, and delete with all deployments.

A deletion is a mark on the endpoint and an orchestration. Whoever meets the mark - the client that
repeats its request, or one that reads - starts the orchestration again if nobody carries it on.
"""

import time
import uuid
from contextlib import suppress
from datetime import UTC, datetime

import azure.durable_functions as df

from shared.adapters.durable_client import DurableClient
from shared.api.conditions import conditions, etag_header
from shared.api.http import Request, Response
from shared.api.paging import page, page_size, start_after
from shared.api.patience import patience
from shared.api.route_docs import RouteDocs
from shared.api.routes import Route, register
from shared.domain.endpoint import Endpoint
from shared.domain.errors import Conflict
from shared.domain.function_names import RETIRE_ENDPOINT
from shared.domain.message import JSON
from shared.domain.provisioning import EndpointCreation, EndpointDeletion
from shared.domain.role import Role
from shared.schemas import arm_endpoints as arm
from shared.schemas import bodies
from shared.services import Services
from shared.stores.registry import Stored
from triggers.endpoint_defaults import check_again, check_not_failed, existing
from triggers.operations import follow_headers, operation_uri
from triggers.workspace import (
    WORKSPACE,
    check_workspace,
    endpoint_id,
    enveloped,
    located,
    own_body,
    scoring_uri,
    swagger_uri,
    who,
)

bp = df.Blueprint()
OK, CREATED, ACCEPTED = 200, 201, 202
# Some dozen small deletions; a client that waits longer is told where to ask.
DELETED_WITHIN_S, POLL_S = 10.0, 0.1


def put_endpoint(request: Request, services: Services) -> Response:
    check_workspace(request, services.settings)
    asked = arm.read_endpoint(request.path["endpoint"], own_body(request, services.settings))
    guard = conditions(request)
    before = services.registry.endpoints.find(asked.name)
    default = existing(asked.default_deployment, before, asked.name, services)
    check_not_failed(default, before, services)
    new = asked.model_copy(
        update={"default_deployment": default, "incarnation": _new_incarnation()}
    )
    saved, is_new = services.registry.endpoints.save(
        new,
        asked.name,
        by=who(request),
        merge=lambda old, new: new.replacing(old),
        if_match=guard.if_match,
        if_absent=guard.if_absent,
    )
    check_again(default, before, saved, services, is_new=is_new)
    return _answer(saved, request, services, CREATED if is_new else OK)


def get_endpoint(request: Request, services: Services, client: DurableClient) -> Response:
    check_workspace(request, services.settings)
    entry = services.registry.endpoints.get(request.path["endpoint"])
    if entry.resource.deletion:
        _carry_on(entry.resource, client)
    return _answer(entry, request, services, OK)


def list_endpoints(request: Request, services: Services) -> Response:
    check_workspace(request, services.settings)
    entries, last = services.registry.endpoints.page(
        after=start_after(request), size=page_size(request)
    )
    return page(request, [_body(one, request, services) for one in entries], last=last)


def patch_endpoint(request: Request, services: Services) -> Response:
    check_workspace(request, services.settings)
    patch = arm.patch_endpoint(own_body(request, services.settings))
    before = services.registry.endpoints.get(request.path["endpoint"])
    asked = patch(before.resource).default_deployment
    is_switch = asked != before.resource.default_deployment
    default = existing(asked if is_switch else "", before, before.resource.name, services)
    check_not_failed(default, before, services)

    def changed(endpoint: Endpoint) -> Endpoint:
        endpoint.check_stays()
        kept = {"default_deployment": default or endpoint.default_deployment}
        return patch(endpoint).model_copy(update=kept)

    saved = services.registry.endpoints.change(
        changed, before.resource.name, by=who(request), if_match=conditions(request).if_match
    )
    check_again(default, before, saved, services, is_new=False)
    return _answer(saved, request, services, OK)


def delete_endpoint(request: Request, services: Services, client: DurableClient) -> Response:
    """Delete the endpoint and its deployments; its jobs and their outputs stay."""
    check_workspace(request, services.settings)
    deletion = uuid.uuid4().hex
    marked = services.registry.endpoints.change(
        lambda old: old if old.deletion else old.model_copy(update={"deletion": deletion}),
        request.path["endpoint"],
        by=who(request),
        if_match=conditions(request).if_match,
    ).resource
    _carry_on(marked, client)
    if _is_gone(marked, services, within_s=patience(request, DELETED_WITHIN_S)):
        return Response(OK)
    headers = follow_headers(request, services, _deletion(marked).instance)
    return Response(ACCEPTED, None, headers | {"Location": headers["Azure-AsyncOperation"]})


def _new_incarnation() -> str:
    """Later ones sort after earlier ones."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{uuid.uuid4().hex[:8]}"


def _deletion(endpoint: Endpoint) -> EndpointDeletion:
    return EndpointDeletion(endpoint=endpoint.name, deletion=endpoint.deletion)


def _operation(endpoint: Endpoint) -> str:
    """The operation that made the endpoint, or is deleting it."""
    made = EndpointCreation(endpoint=endpoint.name, incarnation=endpoint.incarnation)
    return _deletion(endpoint).instance if endpoint.deletion else made.operation


def _carry_on(endpoint: Endpoint, client: DurableClient) -> None:
    """Start the deletion's orchestration, unless it is under way."""
    deletion = _deletion(endpoint)
    instance = client.find(deletion.instance)
    if instance is None or instance.ended:
        with suppress(Conflict):
            client.start(RETIRE_ENDPOINT, deletion.instance, deletion.to_wire())


def _is_gone(endpoint: Endpoint, services: Services, *, within_s: float) -> bool:
    """Whether the endpoint is deleted within a while: usually it is."""
    deadline = time.monotonic() + within_s
    while True:
        found = services.registry.endpoints.find(endpoint.name)
        if found is None or found.resource.deletion != endpoint.deletion:
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_S)


def _answer(entry: Stored[Endpoint], request: Request, services: Services, status: int) -> Response:
    headers = etag_header(entry.etag)
    if entry.resource.deletion:
        headers |= follow_headers(request, services, _deletion(entry.resource).instance)
    return Response(status, _body(entry, request, services), headers)


def _body(entry: Stored[Endpoint], request: Request, services: Services) -> JSON:
    endpoint, settings = entry.resource, services.settings
    properties = arm.write_endpoint(
        endpoint,
        scoring_uri=scoring_uri(request, endpoint.name),
        swagger_uri=swagger_uri(request, endpoint.name),
        operation_uri=operation_uri(request, services, _operation(endpoint)),
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
    Route("get_endpoint", "GET", _ONE, Role.READER, durable_handler=get_endpoint),
    Route("patch_endpoint", "PATCH", _ONE, Role.CONTRIBUTOR, patch_endpoint, docs=_PATCH),
    Route("delete_endpoint", "DELETE", _ONE, Role.CONTRIBUTOR, durable_handler=delete_endpoint),
)
register(bp, ROUTES)
