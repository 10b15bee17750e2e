"""Routes: a method, a template, the role it wants and its handler; and how they become functions.

Every request passes `answer`: who is it, may they, is the workspace this one, the handler, and
errors to status codes.
"""

import json
import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Never
from urllib.parse import urlsplit

import azure.durable_functions as df
import azure.functions as func

from shared.adapters.durable_client import DurableClient
from shared.api import errors
from shared.api.auth import authorise
from shared.api.http import Request, Response
from shared.api.route_docs import NOTHING_TOLD, RouteDocs
from shared.api.workspace import check_workspace
from shared.domain.caller import NOBODY
from shared.domain.errors import BatchError, ServiceUnavailable
from shared.domain.message import JSON
from shared.domain.reference import PREFIX
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.services import Services, services

log = logging.getLogger(__name__)

_registered: dict[str, "Route"] = {}

type Handler = Callable[[Request, Services, Orchestrations], Response]


# The parameter that says which workspace a path is about.
OF_WORKSPACE = "{workspace}"


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
    handler: Handler
    is_durable: bool = False
    docs: RouteDocs = NOTHING_TOLD


class Unbound:
    """The task hub for a route that is not bound to it: asking is a fault of the route's."""

    def start(self, orchestrator: str, instance: str, given: JSON) -> Never:  # noqa: ARG002
        self._refuse()

    def find(self, instance: str) -> Never:  # noqa: ARG002
        self._refuse()

    def management_urls(self, instance: str) -> Never:  # noqa: ARG002
        self._refuse()

    def _refuse(self) -> Never:
        raise TypeError("This route is not bound to the task hub. Set its is_durable.")


UNBOUND = Unbound()


def register(bp: df.Blueprint, routes: Sequence[Route]) -> None:
    """Make each route an HTTP-triggered function of the blueprint."""
    for route in routes:
        _registered[route.name] = route
        function = _with_client(route) if route.is_durable else _plain(route)
        function.__name__ = route.name
        if route.is_durable:
            function = bp.durable_client_input(client_name="client")(function)
        bp.route(route=route.template, methods=[route.method], auth_level=func.AuthLevel.ANONYMOUS)(
            function
        )


def registered() -> tuple[Route, ...]:
    """Every route that this process serves."""
    return tuple(_registered.values())


def _plain(route: Route) -> Callable[..., func.HttpResponse]:
    def handle(req: func.HttpRequest) -> func.HttpResponse:
        return _to_http(answer(route, req, UNBOUND))

    return handle


def _with_client(route: Route) -> Callable[..., func.HttpResponse]:
    def handle(req: func.HttpRequest, client: str) -> func.HttpResponse:
        return _to_http(answer(route, req, DurableClient(client, req)))

    return handle


def answer(route: Route, req: func.HttpRequest, orchestrations: Orchestrations) -> Response:
    """Authorise, call the handler, and turn what goes wrong into its status."""
    try:
        return _handle(route, req, orchestrations)
    except ServiceUnavailable as error:
        log.warning("unavailable route=%s reason=%s", route.name, error)
        return errors.to_response(error)
    except BatchError as error:
        return errors.to_response(error)
    except Exception:
        error_id = uuid.uuid4().hex
        log.exception("internal error id=%s route=%s", error_id, route.name)
        return errors.internal(error_id)


def _handle(route: Route, req: func.HttpRequest, orchestrations: Orchestrations) -> Response:
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
    return dispatch(route, request, service, orchestrations)


def dispatch(
    route: Route, request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    """The handler's answer to an authorised request; raises NotFound for another workspace."""
    if OF_WORKSPACE in route.template:
        check_workspace(request, services.settings)
    return route.handler(request, services, orchestrations)


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
