"""Every request that comes in: to the admin endpoints, to a function, or 404."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import ClientConnectionResetError, HttpVersion11, web
from aiohttp.http_exceptions import HttpProcessingError

from devhost.http.admin import Admin
from devhost.http.callers import Callers, Unwelcome
from devhost.http.everything import add_everything
from devhost.http.gate import Gate
from devhost.http.http_routes import HttpRoutes, RouteMatch
from devhost.http.paths import BadTarget, decoded_path
from devhost.http.replies import SERVER, empty, http_response, in_words, server_error
from devhost.http.requests import HttpRefusal, TooLarge, check_limits, http_call
from devhost.invocations import Invocations
from devhost.worker.function_invocation import HttpReply

log = logging.getLogger(__name__)

BAD_REQUEST, UNAUTHORIZED, NOT_FOUND = 400, 401, 404
WELCOME = (
    "<!DOCTYPE html><html><head><title>devhost</title></head>"
    "<body><p>Your function app is up and running.</p></body></html>"
)


LONGEST_LOGGED = 200  # characters of a path
type RequestHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class HttpServer:
    """Dispatches requests by path."""

    def __init__(
        self,
        routes: HttpRoutes,
        invocations: Invocations,
        admin: Admin,
        gate: Gate,
        callers: Callers,
    ) -> None:
        self._gate = gate
        self._callers = callers
        self._routes = routes
        self._invocations = invocations
        self._admin = admin

    def application(self) -> web.Application:
        """An aiohttp app; routes that others add before `mount()` go first."""
        application = web.Application(middlewares=[web_server_limits, self._guard])
        application.on_response_prepare.append(_sign)
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: RequestHandler) -> web.StreamResponse:
        """The Durable HTTP API is not ours to serve, but its key is ours to ask for."""
        self._callers.check(request)
        is_durable = request.path.lower().startswith("/runtime/")
        if is_durable and not self._gate.admits(request, "system"):
            return _without_key(request)
        return await handler(request)

    def mount(self, application: web.Application) -> None:
        add_everything(application, self.answer)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = decoded_path(request.raw_path)
        if path.partition("/")[0].lower() == "admin":
            return await self._administer(request, path)
        match = self._routes.match(request.method, path)
        if match is not None:
            return await self._invoke(request, match)
        if path == "" and request.method == "GET":
            return web.Response(text=WELCOME, content_type="text/html")
        return empty(NOT_FOUND)

    async def _administer(self, request: web.Request, path: str) -> web.StreamResponse:
        if not self._gate.admits(request, "admin"):
            return _without_key(request)
        return await self._admin.answer(request, path)

    async def _invoke(self, request: web.Request, match: RouteMatch) -> web.StreamResponse:
        if not self._gate.admits(request, match.function.auth_level):
            return _without_key(request)
        call = await http_call(request, match.values)
        outcome = await self._invocations.run(match.function, call)
        if isinstance(outcome.value, HttpReply):
            may_chunk = request.version >= HttpVersion11
            return http_response(match.function.name, outcome.value, may_chunk=may_chunk)
        return server_error()


@web.middleware
async def web_server_limits(request: web.Request, handler: RequestHandler) -> web.StreamResponse:
    """What the real host's web server settles before or after any function."""
    try:
        check_limits(request)
        return await handler(request)
    except HttpRefusal as refusal:
        return empty(refusal.status)
    except Unwelcome as unwelcome:
        log.warning("Refused %s %s: %s", *_method_and_path(request), unwelcome.reason)
        return in_words(unwelcome.status, unwelcome.reason)
    except BadTarget:
        return empty(BAD_REQUEST)
    except TooLarge:
        _cut(request)
        return empty(BAD_REQUEST)
    except (ClientConnectionResetError, ConnectionResetError, HttpProcessingError):
        log.info("The client of %s %s hung up.", request.method, request.path)
        return empty(BAD_REQUEST)


def _without_key(request: web.Request) -> web.Response:
    """Empty, as on the real host; the console says why."""
    log.warning(
        "Refused %s %s: no good key. Take the link that the app handed out, or add ?code= with "
        "a key from keys.json in the state folder.",
        *_method_and_path(request),
    )
    return empty(UNAUTHORIZED)


def _method_and_path(request: web.Request) -> tuple[str, str]:
    """Method and path, in one line of the log; keys may be in the query."""
    return request.method, request.raw_path.partition("?")[0][:LONGEST_LOGGED]


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _sign(_request: web.Request, response: web.StreamResponse) -> None:
    """As the real host's server does: its name on everything, no content type on nothing."""
    response.headers["Server"] = SERVER
    is_empty = isinstance(response, web.Response) and not response.body
    if is_empty and response.headers.get("Content-Type") == "application/octet-stream":
        del response.headers["Content-Type"]
