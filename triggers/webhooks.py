"""Webhooks of an endpoint: put, get, list, delete, and another secret."""

from datetime import UTC, datetime
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.conditions import etag_header
from shared.api.http import NO_STORE, Request, Response
from shared.api.paging import page
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import WORKSPACE, endpoint_id, enveloped
from shared.api.writes import write_of
from shared.application.find_webhook import find_webhook, webhooks_of
from shared.application.put_webhook import WebhookRequest
from shared.domain.endpoint import Endpoint
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.domain.webhook import Webhook
from shared.ports import Orchestrations
from shared.schemas import arm_webhooks as arm
from shared.schemas import webhook_bodies as bodies
from shared.services import Services
from shared.stores.registry import Stored

bp = df.Blueprint()


def put_webhook(request: Request, services: Services, _: Orchestrations) -> Response:
    """Its answer shows a secret that the service made, once."""
    endpoint = _endpoint(request, services)
    read = arm.read_webhook(endpoint.name, request.path["webhook"], request.json)
    wanted = WebhookRequest(read.webhook, read.url, read.secret)
    put = services.callbacks.put_webhook(endpoint, wanted, write_of(request))
    overlap = put.receiver.overlap(datetime.now(UTC))
    body = _write(put.entry, overlap, services, put.secret)
    status = HTTPStatus.CREATED if put.is_new else HTTPStatus.OK
    return Response(status, body, {**etag_header(put.entry.etag), **NO_STORE})


def get_webhook(request: Request, services: Services, _: Orchestrations) -> Response:
    entry = find_webhook(services.registry, _endpoint(request, services), request.path["webhook"])
    return Response(HTTPStatus.OK, _show(entry, services), etag_header(entry.etag))


def list_webhooks(request: Request, services: Services, _: Orchestrations) -> Response:
    entries = webhooks_of(services.registry, _endpoint(request, services))
    return page(request, [_show(entry, services) for entry in entries], last="")


def delete_webhook(request: Request, services: Services, _: Orchestrations) -> Response:
    """With its secrets, and the log of its deliveries."""
    endpoint = _endpoint(request, services)
    services.callbacks.put_webhook.delete(endpoint, request.path["webhook"], write_of(request))
    return Response(HTTPStatus.OK)


def rotate_secret(request: Request, services: Services, _: Orchestrations) -> Response:
    """The secret before goes on signing for a day."""
    endpoint = _endpoint(request, services)
    secret = arm.read_new_secret(request.json) if request.body.strip() else ""
    put = services.callbacks.put_webhook
    receiver, made = put.rotate(endpoint, request.path["webhook"], secret)
    body = arm.write_secret(made, receiver.overlap(datetime.now(UTC)))
    return Response(HTTPStatus.OK, body, NO_STORE)


def _endpoint(request: Request, services: Services) -> Endpoint:
    return services.registry.endpoints.get(request.path["endpoint"]).resource


def _show(entry: Stored[Webhook], services: Services) -> JSON:
    receiver = services.callbacks.put_webhook.receiver(entry.resource)
    overlap = receiver.overlap(datetime.now(UTC)) if receiver else None
    return _write(entry, overlap, services)


def _write(
    entry: Stored[Webhook], overlap: datetime | None, services: Services, secret: str = ""
) -> JSON:
    webhook = entry.resource
    own_id = f"{endpoint_id(services.settings, webhook.endpoint)}/webhooks/{webhook.name}"
    properties = arm.write_webhook(webhook, overlap, secret)
    body = enveloped(entry, "batchEndpoints/webhooks", own_id, webhook.name, properties)
    return {**body, "tags": webhook.tags}


_LIST = f"{WORKSPACE}/batchEndpoints/{{endpoint}}/webhooks"
_ONE = f"{_LIST}/{{webhook}}"

_PUT = RouteDocs("Create a webhook, or change it.", body=bodies.WEBHOOK)
_ROTATE = RouteDocs(
    "Give a webhook another secret; the one before signs for another day.",
    body=bodies.NEW_SECRET,
    answers={HTTPStatus.OK: AnswerKind.DOCUMENT},
)

ROUTES = (
    Route("list_webhooks", "GET", _LIST, Role.READER, list_webhooks),
    Route("put_webhook", "PUT", _ONE, Role.CONTRIBUTOR, put_webhook, docs=_PUT),
    Route("get_webhook", "GET", _ONE, Role.READER, get_webhook),
    Route("delete_webhook", "DELETE", _ONE, Role.CONTRIBUTOR, delete_webhook),
    Route(
        "rotate_webhook_secret",
        "POST",
        f"{_ONE}/rotateSecret",
        Role.CONTRIBUTOR,
        rotate_secret,
        docs=_ROTATE,
    ),
)
register(bp, ROUTES)
