"""Routes: a method, a template, the role it wants and its handler; and how they become functions.

Every request passes `answer`: who is it, may they, the handler, and errors to status codes.
"""

import json
import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import azure.durable_functions as df
import azure.functions as func

from shared.adapters.durable_client import DurableClient
from shared.api import errors
from shared.api.auth import authorise
from shared.api.http import Request, Response
from shared.api.route_docs import NOTHING_TOLD, RouteDocs
from shared.domain.caller import NOBODY
from shared.domain.errors import BatchError, ServiceUnavailable
from shared.domain.reference import PREFIX
from shared.domain.role import Role
from shared.services import Services, services

log = logging.getLogger(__name__)

_registered: dict[str, "Route"] = {}

type Handler = Callable[[Request, Services], Response]
type DurableHandler = Callable[[Request, Services, DurableClient], Response]


@dataclass(frozen=True)
class Route:
    """One door. `name` becomes the function's name; templates are disjoint per method.

    Without a `role` it is open to everybody: for what a client asks before it has a token, and
    for URLs that carry their own signature. `about` is what documents tell of it.
    """

    name: str
    method: str
    template: str
    role: Role | None
    handler: Handler | None = None
    durable_handler: DurableHandler | None = None
    docs: RouteDocs = NOTHING_TOLD


def register(bp: df.Blueprint, routes: Sequence[Route]) -> None:
    """Make each route an HTTP-triggered function of the blueprint."""
    for route in routes:
        _registered[route.name] = route
        function = _with_client(route) if route.durable_handler else _plain(route)
        function.__name__ = route.name
        if route.durable_handler:
            function = bp.durable_client_input(client_name="client")(function)
        bp.route(route=route.template, methods=[route.method], auth_level=func.AuthLevel.ANONYMOUS)(
            function
        )


def registered() -> tuple[Route, ...]:
    """Every route that this process serves."""
    return tuple(_registered.values())


def _plain(route: Route) -> Callable[..., func.HttpResponse]:
    def handle(req: func.HttpRequest) -> func.HttpResponse:
        return _to_http(answer(route, req, None))

    return handle


def _with_client(route: Route) -> Callable[..., func.HttpResponse]:
    def handle(req: func.HttpRequest, client: str) -> func.HttpResponse:
        return _to_http(answer(route, req, DurableClient(client, req)))

    return handle


def answer(route: Route, req: func.HttpRequest, client: DurableClient | None) -> Response:
    """Authorise, call the handler, and turn what goes wrong into its status."""
    try:
        return _handle(route, req, client)
    except ServiceUnavailable as error:
        log.warning("unavailable route=%s reason=%s", route.name, error)
        return errors.to_response(error)
    except BatchError as error:
        return errors.to_response(error)
    except Exception:
        error_id = uuid.uuid4().hex
        log.exception("internal error id=%s route=%s", error_id, route.name)
        return errors.internal(error_id)


def _handle(route: Route, req: func.HttpRequest, client: DurableClient | None) -> Response:
    service = services()
    headers = {name.lower(): value for name, value in req.headers.items()}
    role = route.role
    caller = NOBODY if role is None else authorise(headers, role, service.verifier)
    request = Request(
        method=req.method,
        # The official client keeps the prefix when it resolves `azureml:<name>@latest`.
        path={name: part.removeprefix(PREFIX) for name, part in req.route_params.items()},
        query={name.lower(): value for name, value in req.params.items()},
        headers=headers,
        body=req.get_body(),
        base_url=service.settings.public_url.rstrip("/") or _origin(req.url),
        caller=caller,
        asked=urlsplit(req.url).path,
    )
    if route.durable_handler and client is not None:
        return route.durable_handler(request, service, client)
    if route.handler is None:
        raise TypeError(f"Route {route.name} has no handler.")
    return route.handler(request, service)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _to_http(response: Response) -> func.HttpResponse:
    is_text = response.body is None and response.text
    body = response.text if is_text else "" if response.body is None else json.dumps(response.body)
    return func.HttpResponse(
        body.encode(),
        status_code=response.status,
        headers=dict(response.headers),
        mimetype="text/plain" if is_text else "application/json",
    )
