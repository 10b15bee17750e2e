"""Routes: a method, a template, the role it wants and its handler; and how they become functions.

Every request passes `answer`: who is it, may they, is the workspace this one, the handler, and
errors to status codes.
"""

import json
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Never
from urllib.parse import urlsplit

import azure.durable_functions as df
import azure.functions as func

from shared.adapters.durable_client import DurableClient
from shared.api import error_responses
from shared.api.auth import authorise
from shared.api.conditional import if_changed
from shared.api.http import Request, Response
from shared.api.packing import packed
from shared.api.route_docs import NO_DOCS, RouteDocs
from shared.api.studio_session import session_headers
from shared.api.workspace import check_workspace
from shared.domain.caller import NOBODY, Caller
from shared.domain.errors import BatchError, ServiceUnavailable
from shared.domain.message import JSON
from shared.domain.reference import PREFIX
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.services import Services, services
from shared.settings import Settings

log = logging.getLogger(__name__)

_registered: dict[str, "Route"] = {}

type Handler = Callable[[Request, Services, Orchestrations], Response]


# The parameter that says which workspace a path is about.
OF_WORKSPACE = "{workspace}"


@dataclass(frozen=True)
class Route:
    """One door. `name` becomes the function's name; templates are disjoint per method.

    Without a `role` it is open to everybody: for what a client asks before it has a token, and
    for URLs that carry their own signature. `is_open` says whether the settings open it all the
    same. `docs` is what OpenAPI says of it.
    """

    name: str
    method: str
    template: str
    role: Role | None
    handler: Handler
    is_durable: bool = False
    docs: RouteDocs = NO_DOCS
    is_open: Callable[[Settings], bool] = lambda _: False


class Unbound:
    """The task hub for a route that is not bound to it: asking is a fault of the route's."""

    def start(self, orchestrator: str, instance: str, payload: JSON) -> Never:  # noqa: ARG002
        self._refuse()

    def find(self, instance: str) -> Never:  # noqa: ARG002
        self._refuse()

    def resume(self, instance: str, reason: str) -> Never:  # noqa: ARG002
        self._refuse()

    def management_urls(self, instance: str) -> Never:  # noqa: ARG002
        self._refuse()

    def _refuse(self) -> Never:
        raise TypeError("This route is not bound to the task hub. Set its is_durable.")


UNBOUND = Unbound()


def register(bp: df.Blueprint, routes: Sequence[Route]) -> None:
    """Make each route an HTTP-triggered function of the blueprint."""
    for route in routes:
        bind(bp, route, _with_client(route) if route.is_durable else _plain(route))


def bind(bp: df.Blueprint, route: Route, function: Callable[..., func.HttpResponse]) -> None:
    """Make the function the route's: with a `client` if it is durable."""
    _registered[route.name] = route
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
        return to_http(answer(route, req, UNBOUND))

    return handle


def _with_client(route: Route) -> Callable[..., func.HttpResponse]:
    def handle(req: func.HttpRequest, client: str) -> func.HttpResponse:
        return to_http(answer(route, req, DurableClient(client, req)))

    return handle


def answer(route: Route, req: func.HttpRequest, orchestrations: Orchestrations) -> Response:
    """Authorise, call the handler, and turn what goes wrong into its status."""
    try:
        return _handle(route, req, orchestrations)
    except ServiceUnavailable as error:
        log.warning("unavailable route=%s reason=%s", route.name, error)
        return error_responses.to_response(error)
    except BatchError as error:
        return error_responses.to_response(error)
    except Exception:
        error_id = uuid.uuid4().hex
        log.exception("internal error id=%s route=%s", error_id, route.name)
        return error_responses.internal(error_id)


def _handle(route: Route, req: func.HttpRequest, orchestrations: Orchestrations) -> Response:
    service = services()
    headers = {name.lower(): value for name, value in req.headers.items()}
    base_url = service.settings.public_url.rstrip("/") or _origin(req.url)
    caller = _caller(route, req, headers, service)
    request = Request(
        method=req.method,
        # The official client keeps the prefix when it resolves `azureml:<name>@latest`.
        path={name: part.removeprefix(PREFIX) for name, part in req.route_params.items()},
        query={name.lower(): value for name, value in req.params.items()},
        headers=headers,
        body=req.get_body(),
        base_url=base_url,
        caller=caller,
        requested_path=urlsplit(req.url).path,
    )
    changed = if_changed(request, dispatch(route, request, service, orchestrations))
    return packed(request, changed)


def _caller(
    route: Route, req: func.HttpRequest, headers: Mapping[str, str], services: Services
) -> Caller:
    """Who it is, by the Authorization header or by the Studio's session."""
    if route.role is None or route.is_open(services.settings):
        return NOBODY
    origins = {_origin(url) for url in (req.url, services.settings.public_url) if url}
    return authorise(session_headers(req.method, headers, origins), route.role, services.verifier)


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


def to_http(response: Response) -> func.HttpResponse:
    """As the Functions SDK has it."""
    answer = _without_cookies(response)
    for cookie in response.cookies:
        answer.headers.add("Set-Cookie", cookie)
    return answer


def _without_cookies(response: Response) -> func.HttpResponse:
    if response.data is not None:
        return func.HttpResponse(
            response.data,
            status_code=response.status,
            headers=dict(response.headers),
            mimetype=response.media_type,
        )
    is_text = response.body is None and response.text
    body = response.text if is_text else "" if response.body is None else json.dumps(response.body)
    return func.HttpResponse(
        body.encode(),
        status_code=response.status,
        headers=dict(response.headers),
        mimetype="text/plain" if is_text else "application/json",
    )
