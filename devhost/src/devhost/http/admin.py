"""The admin endpoints: host status, ping, the functions, and a function run by hand."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiohttp import web

from devhost.http.http_routes import HttpRoute
from devhost.http.replies import empty
from devhost.http.requests import host_of
from devhost.worker.function import Function, FunctionKind

VERSION = "4.1037.0"  # the host version whose behaviour this one follows
ACCEPTED, NOT_FOUND = 202, 404

type RunByHand = Callable[[Function, str | None], None]


class Admin:
    """Answers everything under /admin."""

    def __init__(
        self,
        functions: Iterable[Function],
        routes: Iterable[HttpRoute],
        run_by_hand: RunByHand,
        *,
        has_hub: Callable[[], bool] = lambda: True,
    ) -> None:
        self._functions = {function.name.casefold(): function for function in functions}
        self._routes = {route.function.name: route for route in routes}
        self._run_by_hand = run_by_hand
        self._has_hub = has_hub
        self._started = time.monotonic()

    async def answer(self, request: web.Request, path: str) -> web.Response:
        match [request.method, *path.rstrip("/").split("/")[1:]]:
            case ["GET", host, what] if host.lower() == "host":
                return self._host(what.lower())
            case ["GET", functions] if functions.lower() == "functions":
                return _json([self._description(request, one) for one in self._functions.values()])
            case [method, functions, name] if functions.lower() == "functions":
                return await self._function(request, method, name)
        return empty(NOT_FOUND)

    def _host(self, what: str) -> web.Response:
        if what == "ping":
            return web.Response(status=200)
        if what != "status":
            return empty(NOT_FOUND)
        uptime_ms = int((time.monotonic() - self._started) * 1000)
        return _json(
            {
                "id": "devhost",
                "state": "Running" if self._has_hub() else "Initializing",
                "version": VERSION,
                "versionDetails": VERSION,
                "processUptime": uptime_ms,
            }
        )

    async def _function(self, request: web.Request, method: str, name: str) -> web.Response:
        function = self._functions.get(name.casefold())
        if function is None or method not in {"GET", "POST"}:
            return empty(NOT_FOUND)
        if method == "GET":
            return _json(self._description(request, function))
        self._run_by_hand(function, _input(await request.read()))
        return empty(ACCEPTED)

    def _description(self, request: web.Request, function: Function) -> Mapping[str, Any]:
        origin = f"{request.scheme}://{host_of(request)}"
        route = self._routes.get(function.name)
        return {
            "name": function.name,
            "href": f"{origin}/admin/functions/{function.name}",
            "invoke_url_template": f"{origin}/{route.template.text}" if route else None,
            "language": "python",
            "config": {"name": function.name, "bindings": function.bindings},
            "isDisabled": False,
            "isDirect": function.kind is FunctionKind.HTTP,
            "isProxy": False,
        }


def _input(body: bytes) -> str | None:
    """The real host takes {"input": "..."}; anything else stands for no input."""
    try:
        document = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return None
    value = document.get("input") if isinstance(document, dict) else None
    if value is None or not isinstance(value, str):
        return None if value is None else json.dumps(value)
    return value.encode(errors="replace").decode()  # half a surrogate pair is no text


def _json(document: Any) -> web.Response:
    return web.Response(
        text=json.dumps(document, default=lambda value: str(getattr(value, "value", value))),
        content_type="application/json",
        charset="utf-8",
    )
