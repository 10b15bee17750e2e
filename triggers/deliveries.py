"""Deliveries of webhooks and of jobs' own webhooks: listed, read, and asked for again."""

from http import HTTPStatus

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.paging import page, page_size, start_after
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Handler, Route, register
from shared.api.workspace import WORKSPACE, endpoint_id
from shared.application.find_webhook import find_webhook, target_of, target_of_job
from shared.domain.delivery import Delivery, DeliveryTarget, TargetKind
from shared.domain.errors import NotFound
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas.arm_deliveries import write_delivery
from shared.schemas.shapes import NO_BODY
from shared.services import Services

bp = df.Blueprint()


def list_deliveries(request: Request, services: Services, _: Orchestrations) -> Response:
    """The newest job's first, and of a job its end."""
    target = _target(request, services)
    found, last = services.callbacks.deliveries.page(
        target, after=start_after(request), size=page_size(request)
    )
    shown = [_write(one, services, is_whole=False) for one in found]
    return page(request, shown, last=last)


def get_delivery(request: Request, services: Services, _: Orchestrations) -> Response:
    delivery = _find(request, services)
    return Response(HTTPStatus.OK, _write(delivery, services, is_whole=True))


def redeliver(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """One that is over begins a new round; one that is under way goes on."""
    found = _find(request, services)
    delivery = services.callbacks.deliver.again(found.target, found.id, orchestrations)
    return Response(HTTPStatus.ACCEPTED, _write(delivery, services, is_whole=True))


def _target(request: Request, services: Services) -> DeliveryTarget:
    """Raises NotFound."""
    endpoint = request.path["endpoint"]
    if "job" in request.path:
        job = services.follow_job.of_endpoint(endpoint, request.path["job"])
        return target_of_job(job.spec)
    owner = services.registry.endpoints.get(endpoint).resource
    return target_of(find_webhook(services.registry, owner, request.path["webhook"]).resource)


def _find(request: Request, services: Services) -> Delivery:
    target, name = _target(request, services), request.path["delivery"]
    delivery = services.callbacks.deliveries.find(target, name)
    if delivery is None:
        raise NotFound(
            f"There is no delivery '{name[:100]}'.",
            fix="Use a name of the list of deliveries.",
            target="delivery",
        )
    return delivery


def _write(delivery: Delivery, services: Services, *, is_whole: bool) -> JSON:
    target = delivery.target
    folder = "jobs" if target.kind is TargetKind.JOB else "webhooks"
    owner = f"{endpoint_id(services.settings, target.endpoint)}/{folder}/{target.name}"
    return write_delivery(delivery, f"{owner}/deliveries/{delivery.id}", is_whole=is_whole)


_OWNERS = {
    "": (f"{WORKSPACE}/batchEndpoints/{{endpoint}}/webhooks/{{webhook}}", Role.CONTRIBUTOR),
    "_of_scoring_uri": ("endpoints/{endpoint}/jobs/{job}", Role.INVOKER),
    "_of_endpoint": (f"{WORKSPACE}/batchEndpoints/{{endpoint}}/jobs/{{job}}", Role.INVOKER),
}


def _routes(suffix: str, owner: str, role: Role) -> tuple[Route, ...]:
    def route(name: str, method: str, path: str, role: Role, handler: Handler) -> Route:
        is_post = method == "POST"
        docs = _REDELIVER if is_post else RouteDocs()
        full = f"{owner}/deliveries{path}"
        return Route(f"{name}{suffix}", method, full, role, handler, is_durable=is_post, docs=docs)

    one = "/{delivery}"
    return (
        route("list_deliveries", "GET", "", Role.READER, list_deliveries),
        route("get_delivery", "GET", one, Role.READER, get_delivery),
        route("redeliver", "POST", f"{one}/redeliver", role, redeliver),
    )


_REDELIVER = RouteDocs(
    "Deliver an event once more, for a day.",
    body=NO_BODY,
    answers={HTTPStatus.ACCEPTED: AnswerKind.RESOURCE},
)
ROUTES = tuple(
    route for suffix, (owner, role) in _OWNERS.items() for route in _routes(suffix, owner, role)
)
register(bp, ROUTES)
