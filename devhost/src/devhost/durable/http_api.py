"""The Durable HTTP API: its routes, which match without regard to case, and who answers them."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import unquote

from aiohttp import web

from devhost.durable.hub import TaskHub
from devhost.durable.web.call import Call, empty, server_error
from devhost.durable.web.entity_api import EntityApi
from devhost.durable.web.instance_api import InstanceApi
from devhost.http.everything import meet_expectation

log = logging.getLogger(__name__)

type _Handler = Callable[[Call], Awaitable[web.Response]]
type _Routes = list[tuple[str, str, _Handler]]

_PREFIX = "/{_:(?i:runtime)}/{__:(?i:webhooks)}/{___:(?i:durabletask)}"
_DEPTH = 3  # segments of the prefix
_CONNECTIONS = frozenset({"", "storage", "azurewebjobsstorage"})


def add_durable_routes(app: web.Application, hub: TaskHub, *, system_key: str) -> None:
    """Serve everything below /runtime/webhooks/durabletask; what is not known there is 404.

    Keys are checked before, by the HTTP server. `system_key` is what the links carry.
    """
    api = _Api(hub, system_key)
    for path in (_PREFIX, _PREFIX + "/{tail:(?s:.*)}"):
        app.router.add_route("*", path, api.handle, expect_handler=meet_expectation)


class _Api:
    def __init__(self, hub: TaskHub, key: str) -> None:
        self._hub = hub
        self._routes = _routes(InstanceApi(hub, key), EntityApi(hub))

    async def handle(self, request: web.Request) -> web.Response:
        segments = [unquote(part) for part in request.rel_url.raw_path.split("/")[1:]]
        path = segments[_DEPTH:]
        if path and not path[-1]:
            path.pop()
        for method, template, handler in self._routes:
            names = _match(template.split("/"), path)
            if names is not None and method == request.method:
                call = Call(request, names)
                return self._misdirected(call) or await self._answer(call, handler)
        return empty(404)

    async def _answer(self, call: Call, handler: _Handler) -> web.Response:
        try:
            return await handler(call)
        except sqlite3.Error as error:
            reason = self._hub.trouble(error)
            log.error("%s %s: %s", call.request.method, call.request.path, reason)  # noqa: TRY400  # a line, no trace
            return server_error(reason, "System.IO.IOException")

    def _misdirected(self, call: Call) -> web.Response | None:
        """Another hub has nothing here; another storage account is not configured."""
        connection = (call.query("connection") or "").lower()
        if connection not in _CONNECTIONS:
            text = f"Unable to resolve the Azure Storage connection named '{connection}'."
            return server_error(text, "System.InvalidOperationException")
        hub = call.query("taskHub")
        return empty(404) if hub and hub.lower() != self._hub.name.lower() else None


def _routes(instances: InstanceApi, entities: EntityApi) -> _Routes:
    return [
        ("POST", "orchestrators/{}", instances.start),
        ("POST", "orchestrators/{}/{}", instances.start),
        ("GET", "instances", instances.list_all),
        ("DELETE", "instances", instances.purge_all),
        ("GET", "instances/{}", instances.status),
        ("DELETE", "instances/{}", instances.purge),
        ("POST", "instances/{}/raiseevent/{}", instances.raise_event),
        ("POST", "instances/{}/terminate", instances.terminate),
        ("POST", "instances/{}/suspend", instances.suspend),
        ("POST", "instances/{}/resume", instances.resume),
        ("POST", "instances/{}/rewind", instances.rewind),
        ("POST", "instances/{}/restart", instances.restart),
        ("GET", "entities", entities.list_all),
        ("GET", "entities/{}", entities.list_all),
        ("GET", "entities/{}/{}", entities.state),
        ("POST", "entities/{}/{}", entities.signal),
        ("DELETE", "entities/{}/{}", entities.delete),
    ]


def _match(template: Sequence[str], path: Sequence[str]) -> list[str] | None:
    """The values of the placeholders, or None when the path is another."""
    if len(template) != len(path):
        return None
    names: list[str] = []
    for wanted, found in zip(template, path, strict=True):
        if wanted == "{}":
            if not found:
                return None
            names.append(found)
        elif wanted != found.lower():
            return None
    return names
