"""Datastores: ARM CRUD, and a SAS for the container of one."""

from datetime import timedelta
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.conditions import etag_header
from shared.api.http import NO_STORE, Request, Response
from shared.api.paging import page, page_size, start_after
from shared.api.route_docs import RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import (
    WORKSPACE,
    enveloped,
    own_body,
    workspace_id,
)
from shared.api.writes import write_of
from shared.application.delete_datastore import delete_datastore as delete
from shared.application.share_datastore import share_datastore
from shared.domain.datastore import Datastore
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas import arm_datastores as arm
from shared.schemas import bodies
from shared.services import Services
from shared.stores.registry import Stored

bp = df.Blueprint()


def put_datastore(request: Request, services: Services, _: Orchestrations) -> Response:
    body = own_body(request, services.settings)
    requested = arm.read_datastore(request.path["datastore"], body, services.datastores.account)
    entry, is_new = services.put_datastore(
        requested,
        write_of(request),
        may_be_missing=request.query.get("skipvalidation", "").lower() == "true",
    )
    return _answer(entry, services, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


def get_datastore(request: Request, services: Services, _: Orchestrations) -> Response:
    return _answer(services.datastores.get(request.path["datastore"]), services, HTTPStatus.OK)


def list_datastores(request: Request, services: Services, _: Orchestrations) -> Response:
    """`isDefault=true` leaves the default one, `names=a,b` those that are there of them."""
    datastores, query = services.datastores, request.query
    if query.get("isdefault", "").lower() == "true":
        return page(request, [_body(datastores.get(datastores.default), services)])
    entries, last = datastores.page(after=start_after(request), size=page_size(request))
    wanted = {name.strip().lower() for name in query.get("names", "").split(",")} - {""}
    listed = [one for one in entries if not wanted or one.resource.name.lower() in wanted]
    return page(request, [_body(entry, services) for entry in listed], last=last)


def delete_datastore(request: Request, services: Services, _: Orchestrations) -> Response:
    """The name is forgotten; the container and its blobs stay."""
    name = request.path["datastore"]
    delete(services.registry, services.datastores, name, write_of(request))
    return Response(HTTPStatus.OK)


def list_secrets(request: Request, services: Services, _: Orchestrations) -> Response:
    """A SAS for the datastore's container, for as much as the caller's role allows."""
    datastore = services.datastores.get(request.path["datastore"]).resource
    hours = arm.read_sas_hours(request.json if request.body.strip() else {})
    role = Role.highest(request.caller.roles) or Role.READER
    sas = share_datastore(
        services.datastores, services.signer, datastore, role, timedelta(hours=hours)
    )
    return Response(HTTPStatus.OK, arm.write_sas(sas), NO_STORE)


def _answer(entry: Stored[Datastore], services: Services, status: int) -> Response:
    return Response(status, _body(entry, services), etag_header(entry.etag))


def _body(entry: Stored[Datastore], services: Services) -> JSON:
    datastore = entry.resource
    properties = arm.write_datastore(
        datastore,
        services.datastores.account,
        is_default=services.datastores.is_default(datastore),
    )
    own_id = f"{workspace_id(services.settings)}/datastores/{datastore.name}"
    return enveloped(entry, "datastores", own_id, datastore.name, properties)


_ALL = f"{WORKSPACE}/datastores"
_ONE = f"{_ALL}/{{datastore}}"

_PUT = RouteDocs("Name a container.", body=bodies.DATASTORE, query=("skipValidation",))

ROUTES = (
    Route("list_datastores", "GET", _ALL, Role.READER, list_datastores),
    Route("put_datastore", "PUT", _ONE, Role.CONTRIBUTOR, put_datastore, docs=_PUT),
    Route("get_datastore", "GET", _ONE, Role.READER, get_datastore),
    Route("delete_datastore", "DELETE", _ONE, Role.CONTRIBUTOR, delete_datastore),
    Route(
        "list_datastore_secrets",
        "POST",
        f"{_ONE}/listSecrets",
        Role.READER,
        list_secrets,
        docs=RouteDocs("A SAS for a datastore's container.", body=bodies.SAS_REQUEST),
    ),
)
register(bp, ROUTES)
