"""Watches of an endpoint: put, get, list and delete."""

from http import HTTPStatus

import azure.durable_functions as df

from shared.api.conditions import etag_header
from shared.api.http import Request, Response
from shared.api.paging import page
from shared.api.route_docs import RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import WORKSPACE, endpoint_id, enveloped, lasting_body
from shared.api.writes import write_of
from shared.application.delete_watch import delete_watch as delete
from shared.application.find_watch import find_watch, watches_of
from shared.domain.endpoint import Endpoint
from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.domain.watch import Watch
from shared.ports import Orchestrations
from shared.schemas import arm_watches as arm
from shared.schemas import watch_bodies as bodies
from shared.services import Services
from shared.stores.registry import Stored

bp = df.Blueprint()


def put_watch(request: Request, services: Services, _: Orchestrations) -> Response:
    endpoint = _endpoint(request, services).resource
    body = lasting_body(request, services.settings, services.datastores.account_url)
    requested = arm.read_watch(endpoint.name, request.path["watch"], body)
    entry, is_new = services.put_watch(endpoint, requested, write_of(request))
    return _answer(entry, services, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


def get_watch(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """Also what is pending in its folder now, and how many batches it has accepted."""
    endpoint = _endpoint(request, services)
    entry = find_watch(services.registry, endpoint, request.path["watch"])
    gathering = _gathering(entry.resource, services, orchestrations)
    return _answer(entry, services, HTTPStatus.OK, gathering)


def list_watches(request: Request, services: Services, _: Orchestrations) -> Response:
    entries = watches_of(services.registry, _endpoint(request, services))
    return page(request, [_body(entry, services) for entry in entries], last="")


def delete_watch(request: Request, services: Services, _: Orchestrations) -> Response:
    endpoint = _endpoint(request, services)
    delete(services.registry, endpoint, request.path["watch"], write_of(request))
    return Response(HTTPStatus.OK)


def _endpoint(request: Request, services: Services) -> Stored[Endpoint]:
    return services.registry.endpoints.get(request.path["endpoint"])


def _gathering(watch: Watch, services: Services, orchestrations: Orchestrations) -> JSON:
    gather = services.gather_uploads
    try:
        look = gather.look(watch)
    except (NotFound, InvalidRequest) as refusal:
        return {"problem": str(refusal)}
    return {
        "pending": len(look.pending),
        "batches": look.accepted.number,
        "lastJob": gather.batch_jobs.last(watch, look.accepted),
        "problem": gather.obstacle(watch, look, orchestrations) or None,
    }


def _answer(
    entry: Stored[Watch], services: Services, status: int, gathering: JSON = None
) -> Response:
    return Response(status, _body(entry, services, gathering), etag_header(entry.etag))


def _body(entry: Stored[Watch], services: Services, gathering: JSON = None) -> JSON:
    watch = entry.resource
    own_id = f"{endpoint_id(services.settings, watch.endpoint)}/watches/{watch.name}"
    properties = {**arm.write_watch(watch), "gathering": gathering}
    body = enveloped(entry, "batchEndpoints/watches", own_id, watch.name, properties)
    return {**body, "tags": watch.tags}


_LIST = f"{WORKSPACE}/batchEndpoints/{{endpoint}}/watches"
_ONE = f"{_LIST}/{{watch}}"

_PUT = RouteDocs("Create a watch, or change its rules.", body=bodies.WATCH)

ROUTES = (
    Route("list_watches", "GET", _LIST, Role.READER, list_watches),
    Route("put_watch", "PUT", _ONE, Role.CONTRIBUTOR, put_watch, docs=_PUT),
    Route("get_watch", "GET", _ONE, Role.READER, get_watch, is_durable=True),
    Route("delete_watch", "DELETE", _ONE, Role.CONTRIBUTOR, delete_watch),
)
register(bp, ROUTES)
