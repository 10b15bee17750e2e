"""The HTTP calls about instances."""

import asyncio
import json
from collections.abc import Awaitable
from functools import partial
from typing import Any

from aiohttp import web

from devhost.durable import purging
from devhost.durable.commands import StartCommand
from devhost.durable.hub import TaskHub
from devhost.durable.refusals import AlreadyEnded, AlreadyExists, InstanceNotFound, WrongState
from devhost.durable.sidecar.states import id_before, token_after
from devhost.durable.storage import queries
from devhost.durable.storage.queries import InstanceFilter, InstanceRow
from devhost.durable.web import times
from devhost.durable.web.call import (
    TOKEN,
    Call,
    answer,
    bad_argument,
    empty,
    is_json,
    message,
    server_error,
)
from devhost.durable.web.history_events import history_json
from devhost.durable.web.ids import fault_of_id
from devhost.durable.web.status import links, payload, status_json
from devhost.durable.wire_format import COMPLETED, FAILED, STATUS_NAMES, TERMINAL, events_of

_PAGE = 100  # instances a page when the client does not say
_STATUSES = {name.lower(): status for status, name in STATUS_NAMES.items()}
_ENDED = frozenset(TERMINAL)
_BROKEN_JSON = "Invalid JSON content"
_NOT_JSON = "Only application/json request content is supported"


class InstanceApi:
    def __init__(self, hub: TaskHub, key: str) -> None:
        self._hub = hub
        self._key = key

    async def start(self, call: Call) -> web.Response:
        body = await call.body()
        if body and not is_json(body):
            return message(400, _BROKEN_JSON)
        instance_id = call.names[1] if len(call.names) > 1 else ""
        fault = fault_of_id(instance_id)
        if fault:
            return bad_argument(fault)
        wanted = StartCommand(name=call.names[0], id=instance_id, input=body or None)
        try:
            instance_id = await self._hub.commands.start(wanted)
        except AlreadyExists as refusal:
            text = f"An Orchestration instance with the status {refusal.status} already exists."
            return message(409, text)
        if call.seconds("timeout") is None:
            return self._accepted(call, instance_id)
        return await self._when_completed(call, instance_id)

    async def status(self, call: Call) -> web.Response:
        row = await self._hub.instance(call.names[0])
        if row is None:
            return empty(404)
        body = status_json(row, has_input=call.flag("showInput", default=True))
        if call.flag("showHistory"):
            body["historyEvents"] = await self._history(call, row)
        if row.is_live:
            location = str(call.request.url)
            return answer(body, 202, Location=location, Retry_After="5")
        return answer(body, _code(call, row))

    async def list_all(self, call: Call) -> web.Response:
        limit = call.count("top", default=_PAGE)
        rows = await self._hub.store.read(
            partial(
                queries.list_instances,
                wanted=_filter(call),
                limit=limit,
                after=id_before(call.request.headers.get(TOKEN)),
            )
        )
        has_input = call.flag("showInput", default=True)
        listed = [status_json(row, has_input=has_input) for row in rows]
        more = {TOKEN: token_after(rows[-1].id)} if rows and len(rows) == limit else {}
        return answer(listed, 200, **more)

    async def raise_event(self, call: Call) -> web.Response:
        instance_id, name = call.names
        row = await self._hub.instance(instance_id)
        if row is None or not row.is_live:
            return empty(404 if row is None else 410)
        data = await call.body()
        if not data or call.request.content_type != "application/json":
            return message(400, _NOT_JSON)
        if not is_json(data):
            return message(400, _BROKEN_JSON)
        return await _answer_command(self._hub.commands.raise_event(instance_id, name, data))

    async def terminate(self, call: Call) -> web.Response:
        reason = call.query("reason")
        output = None if reason is None else json.dumps(reason)
        return await _answer_command(self._hub.commands.terminate(call.names[0], output))

    async def suspend(self, call: Call) -> web.Response:
        return await _answer_command(
            self._hub.commands.suspend(call.names[0], call.query("reason"))
        )

    async def resume(self, call: Call) -> web.Response:
        return await _answer_command(self._hub.commands.resume(call.names[0], call.query("reason")))

    async def rewind(self, call: Call) -> web.Response:
        try:
            await self._hub.commands.rewind(call.names[0], call.query("reason"))
        except InstanceNotFound:
            return answer(f'No orchestration with instance ID "${call.names[0]}" found.', 404)
        except WrongState as refusal:
            return answer(str(refusal), 412)
        return empty(202)

    async def restart(self, call: Call) -> web.Response:
        with_new_id = call.flag("restartWithNewInstanceId", default=True)
        try:
            instance_id = await self._hub.commands.restart(call.names[0], with_new_id=with_new_id)
        except InstanceNotFound:
            return message(400, "InstanceId does not match a valid orchestration instance.")
        except WrongState as refusal:
            return message(409, str(refusal))
        return self._accepted(call, instance_id)

    async def purge(self, call: Call) -> web.Response:
        try:
            await purging.purge(self._hub.store, call.names[0])
        except InstanceNotFound:
            return empty(404)
        except WrongState as refusal:
            return message(412, str(refusal))
        return answer({"instancesDeleted": 1})

    async def purge_all(self, call: Call) -> web.Response:
        wanted = _filter(call)
        if wanted.created_from is None:
            return answer("Please provide value for 'createdTimeFrom' parameter.", 400)
        deleted = await purging.purge_matching(self._hub.store, wanted)
        return answer({"instancesDeleted": deleted}) if deleted else empty(404)

    def _accepted(self, call: Call, instance_id: str) -> web.Response:
        found = links(call.origin, instance_id, self._hub.name, self._key)
        if call.flag("returnInternalServerErrorOnFailure"):
            found["statusQueryGetUri"] += "&returnInternalServerErrorOnFailure=true"
        return answer(found, 202, Location=found["statusQueryGetUri"], Retry_After="10")

    async def _when_completed(self, call: Call, instance_id: str) -> web.Response:
        try:
            async with asyncio.timeout(call.seconds("timeout")):
                row = await self._hub.wait(instance_id, _ENDED)
        except TimeoutError:
            return self._accepted(call, instance_id)
        if row.status == COMPLETED:
            return answer(payload(row.output))
        return answer(status_json(row), _code(call, row))

    async def _history(self, call: Call, row: InstanceRow) -> list[dict[str, Any]]:
        history = await self._hub.store.read(partial(queries.get_history, instance_id=row.id))
        return history_json(
            events_of(history),
            has_input=call.flag("showInput", default=True),
            has_output=call.flag("showHistoryOutput"),
        )


def _code(call: Call, row: InstanceRow) -> int:
    is_error = row.status == FAILED and call.flag("returnInternalServerErrorOnFailure")
    return 500 if is_error else 200


def _filter(call: Call) -> InstanceFilter:
    names = (name.lower() for name in call.values("runtimeStatus"))
    return InstanceFilter(
        statuses=tuple(_STATUSES[name] for name in names if name in _STATUSES),
        created_from=times.parsed(call.query("createdTimeFrom")),
        created_to=times.parsed(call.query("createdTimeTo")),
        prefix=call.query("instanceIdPrefix") or "",
    )


async def _answer_command(command: Awaitable[None]) -> web.Response:
    try:
        await command
    except InstanceNotFound:
        return empty(404)
    except AlreadyEnded:
        return empty(410)
    except WrongState as refusal:
        return server_error(str(refusal), "System.InvalidOperationException")
    return empty(202)
