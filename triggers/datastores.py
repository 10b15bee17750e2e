"""Datastores: ARM CRUD, and a SAS for the container of one."""

from datetime import timedelta

import azure.durable_functions as df

from shared.api.conditions import conditions, etag_header
from shared.api.http import Request, Response
from shared.api.paging import page, page_size, start_after
from shared.api.route_docs import RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import (
    WORKSPACE,
    enveloped,
    own_body,
    who,
    workspace_id,
)
from shared.domain.datastore import Datastore, check_open
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas import arm_datastores as arm
from shared.schemas import bodies
from shared.services import Services
from shared.stores.registry import Stored

bp = df.Blueprint()
OK, CREATED = 200, 201
# Azure's letters, in its order: read, create, write, list. Nobody may delete.
READS, WRITES = "rl", "rcwl"
NOT_KEPT = {"Cache-Control": "no-store"}


def put_datastore(request: Request, services: Services, _: Orchestrations) -> Response:
    body = own_body(request, services.settings)
    datastore = arm.read_datastore(request.path["datastore"], body, services.datastores.account)
    _check_container(datastore, request, services)
    services.uploads.claim(datastore.container)
    guard = conditions(request)
    entry, is_new = services.datastores.save(
        datastore, by=who(request), if_match=guard.if_match, if_absent=guard.if_absent
    )
    return _answer(entry, services, CREATED if is_new else OK)


def _check_container(datastore: Datastore, request: Request, services: Services) -> None:
    """Raise InvalidRequest for a container that is not there, and for the service's own."""
    target = "properties.containerName"
    check_open(datastore.container, target=target)
    is_there = services.blobs.container_exists(datastore.container)
    if not is_there and request.query.get("skipvalidation", "").lower() != "true":
        raise InvalidRequest(
            f"The storage account has no container '{datastore.container}'.",
            fix="Create it first, or send skipValidation=true to register it before it exists.",
            target=target,
        )


def get_datastore(request: Request, services: Services, _: Orchestrations) -> Response:
    return _answer(services.datastores.get(request.path["datastore"]), services, OK)


def list_datastores(request: Request, services: Services, _: Orchestrations) -> Response:
    """`isDefault=true` leaves the default one, `names=a,b` those that are there of them."""
    datastores, query = services.datastores, request.query
    if query.get("isdefault", "").lower() == "true":
        return page(request, [_body(datastores.get(datastores.default), services)])
    entries, last = datastores.page(after=start_after(request), size=page_size(request))
    wanted = {name.strip().lower() for name in query.get("names", "").split(",")} - {""}
    shown = [one for one in entries if not wanted or one.resource.name.lower() in wanted]
    return page(request, [_body(entry, services) for entry in shown], last=last)


def delete_datastore(request: Request, services: Services, _: Orchestrations) -> Response:
    """The name is forgotten; the container and its blobs stay."""
    services.datastores.delete(request.path["datastore"], if_match=conditions(request).if_match)
    return Response(OK)


def list_secrets(request: Request, services: Services, _: Orchestrations) -> Response:
    """A SAS for the datastore's container, for as much as the caller's role allows."""
    datastore = services.datastores.get(request.path["datastore"]).resource
    hours = arm.read_sas_hours(request.json if request.body.strip() else {})
    permissions = WRITES if _may_write(datastore, request, services) else READS
    sas = services.signer.container_sas(datastore.container, permissions, timedelta(hours=hours))
    return Response(OK, arm.write_sas(sas), NOT_KEPT)


def _may_write(datastore: Datastore, request: Request, services: Services) -> bool:
    role = Role.highest(request.caller.roles) or Role.READER
    if role is Role.INVOKER:
        return services.datastores.may_invokers_write(datastore.container)
    return role is Role.CONTRIBUTOR


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
